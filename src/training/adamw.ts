/** AdamW (Loshchilov and Hutter, arXiv 1711.05101) over plain float arrays, in the order of PyTorch's arithmetic. */

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** How many times the learning rate a parameter learns at; 1 where absent. */
  readonly factorOf?: (name: string) => number;
}

const ADAMW_DEFAULTS: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

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
    const { beta1, beta2, epsilon, weightDecay, factorOf = () => 1 } = this.options;
    // The root of the second moment is corrected by `correction`: both sides of the quotient are multiplied by it, which saves a division.
    const correction = Math.sqrt(1 - beta2 ** this.steps);
    const stepSize = (learningRate / (1 - beta1 ** this.steps)) * correction;
    const rule = { beta1, beta2, scale, epsilon: epsilon * correction };
    for (const [name, parameter] of parameters) {
      const gradient = gradients.get(name);
      if (!gradient) continue;
      const factor = factorOf(name);
      const keep = decays(name) ? 1 - learningRate * factor * weightDecay : 1;
      const moments = this.momentsOf(name, parameter.length);
      update(parameter, gradient, moments, { ...rule, stepSize: stepSize * factor, keep });
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

/** What one update does to each element. */
interface UpdateRule {
  readonly beta1: number;
  readonly beta2: number;
  /** Factor of the gradient. */
  readonly scale: number;
  /** Factor of the parameter: weight decay. */
  readonly keep: number;
  readonly stepSize: number;
  readonly epsilon: number;
}

/** All of one parameter in one pass: its moments, then itself. */
function update(parameter: Float32Array, gradient: Float32Array, moments: Moments, rule: UpdateRule): void {
  const { first, second } = moments;
  const { beta2, scale, keep, stepSize, epsilon } = rule;
  const [newFirst, newSecond] = [1 - rule.beta1, 1 - beta2];
  for (let i = 0; i < parameter.length; i += 1) {
    const g = gradient[i]! * scale;
    const before = first[i]!;
    const m = before + (g - before) * newFirst;
    const v = second[i]! * beta2 + g * g * newSecond;
    first[i] = m;
    second[i] = v;
    parameter[i] = parameter[i]! * keep - (stepSize * m) / (Math.sqrt(v) + epsilon);
  }
}

/** The Euclidean norm of all gradients together. */
export function gradientNorm(gradients: ReadonlyMap<string, Float32Array>): number {
  let sum = 0;
  for (const gradient of gradients.values()) sum += squares(gradient);
  return Math.sqrt(sum);
}

/** The sum of squares, in four sums that the processor adds side by side. */
function squares(x: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = x.length - (x.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += x[i]! * x[i]!;
    b += x[i + 1]! * x[i + 1]!;
    c += x[i + 2]! * x[i + 2]!;
    d += x[i + 3]! * x[i + 3]!;
  }
  for (let i = whole; i < x.length; i += 1) a += x[i]! * x[i]!;
  return a + b + (c + d);
}

/** The factor that brings gradients of this norm down to `maximum`, as torch.nn.utils.clip_grad_norm_ has it. */
export function clipFactor(norm: number, maximum: number): number {
  return Math.min(1, maximum / (norm + 1e-6));
}
