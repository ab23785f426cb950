/** The examples of GRPO: batches of the model's own answers, kept on disk, each learnt from `num_iterations` times. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Adapter } from '../../model/lora.js';
import { appendLine, isRecord, readJsonLines, writeFileWhole } from '../../support/files.js';
import { ExampleOrder } from '../example-order.js';
import type { LearningContext } from '../learning.js';
import type { ExampleSource, Learning, StepExamples } from '../objective.js';
import { longestLength, type TokenTree } from '../packing.js';
import type { GrpoRecipe } from '../recipe.js';
import type { GrpoSettings } from '../recipe/grpo-settings.js';
import type { Completion, GroupRollouts } from '../rollouts.js';
import { Scorer } from '../scoring.js';
import { advantagesOf, rewardFigures, totalReward } from './advantages.js';
import { grpoObjective, type Rollout } from './grpo.js';

/** A generation batch as completions.jsonl has it, a line each. */
interface KeptBatch {
  readonly generation: number;
  /** Places of the prompts in the data set, once for each of their answers. */
  readonly prompts: readonly number[];
  readonly completions: readonly (Omit<Completion, 'rewards'> & {
    /** Null for none: JSON has no such number. */
    readonly rewards: readonly (number | null)[];
    /** Log-probabilities of the tokens when they were written, where they are needed again. */
    readonly old_logps?: readonly number[];
  })[];
}

/** A batch ready to be learnt from. */
interface Batch {
  readonly kept: KeptBatch;
  readonly rollouts: readonly Rollout[];
  readonly figures: Readonly<Record<string, number>>;
}

/** Answers that a new one is compared with beside its own batch's. */
const EARLIER_ANSWERS = 512;

/** A batch's answers as examples, without what scoring adds, and the figures of their rewards and lengths. */
export function rolloutsOf(
  settings: GrpoSettings,
  rewards: GroupRollouts['rewards'],
  prompts: readonly (readonly number[])[],
  completions: readonly Omit<Completion, 'text'>[],
): { rollouts: Rollout[]; figures: Record<string, number> } {
  const weights = settings.reward_weights ?? rewards.map(({ weight }) => weight);
  const each = completions.map((completion) => completion.rewards);
  const totals = each.map((one) => totalReward(one, weights));
  const advantages = advantagesOf(totals, settings.num_generations, settings.scale_rewards);
  const rollouts = completions.map(({ tokens, finished }, index): Rollout => ({
    tree: { prompt: prompts[index] ?? [], completions: [tokens] },
    advantage: advantages.values[index] ?? 0,
    masked: settings.mask_truncated_completions && !finished,
  }));
  const names = rewards.map(({ name }) => name);
  const figures = {
    ...lengthFigures(completions),
    ...rewardFigures(names, each, totals),
    frac_reward_zero_std: advantages.zeroDeviation,
  };
  return { rollouts, figures };
}

/** Lengths of answers under TRL's names. */
function lengthFigures(completions: readonly Omit<Completion, 'text'>[]): Record<string, number> {
  const figures: Record<string, number> = {};
  const tell = (lengths: readonly number[], name: string): void => {
    figures[`completions/mean_${name}`] =
      lengths.reduce((sum, one) => sum + one, 0) / Math.max(1, lengths.length);
    figures[`completions/min_${name}`] = lengths.length > 0 ? Math.min(...lengths) : 0;
    figures[`completions/max_${name}`] = lengths.length > 0 ? Math.max(...lengths) : 0;
  };
  const ended = completions.filter(({ finished }) => finished);
  tell(
    completions.map(({ tokens }) => tokens.length),
    'length',
  );
  tell(
    ended.map(({ tokens }) => tokens.length),
    'terminated_length',
  );
  figures['completions/clipped_ratio'] = 1 - ended.length / completions.length;
  return figures;
}

/** How many optimiser steps a stage has that asks so many prompts, and in which order it asks them, a generation batch a step. */
export function rolloutSteps(
  recipe: GrpoRecipe,
  prompts: number,
): { totalSteps: number; stepsPerEpoch: number; order: ExampleOrder } {
  const answers = recipe.per_device_train_batch_size * recipe.gradient_accumulation_steps;
  const perBatch = answers / recipe.num_generations;
  const order = new ExampleOrder({ ...recipe, max_steps: -1 }, prompts, perBatch);
  const stepsPerEpoch = order.stepsPerEpoch * recipe.num_iterations;
  const steps = Math.ceil(stepsPerEpoch * recipe.num_train_epochs);
  const totalSteps = recipe.max_steps > 0 ? Math.min(steps, recipe.max_steps) : steps;
  return { totalSteps, stepsPerEpoch, order };
}

class RolloutSource implements ExampleSource<Rollout> {
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  private readonly order: ExampleOrder;
  private readonly file: string;
  private batch: Batch | undefined;
  private earlier: string[] | undefined;
  private scorer: Scorer | undefined;

  constructor(
    private readonly context: LearningContext<GrpoRecipe>,
    private readonly groups: GroupRollouts,
  ) {
    const { recipe, trees, folder } = context;
    const { totalSteps, stepsPerEpoch, order } = rolloutSteps(recipe, trees.length);
    this.totalSteps = totalSteps;
    this.stepsPerEpoch = stepsPerEpoch;
    this.order = order;
    this.file = path.join(folder, 'completions.jsonl');
  }

