/**
 * Packing: a micro-batch as a few rows of tokens, each row a trie.
 *
 * A token sees itself and its ancestors: what came before it in its own example. Whatever two sequences of a row begin
 * with is computed once for both: the chat template and the form asked for, the prompt of a preference pair, the lines that a chosen
 * and a rejected poem share. The attention mask is all that knows this, and the numbers do not depend on it. Works on token ids only.
 */
import { UNSEEN } from '../model/attention.js';

/** One prompt and the completions that follow it; loss falls on completions only. */
export interface TokenTree {
  readonly prompt: readonly number[];
  readonly completions: readonly (readonly number[])[];
  /** For each completion whether each of its tokens carries loss; absent: all do. */
  readonly lossMasks?: readonly (readonly boolean[])[];
}

/** A place where loss is taken: the hidden state at `row` predicts `target`, for each of `sequences`. */
export interface LossRow {
  readonly row: number;
  readonly target: number;
  readonly sequences: readonly number[];
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
  /** Tokens of the examples, before anything is shared. */
  readonly tokens: number;
}

/** The row length at which attention costs about as much as the layers' matrices do (2,550 for Qwen3-0.6B). */
const EVEN_COST_LENGTH = 2000;

/** What computing rows costs, in tokens of an infinitely short row: attention grows with a row's length. */
export const rowCost = (rows: number, length: number): number =>
  rows * length * (1 + length / EVEN_COST_LENGTH);

/** Tokens of an example when nothing is shared. */
export function treeLength(tree: TokenTree): number {
  return tree.completions.reduce((sum, completion) => sum + completion.length, tree.prompt.length);
}

/** Whether a token of a completion carries loss. @param place from the beginning of the completion; negative in the prompt */
function carriesLoss({ lossMasks }: TokenTree, completion: number, place: number): boolean {
  return place >= 0 && (lossMasks?.[completion]?.[place] ?? true);
}

/** Tokens of a completion that carry loss. */
export function lossTokens(tree: TokenTree, completion: number): number {
  const tokens = tree.completions[completion] ?? [];
  return tokens.reduce((sum, _, place) => sum + Number(carriesLoss(tree, completion, place)), 0);
}

/** Tokens of the longest example, or `atLeast`. */
export function longestLength(trees: readonly TokenTree[], atLeast: number): number {
  return trees.reduce((most, tree) => Math.max(most, treeLength(tree)), atLeast);
}

function sharedPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

function comparePrompts(a: readonly number[], b: readonly number[]): number {
  const at = sharedPrefix(a, b);
  return (a[at] ?? -1) - (b[at] ?? -1);
}

/** Examples in the order of their prompts, so that neighbours begin alike. Equal prompts keep their order. */
export function sortByPrompt(trees: readonly TokenTree[], indices: readonly number[]): number[] {
  const prompt = (index: number): readonly number[] => trees[index]?.prompt ?? [];
  return [...indices].sort((a, b) => comparePrompts(prompt(a), prompt(b)));
}

/** A token of a row, and what follows it. */
interface TrieNode {
  readonly token: number;
  readonly position: number;
  readonly children: Map<number, TrieNode>;
  /** Sequences that take loss on this token. */
  readonly loss: number[];
}

/** The first tokens of a row, and how many tokens it has. */
interface Trie {
  readonly roots: Map<number, TrieNode>;
  size: number;
}

/** Adds an example to a row's trie; its completions are numbered from `firstSequence`. */
function insertTree(trie: Trie, tree: TokenTree, firstSequence: number): void {
  tree.completions.forEach((completion, number) => {
    let children = trie.roots;
    [...tree.prompt, ...completion].forEach((token, position) => {
      let node = children.get(token);
      if (!node) {
        node = { token, position, children: new Map(), loss: [] };
        children.set(token, node);
        trie.size += 1;
      }
      if (carriesLoss(tree, number, position - tree.prompt.length)) node.loss.push(firstSequence + number);
      children = node.children;
    });
  });
}

function trieSize(tree: TokenTree): number {
  const trie: Trie = { roots: new Map(), size: 0 };
  insertTree(trie, tree, 0);
  return trie.size;
}

/** A row being filled: its examples, and the tokens it has, what is shared counted once. */
interface OpenRow {
  readonly items: number[];
  used: number;
}

