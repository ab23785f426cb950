import { describe, expect, it } from 'vitest';
import { ExampleOrder } from '../../src/training/example-order.js';
import { stageRecipe } from '../../src/training/recipe.js';

const recipe = stageRecipe({
  name: 'stage',
  type: 'sft',
  train_dataset: 'train.jsonl',
  per_device_train_batch_size: 2,
  gradient_accumulation_steps: 2,
  num_train_epochs: 2,
});
const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

describe('the order of examples', () => {
  it('is a shuffle of all of them in each epoch, whose last step has what is left', () => {
    const order = new ExampleOrder(recipe, 10);
    const steps = Array.from({ length: order.totalSteps }, (_, step) => order.ofStep(step));
    expect(steps.map(({ length }) => length)).toEqual([4, 4, 2, 4, 4, 2]);
    const [first, second] = [steps.slice(0, 3).flat(), steps.slice(3).flat()];
    expect(sorted(first)).toEqual([...Array(10).keys()]);
    expect(sorted(second)).toEqual([...Array(10).keys()]);
    expect(first).not.toEqual(second);
    expect(order.ofEpoch(0)).toEqual(first);
  });

  it('is the same for a step whichever was asked before, and another for another seed', () => {
    const asked = new ExampleOrder(recipe, 10);
    asked.ofStep(5);
    expect(asked.ofStep(1)).toEqual(new ExampleOrder(recipe, 10).ofStep(1));
    expect(new ExampleOrder({ ...recipe, seed: 7 }, 10).ofEpoch(0)).not.toEqual(asked.ofEpoch(0));
  });

  it('names what the steps of a stage see, where max_steps ends it early', () => {
    const order = new ExampleOrder({ ...recipe, max_steps: 2 }, 10);
    expect(order.totalSteps).toBe(2);
    expect(order.seen()).toEqual([...order.ofStep(0), ...order.ofStep(1)]);
    expect(sorted(new ExampleOrder(recipe, 10).seen())).toEqual([...Array(10).keys()]);
  });
});
