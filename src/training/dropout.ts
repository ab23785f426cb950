/**
 * Dropout of an adapter's inputs (Srivastava et al. 2014; PEFT's lora_dropout), reproducible: masks are inputs of the graph, drawn
 * from the recipe's seed, the step and the micro-batch, and so the same after a run was taken up again.
 *
 * Projections that read the same input share a mask. With gradient checkpointing the second computation sees the masks of the first.
 */
import type { Graph, Value } from '../tensor/graph.js';
import { masked } from '../tensor/neural-operators.js';
import type { ArrayWithShape } from '../tensor/arrays.js';
import type { Random } from '../support/random.js';

interface Mask {
  readonly name: string;
  readonly width: number;
}

const SCALE = 'dropout_scale';

/** The masks of one graph: declared while it is built, fed with each run. */
export class Dropout {
  private readonly masks: Mask[] = [];
  private readonly buffers = new Map<string, Uint8Array>();
  private readonly gaps: Uint32Array;
  private scale: Value | undefined;

  /** @param probability share of inputs that become zero */
  constructor(
    private readonly graph: Graph,
    private readonly probability: number,
  ) {
    this.gaps = gapQuantiles(probability);
  }

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
    return masked(x, mask, this.scale);
  };

  /** Masks for a run of so many tokens; without `random` nothing is dropped. */
  feeds(tokens: number, random?: Random): Record<string, ArrayWithShape> {
    if (this.masks.length === 0) return {};
    const feeds: Record<string, ArrayWithShape> = {};
    for (const { name, width } of this.masks) {
      feeds[name] = { data: this.mask(name, tokens * width, random), shape: [tokens, width] };
    }
    const scale = random ? 1 / (1 - this.probability) : 1;
    feeds[SCALE] = { data: Float32Array.of(scale), shape: [1] };
    return feeds;
  }

  /** Overwrites the mask of this name that was drawn before: a run has read it by then. */
  private mask(name: string, length: number, random: Random | undefined): Uint8Array {
    let buffer = this.buffers.get(name);
    if (!buffer || buffer.length < length) this.buffers.set(name, (buffer = new Uint8Array(length)));
    const mask = buffer.subarray(0, length).fill(1);
    if (!random) return mask;
    // A draw a zero, not a draw an element: two draws of 16 bits from each number.
    const { gaps } = this;
    for (let index = -1; ;) {
      const bits = random.bits();
      index += 1 + gaps[bits & 0xffff]!;
      if (index < length) mask[index] = 0;
      index += 1 + gaps[bits >>> 16]!;
      if (index >= length) return mask;
      mask[index] = 0;
    }
  }
}

/** Equally likely numbers of elements that stay between two that are dropped: the quantiles of the geometric distribution. */
function gapQuantiles(probability: number): Uint32Array {
  const count = 65536;
  const logarithm = Math.log(1 - probability);
  return Uint32Array.from({ length: count }, (_, index) =>
    Math.floor(Math.log((index + 0.5) / count) / logarithm),
  );
}
