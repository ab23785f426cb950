/** Watching a validation set while training: its loss, the best weights so far, and when to stop. */
import { floats } from '../tensor/arrays.js';
import type { Dropout } from './dropout.js';
import { microBatches, type Objective } from './objective.js';
import type { StageRecipe } from './recipe.js';
import type { Stepper } from './stepper.js';

/** What a checkpoint keeps of it. */
export interface ValidationState {
  /** As a float32, so that a checkpoint holds it exactly; Infinity before the first evaluation. */
  readonly bestLoss: number;
  /** Evaluations since the best one. */
  readonly sinceBest: number;
  /** The weights of the best evaluation, by name. */
  readonly best: ReadonlyMap<string, Float32Array>;
}

export class Validation {
  private state: ValidationState;

  constructor(
    private readonly objective: Objective,
    private readonly recipe: StageRecipe,
    private readonly stepper: Stepper,
    private readonly dropout: Dropout | undefined,
    state?: ValidationState,
  ) {
    this.state = state ?? { bestLoss: Infinity, sinceBest: 0, best: new Map() };
  }

  current(): ValidationState {
    return this.state;
  }

  /** The mean loss over the validation set under the weights of now; remembers them if it is the lowest so far. */
  async evaluate(): Promise<number> {
    const indices = this.objective.trees.map((_, index) => index);
    let sum = 0;
    for (const { batch, feeds } of microBatches(this.objective, this.recipe, indices)) {
      const masks = this.dropout?.feeds(batch.rows * batch.length);
      sum += floats(await this.stepper.evaluate({ ...feeds, ...masks }), 'loss')[0] ?? NaN;
    }
    const loss = Math.fround(sum);
    if (loss < this.state.bestLoss) {
      const weights = [...this.stepper.parameters].map(([name, { data }]) => [name, data.slice()] as const);
      this.state = { bestLoss: loss, sinceBest: 0, best: new Map(weights) };
    } else {
      this.state = { ...this.state, sinceBest: this.state.sinceBest + 1 };
    }
    return loss;
  }

  /** Whether the loss has not fallen for as many evaluations as the recipe has patience. */
  isExhausted(): boolean {
    const { early_stopping_patience: patience } = this.recipe;
    return patience > 0 && this.state.sinceBest >= patience;
  }

  /** Puts the best weights into the stepper's parameters. */
  restoreBest(): void {
    for (const [name, weights] of this.state.best) this.stepper.parameters.get(name)?.data.set(weights);
  }
}