/** Puts each example where it adds the fewest tokens, and of such rows where least room is left. */
function fillRows(trees: readonly TokenTree[], sizes: readonly number[], capacity: number): OpenRow[] {
  const rows: OpenRow[] = [];
  const bySize = trees.map((_, index) => index).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
  for (const index of sortByPrompt(trees, bySize)) {
    const prompt = trees[index]?.prompt ?? [];
    let best: { row: OpenRow; added: number } | undefined;
    for (const row of rows) {
      // The last example of a row is the one that begins most alike: examples come in the order of their prompts.
      const shared = sharedPrefix(prompt, trees[row.items.at(-1) ?? 0]?.prompt ?? []);
      const added = (sizes[index] ?? 0) - shared;
      if (row.used + added > capacity) continue;
      const better = !best || added < best.added || (added === best.added && row.used > best.row.used);
      if (better) best = { row, added };
    }
    if (best) {
      best.row.items.push(index);
      best.row.used += best.added;
    } else {
      rows.push({ items: [index], used: sizes[index] ?? 0 });
    }
  }
  return rows;
}

/**
 * Which examples share a row. Of the ways to fill rows of at most `rowLength` tokens (or of the longest example, if that
 * is longer), the one that costs least, padding and attention counted.
 */
export function assignRows(trees: readonly TokenTree[], rowLength: number): number[][] {
  const sizes = trees.map(trieSize);
  const longest = Math.max(...sizes);
  let best: readonly OpenRow[] = [];
  let bestCost = Infinity;
  for (let capacity = Math.max(rowLength, longest); capacity >= longest;) {
    const rows = fillRows(trees, sizes, capacity);
    const length = Math.max(...rows.map(({ used }) => used));
    const cost = rowCost(rows.length, length);
    if (cost < bestCost) [best, bestCost] = [rows, cost];
    capacity = length - 1;
  }
  return best.map(({ items }) => items);
}

/** Packs examples into rows of at most `rowLength` tokens (more if one example is longer). */
export function packTrees(trees: readonly TokenTree[], rowLength: number): PackedBatch {
  const firstSequence: number[] = [];
  let sequences = 0;
  for (const tree of trees) {
    firstSequence.push(sequences);
    sequences += tree.completions.length;
  }
  const tries = assignRows(trees, rowLength).map((items) => {
    const trie: Trie = { roots: new Map(), size: 0 };
    for (const index of items) insertTree(trie, trees[index] as TokenTree, firstSequence[index] ?? 0);
    return trie;
  });
  const rows = tries.length;
  const length = Math.max(...tries.map(({ size }) => size));
  const batch: PackedBatch & { lossRows: LossRow[] } = {
    rows,
    length,
    tokenIds: new BigInt64Array(rows * length),
    positions: new BigInt64Array(rows * length),
    mask: new Float32Array(rows * length * length).fill(UNSEEN),
    lossRows: [],
    sequences,
    tokens: trees.reduce((sum, tree) => sum + treeLength(tree), 0),
  };
  tries.forEach((trie, row) => {
    let at = placeNodes(batch, trie.roots, row, 0, undefined);
    for (; at < length; at += 1) seeThrough(batch, row, at, undefined);
  });
  return batch;
}

/** Lets token `at` of a row see itself and all that `parent` sees. */
function seeThrough(batch: PackedBatch, row: number, at: number, parent: number | undefined): void {
  const start = (row * batch.length + at) * batch.length;
  if (parent !== undefined) {
    const from = (row * batch.length + parent) * batch.length;
    batch.mask.copyWithin(start, from, from + parent + 1);
  }
  batch.mask[start + at] = 0;
}

/** Places tokens and their descendants from place `at` of a row on; returns the place after the last. */
function placeNodes(
  batch: PackedBatch & { lossRows: LossRow[] },
  nodes: ReadonlyMap<number, TrieNode>,
  row: number,
  at: number,
  parent: number | undefined,
): number {
  const offset = row * batch.length;
  for (const { token, position, children, loss } of nodes.values()) {
    batch.tokenIds[offset + at] = BigInt(token);
    batch.positions[offset + at] = BigInt(position);
    seeThrough(batch, row, at, parent);
    if (loss.length > 0 && parent !== undefined) {
      batch.lossRows.push({ row: offset + parent, target: token, sequences: loss });
    }
    at = placeNodes(batch, children, row, at + 1, at);
  }
  return at;
}
