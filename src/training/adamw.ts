/** AdamW (Loshchilov and Hutter, arXiv 1711.05101) over plain float arrays, in the order of PyTorch's arithmetic. */

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

export const ADAMW_DEFAULTS: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** The optimiser's memory of one parameter: running means of the gradient and of its square. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export class AdamW {
  private readonly moments = new Map<string, Moments>();
  private steps = 0;

  constructor(private readonly options: AdamWOptions = ADAMW_DEFAULTS) {}

  /**
   * One update of all parameters in place.
   *
   * @param scale factor of the gradients (clipping)
   * @param decays which parameters weight decay applies to
   */
  step(
    parameters: ReadonlyMap<string, Float32Array>,
    gradients: ReadonlyMap<string, Float32Array>,
    learningRate: number,
    scale = 1,
    decays: (name: string) => boolean = () => true,
  ): void {
    this.steps += 1;
    const { beta1, beta2, epsilon, weightDecay } = this.options;
    const stepSize = learningRate / (1 - beta1 ** this.steps);
    const correction = Math.sqrt(1 - beta2 ** this.steps);
    for (const [name, parameter] of parameters) {
      const gradient = gradients.get(name);
      if (!gradient) continue;
      const { first, second } = this.momentsOf(name, parameter.length);
      const keep = decays(name) ? 1 - learningRate * weightDecay : 1;
      for (let i = 0; i < parameter.length; i += 1) {
        const g = gradient[i]! * scale;
        const m = first[i]! + (g - first[i]!) * (1 - beta1);
        const v = second[i]! * beta2 + g * g * (1 - beta2);
        first[i] = m;
        second[i] = v;
        parameter[i] = parameter[i]! * keep - (stepSize * m) / (Math.sqrt(v) / correction + epsilon);
      }
    }
  }

  private momentsOf(name: string, size: number): Moments {
    let moments = this.moments.get(name);
    if (!moments) {
      moments = { first: new Float32Array(size), second: new Float32Array(size) };
      this.moments.set(name, moments);
    }
    return moments;
  }

  /** The state to keep in a checkpoint. The arrays are the live ones. */
  state(): { steps: number; moments: ReadonlyMap<string, Moments> } {
    return { steps: this.steps, moments: this.moments };
  }

  /** Takes up a state from a checkpoint. */
  restore(steps: number, moments: ReadonlyMap<string, Moments>): void {
    this.steps = steps;
    this.moments.clear();
    for (const [name, value] of moments) this.moments.set(name, value);
  }
}

/** The Euclidean norm of all gradients together. */
export function gradientNorm(gradients: ReadonlyMap<string, Float32Array>): number {
  let sum = 0;
  for (const gradient of gradients.values()) {
    for (let i = 0; i < gradient.length; i += 1) sum += gradient[i]! * gradient[i]!;
  }
  return Math.sqrt(sum);
}

/** The factor that brings gradients of this norm down to `maximum`, as torch.nn.utils.clip_grad_norm_ has it. */
export function clipFactor(norm: number, maximum: number): number {
  return Math.min(1, maximum / (norm + 1e-6));
}
