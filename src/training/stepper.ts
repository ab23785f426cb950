/**
 * One optimiser step: run the training graph on each micro-batch, add the gradients up, clip, update.
 *
 * Knows neither what the loss is nor where examples come from.
 */
import type { FloatTensor } from '../model/safetensors.js';
import { floats, type ArrayWithShape } from '../tensor/arrays.js';
import type { Session } from '../tensor/session.js';
import { AdamW, clipFactor, gradientNorm, type AdamWOptions } from './adamw.js';
import { gradientName } from './graph.js';

export type Outputs = Readonly<Record<string, ArrayWithShape>>;

export class Stepper {
  readonly optimizer: AdamW;
  private gradients: Map<string, Float32Array> | undefined;

  /**
   * @param parameters the trained weights by graph input name; they are changed in place
   */
  constructor(
    private readonly session: Session,
    readonly parameters: ReadonlyMap<string, FloatTensor>,
    options?: AdamWOptions,
  ) {
    this.optimizer = new AdamW(options);
  }

  private feeds(feeds: Readonly<Record<string, ArrayWithShape>>): Record<string, ArrayWithShape> {
    return { ...feeds, ...Object.fromEntries(this.parameters) };
  }

  /** Runs one micro-batch and adds its gradients to those of the step. */
  async accumulate(feeds: Readonly<Record<string, ArrayWithShape>>): Promise<Outputs> {
    const outputs = await this.session.run(this.feeds(feeds));
    const first = this.gradients === undefined;
    const sums = (this.gradients ??= new Map<string, Float32Array>());
    for (const name of this.parameters.keys()) {
      const gradient = floats(outputs, gradientName(name));
      const sum = sums.get(name);
      if (first || !sum) sums.set(name, gradient);
      else for (let i = 0; i < sum.length; i += 1) sum[i] = sum[i]! + gradient[i]!;
    }
    return outputs;
  }

  /** Runs one micro-batch and leaves the gradients of the step as they are. */
  async evaluate(feeds: Readonly<Record<string, ArrayWithShape>>): Promise<Outputs> {
    return this.session.run(this.feeds(feeds));
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