  async ofStep(step: number, signal?: AbortSignal): Promise<StepExamples<Rollout>> {
    const generation = Math.floor(step / this.context.recipe.num_iterations);
    const known = this.batch?.kept.generation === generation;
    const seconds = known ? undefined : await this.begin(generation, signal);
    const { kept, rollouts, figures } = this.batch as Batch;
    return { examples: rollouts, places: kept.prompts, figures, seconds };
  }

  async release(): Promise<void> {
    await this.scorer?.release();
    await this.groups.release();
  }

  /** Reads a batch that was kept, or has one written. @returns what writing and judging took */
  private async begin(generation: number, signal?: AbortSignal): Promise<Record<string, number> | undefined> {
    const kept = this.earlier === undefined ? await this.takeUp(generation) : undefined;
    if (kept) {
      this.batch = await this.prepare(kept);
      return undefined;
    }
    const { recipe, adapter } = this.context;
    const places = this.order.ofStep(generation);
    const prompts = places.map((place) => ({ place, tokens: this.promptAt(place) }));
    const earlier = this.earlier ?? [];
    const { completions, seconds } = await this.groups.generate({
      prompts,
      generation,
      earlier,
      adapter,
      signal,
    });
    const written: KeptBatch = {
      generation,
      prompts: places.flatMap((place) => new Array<number>(recipe.num_generations).fill(place)),
      completions: completions.flat().map(({ rewards, ...completion }) => ({
        ...completion,
        rewards: rewards.map((reward) => (Number.isNaN(reward) ? null : reward)),
      })),
    };
    const whole = recipe.num_iterations > 1 ? await this.withOldLogps(written) : written;
    await appendLine(this.file, JSON.stringify(whole));
    this.batch = await this.prepare(whole);
    this.remember(whole);
    return seconds;
  }

  /** Keeps of completions.jsonl what was written up to a batch, which a run that is taken up may be in the middle of. */
  private async takeUp(generation: number): Promise<KeptBatch | undefined> {
    this.earlier = [];
    const lines: string[] = [];
    let found: KeptBatch | undefined;
    for (const batch of await readBatches(this.file)) {
      if (batch.generation > generation) break;
      lines.push(`${JSON.stringify(batch)}\n`);
      this.remember(batch);
      if (batch.generation === generation) found = batch;
    }
    await writeFileWhole(this.file, lines.join(''));
    return found;
  }

  private remember({ completions }: KeptBatch): void {
    const texts = completions.map(({ text }) => text);
    this.earlier = [...(this.earlier ?? []), ...texts].slice(-EARLIER_ANSWERS);
  }

  private async withOldLogps(batch: KeptBatch): Promise<KeptBatch> {
    const logps = await this.score(this.treesOf(batch), this.context.adapter);
    const completions = batch.completions.map((one, index) => ({
      ...one,
      old_logps: [...(logps[index] ?? [])],
    }));
    return { ...batch, completions };
  }

  private treesOf({ prompts, completions }: KeptBatch): TokenTree[] {
    return completions.map(({ tokens }, index) => ({
      prompt: this.promptAt(prompts[index]),
      completions: [tokens],
    }));
  }

  private promptAt(place = 0): readonly number[] {
    return this.context.trees[place]?.prompt ?? [];
  }

  private async prepare(kept: KeptBatch): Promise<Batch> {
    const { recipe, reference } = this.context;
    const completions = kept.completions.map((one) => ({
      ...one,
      rewards: one.rewards.map((reward) => reward ?? NaN),
    }));
    const prompts = kept.prompts.map((place) => this.promptAt(place));
    const { rollouts, figures } = rolloutsOf(recipe, this.groups.rewards, prompts, completions);
    const references = recipe.beta > 0 ? await this.score(this.treesOf(kept), reference) : undefined;
    const whole = rollouts.map((rollout, index): Rollout => ({
      ...rollout,
      ...(recipe.num_iterations > 1 ? { old: Float32Array.from(completions[index]?.old_logps ?? []) } : {}),
      ...(references ? { reference: references[index] } : {}),
    }));
    return { kept, rollouts: whole, figures };
  }

  private async score(trees: readonly TokenTree[], adapter: Adapter): Promise<Float32Array[]> {
    const { recipe, base } = this.context;
    const longest = longestLength(trees, recipe.max_length + recipe.max_completion_length);
    this.scorer ??= await Scorer.create(base, recipe.row_length, longest, adapter);
    return this.scorer.tokens(trees, adapter);
  }
}

/** The batches of completions.jsonl up to a line that an interruption cut short. */
async function readBatches(file: string): Promise<KeptBatch[]> {
  const batches: KeptBatch[] = [];
  if (!existsSync(file)) return batches;
  try {
    for await (const { value } of readJsonLines(file)) {
      if (!isRecord(value) || value['generation'] !== batches.length) break;
      batches.push(value as unknown as KeptBatch);
    }
  } catch {
    return batches;
  }
  return batches;
}

/** Groups of the model's own answers, judged by rewards. */
export function learnGrpo(context: LearningContext<GrpoRecipe>): Learning<Rollout> {
  const { groups, recipe } = context;
  if (!groups) throw new Error(`${recipe.name}: nobody writes the answers of a grpo stage`);
  return { objective: grpoObjective(recipe), source: new RolloutSource(context, groups), validation: [] };
}
