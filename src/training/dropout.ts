/**
 * Dropout of an adapter's inputs (Srivastava et al. 2014; PEFT's lora_dropout), reproducible: masks are inputs of the graph, drawn
 * from the recipe's seed, the step and the micro-batch, and so the same after a run was taken up again.
 *
 * Projections that read the same input share a mask. With gradient checkpointing the second computation sees the masks of the first.
 */
import type { Graph, Value } from '../tensor/graph.js';
import { cast, multiply } from '../tensor/operators.js';
import type { ArrayWithShape } from '../tensor/session.js';
import type { Random } from '../support/random.js';

interface Mask {
  readonly name: string;
  readonly width: number;
}

const SCALE = 'dropout_scale';

/** The masks of one graph: declared while it is built, fed with each run. */
export class Dropout {
  private readonly masks: Mask[] = [];
  private scale: Value | undefined;

  /** @param probability share of inputs that become zero */
  constructor(
    private readonly graph: Graph,
    private readonly probability: number,
  ) {}

  /** `x` [tokens, width] with some of its elements set to zero, and the others scaled up to keep the mean. */
  readonly apply = (x: Value, name: string): Value => {
    const known = this.masks.some((mask) => mask.name === name);
    const width = Number(x.shape[1]);
    // A part that is built twice (gradient checkpointing) reads the same mask.
    const mask = known
      ? (this.graph.inputs.find((input) => input.name === name) as Value)
      : this.graph.input(name, 'uint8', ['tokens', width]);
    if (!known) this.masks.push({ name, width });
    this.scale ??= this.graph.input(SCALE, 'float32', [1]);
    const { graph } = this;
    const factor = graph.composite(() => multiply(cast(mask, 'float32'), this.scale as Value));
    return multiply(x, factor);
  };

  /** Masks for a run of so many tokens; without `random` nothing is dropped. */
  feeds(tokens: number, random?: Random): Record<string, ArrayWithShape> {
    if (this.masks.length === 0) return {};
    const feeds: Record<string, ArrayWithShape> = {};
    for (const { name, width } of this.masks) {
      feeds[name] = { data: this.mask(tokens * width, random), shape: [tokens, width] };
    }
    const scale = random ? 1 / (1 - this.probability) : 1;
    feeds[SCALE] = { data: Float32Array.of(scale), shape: [1] };
    return feeds;
  }

  private mask(length: number, random: Random | undefined): Uint8Array {
    const mask = new Uint8Array(length).fill(1);
    if (!random) return mask;
    // Two draws of 16 bits from each number.
    const threshold = Math.round(this.probability * 65536);
    for (let index = 0; index < length; index += 2) {
      const bits = random.integer(2 ** 32);
      if ((bits & 0xffff) < threshold) mask[index] = 0;
      if (bits >>> 16 < threshold && index + 1 < length) mask[index + 1] = 0;
    }
    return mask;
  }
}
