/**
 * What a stage will do, told from its settings and its examples before anything is trained: steps, tokens, micro-batches. What a stage
 * samples by itself is not there yet; the longest that it may be stands for it.
 */
import { ExampleOrder } from './example-order.js';
import type { TokenizedExample } from './learning.js';
import { packedBatches } from './objective.js';
import { besideOthers } from './objectives/kto.js';
import { roundSteps } from './objectives/iterative-dpo.js';
import { rolloutSteps } from './objectives/rollout-source.js';
import { rowCost, treeLength, type PackedBatch, type TokenTree } from './packing.js';
import type { StageRecipe } from './recipe.js';

/** The size of a micro-batch: what memory and time depend on. */
export type BatchSize = Pick<PackedBatch, 'rows' | 'length'> & { readonly losses: number };

/** What a stage will do. */
export interface StageOutlook {
  /** Optimiser steps. */
  readonly steps: number;
  /** Examples of a step (pairs, judged answers, answers of the model's own). */
  readonly examplesPerStep: number;
  /** Tokens of the examples of all steps; examples that are seen again count again. */
  readonly tokens: number;
  /** Examples that a reference is asked about before the first step. */
  readonly scored: number;
  /** The micro-batches of some steps, spread over an epoch, that of the longest example among them. */
  readonly looked: readonly (readonly BatchSize[])[];
}

/** Steps that are packed to see how large micro-batches are. */
const STEPS_LOOKED_AT = 40;

/** @param trees the stage's examples as they are read: of stages that sample, prompts */
export function outlookOf(recipe: StageRecipe, trees: readonly TokenizedExample[]): StageOutlook {
  const { per_device_train_batch_size: micro, gradient_accumulation_steps: accumulated } = recipe;
  const { examples, order, steps, scored } = planOf(recipe, trees);
  const lengths = examples.map(treeLength);
  const inEpoch = Math.min(steps, order.stepsPerEpoch);
  const seen = [...Array(inEpoch).keys()].map((step) => order.ofStep(step));
  const tokens = seen.flat().reduce((sum, place) => sum + (lengths[place] ?? 0), 0);
  const longestOf = (places: readonly number[]): number =>
    Math.max(...places.map((place) => lengths[place] ?? 0));
  const stride = Math.max(1, Math.floor(inEpoch / STEPS_LOOKED_AT));
  const spread = seen.filter((_, step) => step % stride === 0);
  const worst = seen.reduce((most, one) => (longestOf(one) > longestOf(most) ? one : most), seen[0] ?? []);
  const looked = [...new Set([...spread, worst])].map((places) =>
    [
      ...packedBatches(
        places.map((place) => examples[place] as TokenTree),
        recipe,
      ),
    ].map(({ batch: { rows, length, lossRows } }): BatchSize => ({ rows, length, losses: lossRows.length })),
  );
  return {
    ...{ steps, scored, looked, examplesPerStep: micro * accumulated },
    tokens: Math.round((tokens * steps) / Math.max(1, inEpoch)),
  };
}

/** What computing a step costs, in tokens of an infinitely short row. */
export const stepCost = (batches: readonly BatchSize[]): number =>
  batches.reduce((sum, { rows, length }) => sum + rowCost(rows, length), 0);

interface Plan {
  readonly examples: readonly TokenTree[];
  readonly order: Pick<ExampleOrder, 'stepsPerEpoch' | 'ofStep'>;
  readonly steps: number;
  readonly scored: number;
}

function planOf(recipe: StageRecipe, trees: readonly TokenizedExample[]): Plan {
  if (recipe.type === 'grpo') {
    const { totalSteps, order } = rolloutSteps(recipe, trees.length);
    const { num_generations: generations, max_completion_length: longest } = recipe;
    const examples = trees.flatMap(({ prompt }) =>
      Array.from({ length: generations }, (_, answer) => ({
        prompt,
        completions: [unlike(longest, answer)],
      })),
    );
    const ofStep = (step: number): number[] =>
      order
        .ofStep(step)
        .flatMap((place) => [...Array(generations).keys()].map((answer) => place * generations + answer));
    return { examples, order: { stepsPerEpoch: order.stepsPerEpoch, ofStep }, steps: totalSteps, scored: 0 };
  }
  if (recipe.type === 'iterative_dpo') {
    const asked = trees.slice(0, recipe.prompts_per_round);
    const { totalSteps: steps } = roundSteps(recipe, asked.length);
    const examples = asked.map(({ prompt, completions }) => {
      const length = completions[0]?.length ?? 0;
      return { prompt, completions: [unlike(length, 0), unlike(length, 1)] };
    });
    const order = new ExampleOrder({ ...recipe, max_steps: -1 }, asked.length);
    return { examples, order, steps, scored: asked.length * recipe.num_rounds };
  }
  const order = new ExampleOrder(recipe, trees.length);
  const steps = order.totalSteps;
  if (recipe.type === 'sft') return { examples: trees, order, steps, scored: 0 };
  const scored = order.seen().length;
  if (recipe.type === 'dpo') return { examples: trees, order, steps, scored };
  const examples = besideOthers(recipe, trees, [...trees.keys()]);
  return { examples, order, steps, scored };
}

/** Tokens that no other answer begins with. */
const unlike = (length: number, answer: number): number[] =>
  Array.from({ length }, (_, place) => -1 - answer * length - place);
