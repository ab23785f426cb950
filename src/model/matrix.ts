/** Matrices of a checkpoint that are read a few rows at a time; several that share an input stand on top of each other as one. */
import { readRows, type TensorEntry } from './safetensors.js';

/** W [out, in]. */
export interface Matrix {
  readonly name: string;
  readonly out: number;
  readonly in: number;
  /** Rows `from` (included) to `to` (excluded). */
  rows(from: number, to: number): Promise<Float32Array>;
}

/** The name of matrices that are one. */
export function stackName(names: readonly string[]): string {
  return names.join('+');
}

/** The rows of several matrices of equal width, one after another. */
export function stackMatrices(entries: readonly TensorEntry[]): Matrix {
  const inner = entries[0]?.shape[1] ?? 0;
  const out = entries.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  return {
    name: stackName(entries.map(({ name }) => name)),
    out,
    in: inner,
    async rows(from, to) {
      const values = new Float32Array((to - from) * inner);
      let first = 0;
      for (const entry of entries) {
        const rows = entry.shape[0] ?? 0;
        const [start, end] = [Math.max(from, first), Math.min(to, first + rows)];
        if (start < end) {
          values.set(await readRows(entry, start - first, end - first), (start - from) * inner);
        }
        first += rows;
      }
      return values;
    },
  };
}
