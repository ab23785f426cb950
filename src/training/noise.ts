/** What training adds at random: fed with each run, drawn from the recipe's seed, the step and the micro-batch. */
import type { Random } from '../support/random.js';
import type { Arrays, ArrayWithShape } from '../tensor/arrays.js';
import type { Graph, Value } from '../tensor/graph.js';
import { add } from '../tensor/operators.js';
import type { PackedBatch } from './packing.js';

/** Random inputs of a graph. */
export interface Noise {
  /** Those of a micro-batch; without `random` such that nothing is changed. */
  feeds(batch: PackedBatch, random?: Random): Arrays;
}

const NAME = 'embedding_noise';

/**
 * NEFTune (arXiv 2310.05914): uniform noise on the embeddings, within ±alpha / √(L·d) with d numbers a token and L tokens of the longest example of the
 * micro-batch, as Transformers has it (neftune_noise_alpha).
 */
export class EmbeddingNoise implements Noise {
  constructor(
    private readonly graph: Graph,
    private readonly alpha: number,
    private readonly width: number,
  ) {}

  /** The embeddings [tokens, width] with what is fed added to them. */
  readonly apply = (x: Value): Value => add(x, this.graph.input(NAME, 'float32', ['tokens', this.width]));

  feeds(batch: PackedBatch, random?: Random): Record<string, ArrayWithShape> {
    const tokens = batch.rows * batch.length;
    const data = new Float32Array(tokens * this.width);
    if (random) {
      const longest = batch.positions.reduce((most, position) => Math.max(most, Number(position) + 1), 1);
      const bound = this.alpha / Math.sqrt(longest * this.width);
      for (let at = 0; at < data.length; at += 1) data[at] = (2 * random.next() - 1) * bound;
    }
    return { [NAME]: { data, shape: [tokens, this.width] } };
  }
}
