/** Watching a validation set while training: its loss, the best weights so far, and when to stop. */
import type { Noise } from './noise.js';
import { microBatches, type Example, type Objective, type PackingSettings } from './objective.js';
import type { FloatTensor } from '../model/safetensors.js';
import { floats, type Arrays } from '../tensor/arrays.js';
import type { Outputs } from './stepper.js';
import { UnderWay } from './under-way.js';

/** What a checkpoint keeps of it. */
export interface ValidationState {
  /** Infinity before the first evaluation. */
  readonly bestLoss: number;
  /** The step of that evaluation, where there was one. */
  readonly bestStep?: number;
  /** Evaluations since the best one. */
  readonly sinceBest: number;
  /** The weights of the best evaluation, by name. */
  readonly best: ReadonlyMap<string, Float32Array>;
}

export interface ValidationParts<E extends Example> {
  readonly objective: Objective<E>;
  readonly examples: readonly E[];
  /** Runs the graph on a micro-batch under the weights of now. */
  readonly run: (feeds: Arrays) => Promise<Outputs>;
  /** Runs that may be under way at once. */
  readonly atOnce: number;
  /** The weights by name. */
  readonly parameters: ReadonlyMap<string, FloatTensor>;
  readonly noise: Noise | undefined;
  readonly packing: PackingSettings;
  /** Whether the best weights are kept. */
  readonly keepsBest: boolean;
}

export class Validation<E extends Example> {
  constructor(
    private readonly parts: ValidationParts<E>,
    /** Evaluations without a lower loss before it is time to stop; 0 for never. */
    private readonly patience: number,
    private state: ValidationState = { bestLoss: Infinity, sinceBest: 0, best: new Map() },
  ) {}

  current(): ValidationState {
    return this.state;
  }

  /** The mean loss over the validation set under the weights of now, after `step` steps; remembers them if it is the lowest so far. */
  async evaluate(step: number): Promise<number> {
    const { objective, examples, run, parameters, noise, packing, keepsBest } = this.parts;
    const losses: number[] = [];
    const underWay = new UnderWay(this.parts.atOnce);
    let place = 0;
    for (const { batch, feeds } of microBatches(objective, packing, examples)) {
      const drawn = noise?.feeds(batch);
      const at = place;
      place += 1;
      await underWay.add(
        run({ ...feeds, ...drawn }).then((outputs) => (losses[at] = floats(outputs, 'loss')[0] ?? NaN)),
      );
    }
    await underWay.all();
    const loss = Math.fround(losses.reduce((sum, part) => sum + part, 0));
    if (loss < this.state.bestLoss) {
      const kept = keepsBest ? [...parameters] : [];
      const weights = kept.map(([name, { data }]) => [name, data.slice()] as const);
      this.state = { bestLoss: loss, bestStep: step, sinceBest: 0, best: new Map(weights) };
    } else {
      this.state = { ...this.state, sinceBest: this.state.sinceBest + 1 };
    }
    return loss;
  }

  /** Whether the loss has not fallen for as many evaluations as there is patience. */
  isExhausted(): boolean {
    return this.patience > 0 && this.state.sinceBest >= this.patience;
  }

  /** Puts the best weights into the stepper's parameters. */
  restoreBest(): void {
    for (const [name, weights] of this.state.best) this.parts.parameters.get(name)?.data.set(weights);
  }
}
