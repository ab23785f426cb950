/** Preference optimisation: answers by pairs, the chosen and the rejected one, against a reference. */
import type { FrozenBase } from '../../model/frozen-base.js';
import type { Adapter } from '../../model/lora.js';
import { floats } from '../../tensor/arrays.js';
import { ExampleOrder } from '../example-order.js';
import { fixedSource, type LearningContext } from '../learning.js';
import { sequenceSums } from '../losses.js';
import { firstCompletionTokens, type Example, type Learning, type Objective } from '../objective.js';
import type { TokenTree } from '../packing.js';
import {
  asCompared,
  isReferenceFree,
  preferenceFeeds,
  preferenceLoss,
  type PreferenceOptions,
} from '../preference.js';
import type { DpoRecipe } from '../recipe.js';
import { preferenceOptions } from '../recipe/preference-settings.js';
import { scoreTrees } from '../scoring.js';

/** A prompt with two completions, the chosen and the rejected. */
export interface Pair extends Example {
  /** Sums of log-probabilities of both under the reference; zeros where the loss needs none. */
  readonly references: readonly number[];
}

const NO_REFERENCE = [0, 0];

/** The objective of preference pairs: the loss of the type asked for, against the reference log-probabilities. */
export function preferenceObjective(options: PreferenceOptions): Objective<Pair> {
  const { lossType, beta } = options;
  const referencesOf = (part: readonly Pair[]): number[] => part.flatMap(({ references }) => references);
  return {
    loss: preferenceLoss(options),
    feeds: (batch, part, step) =>
      preferenceFeeds(batch, referencesOf(part), options, step.length, firstCompletionTokens(step)),
    tally: (batch, part, outputs, tally) => {
      const logps = asCompared(batch, sequenceSums(batch, floats(outputs, 'logps')), lossType);
      const reference = asCompared(batch, referencesOf(part), lossType);
      part.forEach((_, pair) => {
        const [chosen = NaN, rejected = NaN] = [logps[2 * pair], logps[2 * pair + 1]];
        const good = beta * (chosen - (reference[2 * pair] ?? NaN));
        const bad = beta * (rejected - (reference[2 * pair + 1] ?? NaN));
        tally.mean('rewards/chosen', good);
        tally.mean('rewards/rejected', bad);
        tally.mean('rewards/accuracies', good > bad ? 1 : 0);
        tally.mean('rewards/margins', good - bad);
        tally.mean('logps/chosen', chosen);
        tally.mean('logps/rejected', rejected);
      });
    },
  };
}

/** The reference is scored once, for the examples that the stage sees. */
export async function learnDpo(context: LearningContext<DpoRecipe>): Promise<Learning<Pair>> {
  const { recipe, base, reference, trees, validation } = context;
  const options = preferenceOptions(recipe);
  const seen = new ExampleOrder(recipe, trees.length).seen();
  const score = async (some: readonly TokenTree[]): Promise<Pair[]> =>
    scoredPairs(some, base, reference, options, recipe.row_length);
  const pairs = await score(seen.map((index) => trees[index] as TokenTree));
  const byIndex = new Map(seen.map((index, at) => [index, pairs[at] as Pair]));
  return {
    objective: preferenceObjective(options),
    source: fixedSource(recipe, trees.length, (index) => byIndex.get(index) as Pair),
    validation: await score(validation),
  };
}

/** Pairs with what the reference thinks of them. */
export async function scoredPairs(
  trees: readonly TokenTree[],
  base: FrozenBase,
  reference: Adapter,
  options: PreferenceOptions,
  rowLength: number,
): Promise<Pair[]> {
  if (trees.length === 0) return [];
  const scores = isReferenceFree(options.lossType)
    ? undefined
    : await scoreTrees(base, reference, trees, rowLength);
  return trees.map((tree, index) => ({ tree, references: scores?.[index] ?? NO_REFERENCE }));
}
