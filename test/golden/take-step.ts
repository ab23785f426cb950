/** An optimiser step as the trainer takes it, and what is told of it. */
import { floats } from '../../src/tensor/arrays.js';
import { microBatches, type Example, type Objective } from '../../src/training/objective.js';
import type { CommonSettings } from '../../src/training/recipe.js';
import type { Stepper } from '../../src/training/stepper.js';
import { Tally } from '../../src/training/tally.js';

export interface TakenStep {
  readonly loss: number;
  readonly norm: number;
  readonly figures: Record<string, number>;
}

export async function takeStep<E extends Example>(
  objective: Objective<E>,
  stepper: Stepper,
  { learning_rate, max_grad_norm, per_device_train_batch_size }: CommonSettings,
  row_length: number,
  examples: readonly E[],
): Promise<TakenStep> {
  const tally = new Tally();
  let loss = 0;
  for (const { part, batch, feeds } of microBatches(
    objective,
    { per_device_train_batch_size, row_length },
    examples,
  )) {
    const outputs = await stepper.accumulate(feeds);
    objective.tally(batch, part, outputs, tally);
    loss += floats(outputs, 'loss')[0]!;
  }
  const norm = stepper.update(learning_rate, max_grad_norm);
  return { loss, norm, figures: tally.figures() };
}
