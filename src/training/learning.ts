/** What a stage's objective is made from, and the sources of examples that objectives share. */
import type { FrozenBase } from '../model/frozen-base.js';
import type { Adapter } from '../model/lora.js';
import { ExampleOrder } from './example-order.js';
import type { Example, ExampleSource } from './objective.js';
import type { TokenTree } from './packing.js';
import type { StageRecipe } from './recipe.js';
import type { Rollouts } from './rollouts.js';

/** A line of a data set as token ids. */
export interface TokenizedExample extends TokenTree {
  /** Of an answer that was judged: whether it is a good one. */
  readonly label?: boolean;
}

/** What an objective is made from. */
export interface LearningContext<R extends StageRecipe = StageRecipe> extends Rollouts {
  readonly recipe: R;
  readonly base: FrozenBase;
  /** The adapter at the stage's start: the reference. */
  readonly reference: Adapter;
  /** The adapter that is trained, as it is now. */
  readonly adapter: Adapter;
  readonly trees: readonly TokenizedExample[];
  readonly validation: readonly TokenizedExample[];
  /** The stage's folder: what was sampled is kept in it. */
  readonly folder: string;
  /** Written into the adapters' configuration. */
  readonly baseName: string;
}

/** Examples that are all there before the first step, in the order of {@link ExampleOrder}. */
export function fixedSource<E extends Example>(
  recipe: StageRecipe,
  count: number,
  exampleAt: (index: number) => E,
): ExampleSource<E> {
  const order = new ExampleOrder(recipe, count);
  return {
    totalSteps: order.totalSteps,
    stepsPerEpoch: order.stepsPerEpoch,
    ofStep: (step) => {
      const places = order.ofStep(step);
      return { places, examples: places.map(exampleAt) };
    },
  };
}
