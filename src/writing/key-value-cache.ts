/** What a model remembers of the sequences under way: a row of keys and values for each, in buffers that outlast them. */
import type { Qwen3Config } from '../model/config.js';
import { cacheName } from '../model/qwen3.js';
import type { ArrayWithShape } from '../tensor/session.js';

/** One part of the cache, [reserved, kv_heads, capacity, head_dim]. */
interface Buffer {
  readonly past: string;
  readonly present: string;
  data: Float32Array;
}

export class KeyValueCache {
  private readonly buffers: Buffer[];
  private reserved = 0;
  private capacity = 0;

  constructor(private readonly config: Qwen3Config) {
    this.buffers = Array.from({ length: config.numHiddenLayers }, (_, layer) =>
      (['key', 'value'] as const).map((part) => ({
        past: cacheName('past', layer, part),
        present: cacheName('present', layer, part),
        data: new Float32Array(),
      })),
    ).flat();
  }

  /** Makes room for so many sequences of so many tokens; what the first `kept` rows hold stays. */
  reserve(rows: number, capacity: number, kept: number): void {
    if (rows <= this.reserved && capacity <= this.capacity) return;
    const reserved = Math.max(rows, this.reserved);
    const room = Math.max(capacity, this.capacity);
    const { numKeyValueHeads, headDim } = this.config;
    for (const buffer of this.buffers) {
      const grown = new Float32Array(reserved * numKeyValueHeads * room * headDim);
      const size = this.capacity * headDim;
      for (let head = 0; head < kept * numKeyValueHeads; head += 1) {
        grown.set(buffer.data.subarray(head * size, (head + 1) * size), head * room * headDim);
      }
      buffer.data = grown;
    }
    this.reserved = reserved;
    this.capacity = room;
  }

  /** The rows from `start` as inputs and as outputs of the decoding graph, which adds to them in place. */
  rows(
    start: number,
    count: number,
  ): { past: Record<string, ArrayWithShape>; present: Record<string, ArrayWithShape> } {
    const shape = [count, this.config.numKeyValueHeads, this.capacity, this.config.headDim];
    const size = this.rowSize();
    const parts = this.buffers.map(({ past, present, data }) => ({
      past,
      present,
      array: { data: data.subarray(start * size, (start + count) * size), shape },
    }));
    return {
      past: Object.fromEntries(parts.map(({ past, array }) => [past, array])),
      present: Object.fromEntries(parts.map(({ present, array }) => [present, array])),
    };
  }

  /** Row `start + i` becomes what row `start + parents[i]` is now. */
  reorder(parents: readonly number[], start = 0): void {
    const size = this.rowSize();
    const moves = [...parents.entries()].filter(([index, parent]) => parent !== index);
    // Rows that only move towards the front overwrite none that is still to be read.
    const forward = moves.every(([index, parent]) => parent > index) && isAscending(parents);
    for (const { data } of this.buffers) {
      const source = forward ? data : data.slice(start * size, (start + Math.max(...parents) + 1) * size);
      const offset = forward ? start : 0;
      for (const [index, parent] of moves) {
        const row = source.subarray((offset + parent) * size, (offset + parent + 1) * size);
        data.set(row, (start + index) * size);
      }
    }
  }

  private rowSize(): number {
    return this.config.numKeyValueHeads * this.capacity * this.config.headDim;
  }
}

const isAscending = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0));
