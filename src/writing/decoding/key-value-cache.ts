/** What a model remembers of the sequences under way: a row of keys and values for each, in buffers that outlast them. */
import type { ModelConfig } from '../../model/config.js';
import { CACHE_PARTS, cacheName } from '../../model/decoding-graph.js';
import type { ArrayWithShape } from '../../tensor/arrays.js';

/** Room is made for so many tokens at a time: what is kept for nothing is read for nothing. */
const BLOCK = 32;

export class KeyValueCache {
  /** For each layer keys, then values: [reserved, kv_heads, capacity, head_dim]. */
  private buffers: Float32Array[];
  private reserved = 0;
  private room = 0;

  constructor(private readonly config: ModelConfig) {
    const count = config.numHiddenLayers * CACHE_PARTS.length;
    this.buffers = Array.from({ length: count }, () => new Float32Array());
  }

  /** Tokens that a row has room for. */
  get capacity(): number {
    return this.room;
  }

  /** Makes room for so many sequences of so many tokens; what the first `kept` rows hold stays. */
  reserve(rows: number, tokens: number, kept: number): void {
    const room = Math.max(Math.ceil(tokens / BLOCK) * BLOCK, this.room);
    const reserved = Math.max(rows, this.reserved);
    if (reserved === this.reserved && room === this.room) return;
    const { numKeyValueHeads, headDim } = this.config;
    const size = this.room * headDim;
    this.buffers = this.buffers.map((buffer) => {
      const grown = new Float32Array(reserved * numKeyValueHeads * room * headDim);
      for (let head = 0; head < kept * numKeyValueHeads; head += 1) {
        grown.set(buffer.subarray(head * size, (head + 1) * size), head * room * headDim);
      }
      return grown;
    });
    this.reserved = reserved;
    this.room = room;
  }

  /** The rows from `start` as inputs of the decoding graph. */
  inputs(start: number, count: number): Record<string, ArrayWithShape> {
    const { numKeyValueHeads, headDim, numHiddenLayers } = this.config;
    const shape = [count, numKeyValueHeads, this.room, headDim];
    const size = this.rowSize();
    const inputs: Record<string, ArrayWithShape> = {};
    for (let layer = 0; layer < numHiddenLayers; layer += 1) {
      CACHE_PARTS.forEach((part, index) => {
        const buffer = this.buffers[layer * CACHE_PARTS.length + index] as Float32Array;
        const data = buffer.subarray(start * size, (start + count) * size);
        inputs[cacheName(layer, part)] = { data, shape };
      });
    }
    return inputs;
  }

  /**
   * Adds what a run of the decoding graph has computed.
   *
   * @param added its output of that name: [layers · 2 · B, kv_heads, T, head_dim]
   * @param lengths tokens that each of the B rows from `start` held before
   * @param counts tokens of the T that each row has; the rest is padding
   */
  append(added: Float32Array, start: number, lengths: readonly number[], counts: readonly number[]): void {
    const { numKeyValueHeads, headDim } = this.config;
    const width = Math.max(...counts);
    const block = width * headDim;
    this.buffers.forEach((buffer, index) => {
      counts.forEach((count, row) => {
        for (let head = 0; head < numKeyValueHeads; head += 1) {
          const from = ((index * counts.length + row) * numKeyValueHeads + head) * block;
          const to = (((start + row) * numKeyValueHeads + head) * this.room + (lengths[row] ?? 0)) * headDim;
          buffer.set(added.subarray(from, from + count * headDim), to);
        }
      });
    });
  }

  /** Row `start + i` becomes what row `start + parents[i]` is now. */
  reorder(parents: readonly number[], start = 0): void {
    const size = this.rowSize();
    const moves = [...parents.entries()].filter(([index, parent]) => parent !== index);
    // Rows that only move towards the front overwrite none that is still to be read.
    const forward = moves.every(([index, parent]) => parent > index) && isAscending(parents);
    for (const buffer of this.buffers) {
      const source = forward ? buffer : buffer.slice(start * size, (start + Math.max(...parents) + 1) * size);
      const offset = forward ? start : 0;
      for (const [index, parent] of moves) {
        const row = source.subarray((offset + parent) * size, (offset + parent + 1) * size);
        buffer.set(row, (start + index) * size);
      }
    }
  }

  private rowSize(): number {
    return this.config.numKeyValueHeads * this.room * this.config.headDim;
  }
}

const isAscending = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0));
