/** A recipe that is not trained: what it would take, the time from some steps of the real thing. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadAdapter } from '../model/lora.js';
import type { TokenizedExample } from '../training/learning.js';
import { outlookOf, stepCost, type StageOutlook } from '../training/outlook.js';
import type { StageRecipe } from '../training/recipe.js';
import type { StageProgress } from '../training/trainer.js';
import type { SamplingProgress } from './callbacks.js';
import { datasetFiles } from './dataset-files.js';
import type { StageEstimate } from './estimate.js';
import { tokenizeDataset } from './examples.js';
import { startFolder } from './prepare.js';
import { beginRecipe, type RunRecipeOptions } from './run-recipe.js';
import { runStage, type StageContext, type StageStart } from './run-stage.js';

/**
 * What the stages of a recipe will take that are not done yet. Nothing is written into their folders.
 *
 * @returns undefined where the signal stopped it before the end
 * @throws InputError for all that a run of the recipe refuses before it begins
 */
export async function dryRun(options: RunRecipeOptions): Promise<StageEstimate[] | undefined> {
  const { context, estimates } = await beginRecipe(options);
  const timed: StageEstimate[] = [];
  for (const [stage, estimate] of estimates) {
    const files = (await datasetFiles(stage, 'train', options.data)) ?? [];
    const { trees } = await tokenizeDataset(stage, 'train', files, context.tokenizer);
    const folder = startFolder(options.out, stage);
    // A stage that goes on from one which is not trained yet takes as long from a new adapter.
    const start =
      folder !== undefined && existsSync(path.join(folder, 'adapter_config.json'))
        ? { folder, adapter: await loadAdapter(folder, context.model.config) }
        : undefined;
    const seconds = await timeStage(stage, context, trees, start);
    if (seconds === undefined) return undefined;
    const whole = { ...estimate, seconds };
    options.onEstimate?.(stage, whole);
    timed.push(whole);
  }
  return timed;
}

/** Steps of a stage that are run to see how long they take; the first one, in which everything is new, does not count. */
const TRIED_STEPS = 3;
/** Prompts of a round that are asked for it, at least: of a few all poems may be as good as each other. */
const TRIED_PROMPTS = 16;
/** Scoring goes forward only, where training goes back too: of frozen weights half the work. */
const FORWARD = 0.5;

/** A stage cut short, without what is done beside training. */
function triedStage(stage: StageRecipe): StageRecipe {
  const alone = {
    eval_dataset: null,
    load_best_model_at_end: false,
    early_stopping_patience: 0,
    sample_steps: 0,
  };
  const short = {
    ...stage,
    ...alone,
    max_steps: TRIED_STEPS,
    save_steps: TRIED_STEPS + 1,
    save_total_limit: 0,
  };
  if (short.type !== 'iterative_dpo') return short;
  const asked = TRIED_STEPS * short.per_device_train_batch_size * short.gradient_accumulation_steps;
  const prompts_per_round = Math.min(short.prompts_per_round, Math.max(asked, TRIED_PROMPTS));
  return { ...short, num_rounds: 1, prompts_per_round };
}

/** What steps and sampling took. */
class StepClock {
  /** Seconds of each step's training, by step from 1. */
  readonly training = new Map<number, number>();
  /** Seconds of writing and judging answers, for one prompt. */
  perPrompt = 0;
  private last = performance.now();
  private sampled = 0;

  readonly onProgress = (stage: StageRecipe, { step, seconds }: StageProgress): void => {
    const passed = this.lap();
    if (step > 0) this.training.set(step, seconds?.['training'] ?? passed);
    if (seconds && stage.type === 'grpo') {
      const prompts =
        (stage.per_device_train_batch_size * stage.gradient_accumulation_steps) / stage.num_generations;
      const whole = Object.values(seconds).reduce((sum, one) => sum + one, 0);
      this.perPrompt = (whole - (seconds['training'] ?? 0)) / prompts;
    }
  };

  readonly onSampling = (stage: StageRecipe, { done, total }: SamplingProgress): void => {
    if (stage.type !== 'iterative_dpo') return;
    if (done === 0) this.sampled = performance.now();
    else if (done === total) this.perPrompt = (performance.now() - this.sampled) / 1000 / total;
    this.lap();
  };

  private lap(): number {
    const now = performance.now();
    const passed = (now - this.last) / 1000;
    this.last = now;
    return passed;
  }
}

/** Prompts that a stage asks the model in all its steps. */
function promptsAsked(stage: StageRecipe, { steps }: StageOutlook, examples: number): number {
  if (stage.type === 'iterative_dpo') return stage.num_rounds * Math.min(stage.prompts_per_round, examples);
  if (stage.type !== 'grpo') return 0;
  const answers = stage.per_device_train_batch_size * stage.gradient_accumulation_steps;
  return (Math.ceil(steps / stage.num_iterations) * answers) / stage.num_generations;
}

/**
 * The seconds that a stage takes, from some of its steps, run into a folder that is thrown away. Evaluations and poems on the way are not in it.
 *
 * @returns undefined where the signal stopped it before the end
 */
async function timeStage(
  stage: StageRecipe,
  context: StageContext,
  trees: readonly TokenizedExample[],
  start: StageStart | undefined,
): Promise<number | undefined> {
  const tried = triedStage(stage);
  const clock = new StepClock();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shiren-dry-run-'));
  try {
    const { onProgress, onSampling } = clock;
    const looking = {
      onProgress,
      onSampling,
      onSample: undefined,
      onEvaluation: undefined,
      onTruncated: undefined,
    };
    if (!(await runStage(folder, tried, { ...context, ...looking }, start))) return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const [outlook, ran] = [outlookOf(stage, trees), outlookOf(tried, trees)];
  const counted = [...clock.training].filter(([step]) => step > 1 || clock.training.size === 1);
  const seconds = counted.reduce((sum, [, one]) => sum + one, 0);
  const cost = counted.reduce((sum, [step]) => sum + stepCost(ran.looked[step - 1] ?? []), 0);
  const costs = outlook.looked.map(stepCost);
  const perStep = (seconds / cost) * (costs.reduce((sum, one) => sum + one, 0) / costs.length);
  const scoring = (FORWARD * perStep * outlook.scored) / outlook.examplesPerStep;
  return outlook.steps * perStep + scoring + clock.perPrompt * promptsAsked(stage, outlook, trees.length);
}
