/**
 * One optimiser step: run the training graph on each micro-batch, add the gradients up, clip, update.
 *
 * Knows neither what the loss is nor where examples come from.
 */
import type { FloatTensor } from '../model/safetensors.js';
import { floats, type Arrays } from '../tensor/arrays.js';
import type { Runner } from '../tensor/session.js';
import { AdamW, clipFactor, gradientNorm, type AdamWOptions } from './adamw.js';
import { gradientName } from './graph.js';

export type Outputs = Arrays;

export class Stepper {
  readonly optimizer: AdamW;
  private gradients: Map<string, Float32Array> | undefined;
  /** The micro-batch asked for last, or one before it. */
  private latest: Promise<unknown> = Promise.resolve();

  /**
   * @param parameters the trained weights by graph input name; they are changed in place
   * @param keep sets to zero what of a gradient belongs to weights that stay as they are
   */
  constructor(
    private readonly runner: Runner,
    readonly parameters: ReadonlyMap<string, FloatTensor>,
    options?: AdamWOptions,
    private readonly keep: (name: string, gradient: Float32Array) => void = () => undefined,
  ) {
    this.optimizer = new AdamW(options);
  }

  private feeds(feeds: Arrays): Arrays {
    return { ...feeds, ...Object.fromEntries(this.parameters) };
  }

  /** How many micro-batches may be under way at once. */
  get atOnce(): number {
    return this.runner.atOnce;
  }

  /**
   * Runs one micro-batch and adds its gradients to those of the step. Several may be under way: what they are fed is read before this
   * returns where {@link atOnce} is more than 1, and gradients are added up in the order of the calls.
   */
  accumulate(feeds: Arrays): Promise<Outputs> {
    const running = this.runner.run(this.feeds(feeds));
    const added = this.latest.then(async () => {
      const outputs = await running;
      this.add(outputs);
      return outputs;
    });
    this.latest = added.catch(() => undefined);
    return added;
  }

  private add(outputs: Outputs): void {
    const sums = (this.gradients ??= new Map<string, Float32Array>());
    for (const name of this.parameters.keys()) {
      const gradient = floats(outputs, gradientName(name));
      const sum = sums.get(name);
      if (!sum) sums.set(name, gradient);
      else for (let i = 0; i < sum.length; i += 1) sum[i] = sum[i]! + gradient[i]!;
    }
  }

  /** Runs one micro-batch and leaves the gradients of the step as they are. */
  async evaluate(feeds: Arrays): Promise<Outputs> {
    return this.runner.run(this.feeds(feeds));
  }

  /** The gradients of the step so far. */
  currentGradients(): ReadonlyMap<string, Float32Array> {
    return this.gradients ?? new Map<string, Float32Array>();
  }

  /**
   * Clips and updates; forgets the gradients.
   *
   * @returns the gradient's norm before clipping. Where it is not finite nothing is updated.
   */
  update(learningRate: number, maxGradNorm: number, decays?: (name: string) => boolean): number {
    const gradients = this.currentGradients();
    for (const [name, gradient] of gradients) this.keep(name, gradient);
    const norm = gradientNorm(gradients);
    if (Number.isFinite(norm)) {
      const weights = new Map([...this.parameters].map(([name, { data }]) => [name, data]));
      const factor = maxGradNorm > 0 ? clipFactor(norm, maxGradNorm) : 1;
      this.optimizer.step(weights, gradients, learningRate, factor, decays);
    }
    this.gradients = undefined;
    return norm;
  }
}
