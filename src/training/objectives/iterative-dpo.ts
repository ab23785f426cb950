/**
 * Rounds of preference optimisation: in each, pairs of the model's own answers as it is then, the better against the worse. One run: the
 * session, the optimiser's moments and the schedule go through all rounds; the reference is the adapter at the round's start.
 */
import path from 'node:path';
import { loadAdapter, saveAdapter, type Adapter } from '../../model/lora.js';
import { ExampleOrder } from '../example-order.js';
import type { LearningContext } from '../learning.js';
import type { ExampleSource, Learning } from '../objective.js';
import { longestLength } from '../packing.js';
import { isReferenceFree } from '../preference.js';
import type { IterativeDpoRecipe } from '../recipe.js';
import { preferenceOptions } from '../recipe/preference-settings.js';
import type { PairRollouts } from '../rollouts.js';
import { Scorer } from '../scoring.js';
import { preferenceObjective, scoredPairs, type Pair } from './dpo.js';

/** The pairs of one round in their order. */
interface Round {
  readonly number: number;
  readonly pairs: readonly Pair[];
  readonly order: ExampleOrder;
}

/** How many optimiser steps the rounds of a stage have, which asks so many prompts. */
export function roundSteps(
  recipe: IterativeDpoRecipe,
  prompts: number,
): { totalSteps: number; stepsPerEpoch: number; stepsPerRound: number } {
  const asked = Math.min(recipe.prompts_per_round, prompts);
  const { totalSteps: stepsPerRound, stepsPerEpoch } = new ExampleOrder({ ...recipe, max_steps: -1 }, asked);
  const steps = stepsPerRound * recipe.num_rounds;
  const totalSteps = recipe.max_steps > 0 ? Math.min(steps, recipe.max_steps) : steps;
  return { totalSteps, stepsPerEpoch, stepsPerRound };
}

class RoundSource implements ExampleSource<Pair> {
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  private readonly stepsPerRound: number;
  private round: Round | undefined;
  private scorer: Scorer | undefined;

  constructor(
    private readonly context: LearningContext<IterativeDpoRecipe>,
    private readonly rollouts: PairRollouts,
  ) {
    const steps = roundSteps(context.recipe, rollouts.prompts);
    this.totalSteps = steps.totalSteps;
    this.stepsPerEpoch = steps.stepsPerEpoch;
    this.stepsPerRound = steps.stepsPerRound;
  }

  /** A round has as many steps as if each prompt gave a pair: where some give none, the others come more often. */
  async ofStep(step: number, signal?: AbortSignal) {
    const number = Math.floor(step / this.stepsPerRound);
    if (this.round?.number !== number) this.round = await this.begin(number, signal);
    const { order, pairs } = this.round;
    const places = order.ofStep(step % this.stepsPerRound);
    return { places, examples: places.map((place) => pairs[place] as Pair) };
  }

  /** The adapter of each finished round is kept: it is the reference of the next. */
  async after(steps: number): Promise<void> {
    if (steps % this.stepsPerRound !== 0) return;
    const { adapter, baseName } = this.context;
    await saveAdapter(this.folderOf(steps / this.stepsPerRound - 1), adapter, baseName);
  }

  async release(): Promise<void> {
    await this.scorer?.release();
    await this.rollouts.release();
  }

  private folderOf(round: number): string {
    return path.join(this.context.folder, `round-${round + 1}`);
  }

  private async begin(number: number, signal?: AbortSignal): Promise<Round> {
    const { recipe, reference: start, base } = this.context;
    const reference = number === 0 ? start : await loadAdapter(this.folderOf(number - 1), base.model.config);
    const trees = await this.rollouts.pairs(number, reference, this.folderOf(number), signal);
    const references = isReferenceFree(recipe.loss_type) ? [] : await this.score(trees, reference);
    const pairs = trees.map((tree, index) => ({ tree, references: references[index] ?? [0, 0] }));
    const order = new ExampleOrder({ ...recipe, seed: recipe.seed + number }, pairs.length);
    return { number, pairs, order };
  }

  private async score(trees: Parameters<Scorer['sums']>[0], reference: Adapter): Promise<number[][]> {
    const { recipe, base } = this.context;
    const longest = longestLength(trees, 2 * recipe.max_length);
    this.scorer ??= await Scorer.create(base, recipe.row_length, longest, reference);
    return this.scorer.sums(trees, reference);
  }
}

/** Rounds of preference pairs of the model's own poems. */
export async function learnIterativeDpo(
  context: LearningContext<IterativeDpoRecipe>,
): Promise<Learning<Pair>> {
  const { pairs, recipe, base, reference, validation } = context;
  if (!pairs) throw new Error(`${recipe.name}: nobody writes the pairs of an iterative_dpo stage`);
  const options = preferenceOptions(recipe);
  return {
    objective: preferenceObjective(options),
    source: new RoundSource(context, pairs),
    validation: await scoredPairs(validation, base, reference, options, recipe.row_length),
  };
}
