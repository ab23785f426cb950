/**
 * Packing: a micro-batch as a few rows of tokens, each row a small forest of segments.
 *
 * An example is one prompt with one or more completions. A token sees its own segment up to itself, and the prompt
 * before it; so the prompt is computed once for all its completions, and rows need next to no padding. The attention mask
 * is all that knows this. Works on token ids only.
 */

/** One prompt and the completions that follow it; loss falls on completions only. */
export interface TokenTree {
  readonly prompt: readonly number[];
  readonly completions: readonly (readonly number[])[];
}

/** A place where loss is taken: the hidden state at `row` predicts `target`, for completion `sequence`. */
export interface LossRow {
  readonly row: number;
  readonly target: number;
  readonly sequence: number;
}

/** A micro-batch ready for the graph: `rows` rows of `length` tokens. */
export interface PackedBatch {
  readonly rows: number;
  readonly length: number;
  readonly tokenIds: BigInt64Array;
  readonly positions: BigInt64Array;
  /** [rows, length, length] */
  readonly mask: Float32Array;
  readonly lossRows: readonly LossRow[];
  /** Completions in the batch, numbered by example and then by completion. */
  readonly sequences: number;
  /** Tokens that are no padding. */
  readonly tokens: number;
}

/** What stands in the mask where a token may not look: its weight underflows to zero. */
const HIDDEN = -1e9;

export function treeLength(tree: TokenTree): number {
  return tree.completions.reduce((sum, completion) => sum + completion.length, tree.prompt.length);
}

/** Which row each example goes to: best fit, the longest first; rows hold at most `length` tokens. */
export function bestFit(lengths: readonly number[], length: number): number[][] {
  const order = lengths
    .map((_, index) => index)
    .sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b);
  const rows: { room: number; items: number[] }[] = [];
  for (const index of order) {
    const size = lengths[index] ?? 0;
    let best: { room: number; items: number[] } | undefined;
    for (const row of rows) {
      if (row.room >= size && (!best || row.room < best.room)) best = row;
    }
    if (!best) {
      best = { room: length, items: [] };
      rows.push(best);
    }
    best.items.push(index);
    best.room -= size;
  }
  return rows.map((row) => row.items);
}

/**
 * Packs examples into rows of at most `rowLength` tokens (more if one example is longer), then cuts the rows to the
 * longest one. The numbers computed do not depend on how examples share rows.
 */
export function packTrees(trees: readonly TokenTree[], rowLength: number): PackedBatch {
  const lengths = trees.map(treeLength);
  const assignment = bestFit(lengths, Math.max(rowLength, ...lengths));
  const used = assignment.map((items) => items.reduce((sum, index) => sum + (lengths[index] ?? 0), 0));
  const length = Math.max(...used);
  const rows = assignment.length;
  const firstSequence: number[] = [];
  let sequences = 0;
  for (const tree of trees) {
    firstSequence.push(sequences);
    sequences += tree.completions.length;
  }

  const batch: PackedBatch & { lossRows: LossRow[] } = {
    rows,
    length,
    tokenIds: new BigInt64Array(rows * length),
    positions: new BigInt64Array(rows * length),
    mask: new Float32Array(rows * length * length).fill(HIDDEN),
    lossRows: [],
    sequences,
    tokens: lengths.reduce((sum, size) => sum + size, 0),
  };
  assignment.forEach((items, row) => {
    let at = 0;
    for (const index of items) {
      const tree = trees[index];
      if (tree) at = placeTree(batch, tree, row, at, firstSequence[index] ?? 0);
    }
    for (; at < length; at += 1) seeRange(batch, row, at, at, at);
  });
  batch.lossRows.sort((a, b) => a.sequence - b.sequence || a.row - b.row);
  return batch;
}

/** Lets token `at` of a row see the tokens `from` to `to`, both included. */
function seeRange(batch: PackedBatch, row: number, at: number, from: number, to: number): void {
  const start = (row * batch.length + at) * batch.length;
  batch.mask.fill(0, start + from, start + to + 1);
}

function placeTree(
  batch: PackedBatch & { lossRows: LossRow[] },
  tree: TokenTree,
  row: number,
  start: number,
  firstSequence: number,
): number {
  const offset = row * batch.length;
  const place = (at: number, token: number, position: number): void => {
    batch.tokenIds[offset + at] = BigInt(token);
    batch.positions[offset + at] = BigInt(position);
  };
  const promptLength = tree.prompt.length;
  tree.prompt.forEach((token, index) => {
    place(start + index, token, index);
    seeRange(batch, row, start + index, start, start + index);
  });
  let at = start + promptLength;
  tree.completions.forEach((completion, number) => {
    const first = at;
    completion.forEach((token, index) => {
      place(at, token, promptLength + index);
      if (promptLength > 0) seeRange(batch, row, at, start, start + promptLength - 1);
      seeRange(batch, row, at, first, at);
      const predictor = index === 0 ? start + promptLength - 1 : at - 1;
      if (index > 0 || promptLength > 0) {
        batch.lossRows.push({ row: offset + predictor, target: token, sequence: firstSequence + number });
      }
      at += 1;
    });
  });
  return at;
}
