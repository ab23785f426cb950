/** Supervised fine-tuning: the mean cross-entropy of the completions' tokens. */
import { fixedSource, type LearningContext } from '../learning.js';
import { sftFeeds, sftLoss } from '../losses.js';
import { firstCompletionTokens, type Example, type Learning, type Objective } from '../objective.js';
import type { SftRecipe } from '../recipe.js';

/** One completion an example. */
export const SFT_OBJECTIVE: Objective<Example> = {
  loss: sftLoss,
  feeds: (batch, _, step) => sftFeeds(batch, firstCompletionTokens(step)),
  tally: () => undefined,
};

/** Completions of a data set. */
export function learnSft({ recipe, trees, validation }: LearningContext<SftRecipe>): Learning {
  const examples = trees.map((tree): Example => ({ tree }));
  return {
    objective: SFT_OBJECTIVE,
    source: fixedSource(recipe, examples.length, (index) => examples[index] as Example),
    validation: validation.map((tree) => ({ tree })),
  };
}
