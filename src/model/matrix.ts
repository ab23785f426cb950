/** Matrices of a checkpoint that are read a few rows at a time; several that share an input stand on top of each other as one. */
import { readRows, type TensorEntry } from './safetensors.js';

/** W [out, in]. */
export interface Matrix {
  readonly name: string;
  readonly out: number;
  readonly in: number;
  /** The matrices of the checkpoint that it is made of, from its first row on; itself where it is one. */
  readonly members: readonly Matrix[];
  /** Rows `from` (included) to `to` (excluded). */
  readonly rows: (from: number, to: number) => Promise<Float32Array>;
}

/** The name of matrices that are one. */
export function stackName(names: readonly string[]): string {
  return names.join('+');
}

/** A matrix as the checkpoint has it. */
function storedMatrix(entry: TensorEntry): Matrix {
  const [out = 0, inner = 0] = entry.shape;
  const matrix: Matrix = {
    name: entry.name,
    out,
    in: inner,
    get members() {
      return [matrix];
    },
    rows: (from, to) => readRows(entry, from, to),
  };
  return matrix;
}

/** The rows of several matrices of equal width, one after another. */
export function stackMatrices(entries: readonly TensorEntry[]): Matrix {
  const members = entries.map(storedMatrix);
  const [first] = members;
  if (first && members.length === 1) return first;
  const inner = first?.in ?? 0;
  return {
    name: stackName(members.map(({ name }) => name)),
    out: members.reduce((sum, { out }) => sum + out, 0),
    in: inner,
    members,
    async rows(from, to) {
      const values = new Float32Array((to - from) * inner);
      let before = 0;
      for (const member of members) {
        const [start, end] = [Math.max(from, before), Math.min(to, before + member.out)];
        if (start < end) values.set(await member.rows(start - before, end - before), (start - from) * inner);
        before += member.out;
      }
      return values;
    },
  };
}
