/** The trainer's loop: one stage of a recipe, from token trees to an adapter folder. Resumable at any moment. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { withMagnitudes } from '../model/dora.js';
import { freezeBase, type FrozenBase } from '../model/frozen-base.js';
import type { ModelFolder } from '../model/folder.js';
import { copyAdapter, initialiseAdapter, saveAdapter, type Adapter } from '../model/lora.js';
import { InputError } from '../support/errors.js';
import { writeJson } from '../support/files.js';
import { Random } from '../support/random.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { floats } from '../tensor/arrays.js';
import { restoreCheckpoint, saveCheckpoint } from './checkpoint.js';
import { ExampleOrder } from './example-order.js';
import { MetricsLog, type EvaluationMetrics, type StepMetrics } from './metrics.js';
import {
  microBatches,
  preferenceObjective,
  scoreTrees,
  sftObjective,
  type Objective,
  type Tally,
} from './objective.js';
import { longestLength, type TokenTree } from './packing.js';
import { preferenceOptions } from './objectives/preference-settings.js';
import { isReferenceFree } from './preference.js';
import type { StageRecipe } from './recipe.js';
import { learningRateAt } from './schedule.js';
import { saveSnapshot } from './snapshots.js';
import type { Dropout } from './dropout.js';
import type { Stepper } from './stepper.js';
import { createLoraStepper } from './trainer-session.js';
import { Validation } from './validation.js';

export interface StageProgress {
  readonly step: number;
  readonly totalSteps: number;
  readonly metrics?: StepMetrics;
  readonly tokensPerSecond?: number;
}

export interface TrainStageOptions extends RuntimeOptions {
  readonly model: ModelFolder;
  readonly recipe: StageRecipe;
  readonly trees: readonly TokenTree[];
  /** Examples that are watched and not trained on. */
  readonly validation?: readonly TokenTree[];
  /** Where training starts; a new adapter where absent. */
  readonly adapter?: Adapter;
  readonly folder: string;
  /** Written into adapter_config.json. */
  readonly baseName: string;
  readonly onProgress?: (progress: StageProgress) => void;
  readonly onEvaluation?: (metrics: EvaluationMetrics) => void;
  /** Called every sample_steps with the adapter as it is then. */
  readonly onSample?: (adapter: Adapter, step: number) => Promise<void>;
  /** Stops after the step under way; what was done is kept. */
  readonly signal?: AbortSignal;
}

/** Whether a stage's folder holds a finished adapter. */
export function isStageDone(folder: string): boolean {
  return existsSync(path.join(folder, 'adapter_config.json'));
}

/**
 * Trains one stage. Goes on from the folder's checkpoint where there is one.
 *
 * @returns the adapter, or undefined if the signal stopped it before the end
 * @throws InputError for a loss that is not a finite number, naming step and examples; the last checkpoint stays
 */
export async function trainStage(options: TrainStageOptions): Promise<Adapter | undefined> {
  const { model, recipe, trees, folder } = options;
  requireKnownTokens([...trees, ...(options.validation ?? [])], model.config.vocabSize, recipe.name);
  const start = options.adapter ?? (await newAdapter(model, recipe));
  // The recipe's dropout, whatever the adapter was trained with before.
  const copied = copyAdapter(start);
  const adapter = { ...copied, config: { ...copied.config, loraDropout: recipe.lora_dropout } };
  const base = await freezeBase(model, recipe.base_dtype, options);
  const order = new ExampleOrder(recipe, trees.length);
  const objective = await createObjective(recipe, base, start, trees, () => order.seen());
  const watched = options.validation ?? [];
  const validationObjective =
    watched.length > 0
      ? await createObjective(recipe, base, start, watched, () => [...watched.keys()])
      : undefined;
  const longest = longestLength([...trees, ...watched], recipe.row_length);
  const { session, stepper, dropout } = await createLoraStepper({
    base,
    adapter,
    loss: objective.loss,
    checkpointing: recipe.gradient_checkpointing,
    longest,
    optimizer: {
      beta1: recipe.adam_beta1,
      beta2: recipe.adam_beta2,
      epsilon: recipe.adam_epsilon,
      weightDecay: recipe.weight_decay,
    },
  });
  const checkpointFile = path.join(folder, 'checkpoint.safetensors');
  const progress = await restoreCheckpoint(checkpointFile, stepper);
  const log = await MetricsLog.open(folder, progress?.metricLines ?? 0, recipe.report_to === 'tensorboard');
  await writeJson(path.join(folder, 'recipe.json'), recipe);
  const validation =
    validationObjective &&
    new Validation(validationObjective, recipe, stepper, dropout, progress?.validation);
  const steps = order.totalSteps;
  const first = progress?.step ?? 0;
  options.onProgress?.({ step: first, totalSteps: steps });
  try {
    // Asked before each step: a run taken up at the checkpoint that exhausted its patience has nothing left to do.
    for (let step = first; step < steps && !validation?.isExhausted(); step += 1) {
      const started = performance.now();
      const metrics = await trainStep({ recipe, order, objective, stepper, dropout }, step);
      await log.append(metrics);
      const tokensPerSecond = metrics.num_tokens / ((performance.now() - started) / 1000);
      options.onProgress?.({ step: step + 1, totalSteps: steps, metrics, tokensPerSecond });
      const isLast = step + 1 === steps;
      if (validation && ((step + 1) % recipe.eval_steps === 0 || isLast)) {
        const evaluated = { step: step + 1, epoch: metrics.epoch, eval_loss: await validation.evaluate() };
        await log.append(evaluated);
        options.onEvaluation?.(evaluated);
      }
      if (recipe.sample_steps > 0 && ((step + 1) % recipe.sample_steps === 0 || isLast)) {
        await options.onSample?.(adapter, step + 1);
      }
      const stopping = options.signal?.aborted === true;
      if (stopping || (step + 1) % recipe.save_steps === 0) {
        const done = { step: step + 1, metricLines: log.lines, validation: validation?.current() };
        await saveSnapshot(folder, adapter, options.baseName, step + 1, recipe.save_total_limit);
        await saveCheckpoint(checkpointFile, stepper, done);
      }
      if (stopping && !isLast) return undefined;
    }
    if (recipe.load_best_model_at_end) validation?.restoreBest();
    await saveAdapter(folder, adapter, options.baseName);
    await rm(checkpointFile, { force: true });
    return adapter;
  } finally {
    await session.release();
  }
}

interface StepParts {
  readonly recipe: StageRecipe;
  readonly order: ExampleOrder;
  readonly objective: Objective;
  readonly stepper: Stepper;
  readonly dropout: Dropout | undefined;
}

/** One optimiser step (numbered from 0): its micro-batches, then the update. */
async function trainStep(
  { recipe, order, objective, stepper, dropout }: StepParts,
  step: number,
): Promise<StepMetrics> {
  const { totalSteps, stepsPerEpoch } = order;
  const examples = order.ofStep(step);
  const tally: Tally = {};
  let [loss, tokens] = [0, 0];
  for (const { indices, batch, feeds } of microBatches(objective, recipe, examples)) {
    const random = Random.for(recipe.seed, 'dropout', step, indices[0] ?? 0);
    const masks = dropout?.feeds(batch.rows * batch.length, random);
    const outputs = await stepper.accumulate({ ...feeds, ...masks });
    objective.tally(batch, indices, outputs, tally);
    loss += floats(outputs, 'loss')[0] ?? NaN;
    tokens += batch.tokens;
  }
  const schedule = {
    type: recipe.lr_scheduler_type,
    learningRate: recipe.learning_rate,
    warmupSteps: recipe.warmup_steps || Math.ceil(totalSteps * recipe.warmup_ratio),
    totalSteps,
  };
  const learningRate = learningRateAt(schedule, step);
  const norm = stepper.update(learningRate, recipe.max_grad_norm);
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
    throw new InputError(
      `${recipe.name}: step ${step + 1}: loss ${loss}, gradient norm ${norm}, expected finite numbers (examples ${examples.join(', ')})`,
    );
  }
  const means = Object.entries(tally).map(([name, sum]) => [name, sum / examples.length]);
  return {
    step: step + 1,
    epoch: (step + 1) / stepsPerEpoch,
    loss,
    grad_norm: norm,
    learning_rate: learningRate,
    num_tokens: tokens,
    ...(Object.fromEntries(means) as Partial<StepMetrics>),
  };
}

/** @throws InputError for a token that the model has no embedding for, as a tokenizer of another model gives */
function requireKnownTokens(trees: readonly TokenTree[], vocabSize: number, name: string): void {
  trees.forEach(({ prompt, completions }, index) => {
    const unknown = [prompt, ...completions].flat().find((id) => !(id >= 0 && id < vocabSize));
    if (unknown === undefined) return;
    throw new InputError(
      `${name}: example ${index + 1} has the token ${unknown}, expected ids below ${vocabSize}, the model's vocabulary`,
    );
  });
}

/** The adapter that a stage starts from where it goes on from no other. */
export async function newAdapter(model: ModelFolder, recipe: StageRecipe): Promise<Adapter> {
  const adapter = initialiseAdapter(model.config, loraConfig(recipe), recipe.seed);
  return recipe.use_dora ? withMagnitudes(adapter, model) : adapter;
}

function loraConfig(recipe: StageRecipe): Adapter['config'] {
  return {
    r: recipe.r,
    loraAlpha: recipe.lora_alpha,
    loraDropout: recipe.lora_dropout,
    targetModules: recipe.target_modules,
    ...(recipe.layers_to_transform === null ? {} : { layersToTransform: recipe.layers_to_transform }),
    ...(recipe.use_rslora ? { useRslora: true } : {}),
  };
}

/** The objective of a stage on some examples. For DPO, the reference is scored once, for the examples that are needed. */
async function createObjective(
  recipe: StageRecipe,
  base: FrozenBase,
  reference: Adapter,
  trees: readonly TokenTree[],
  needed: () => readonly number[],
): Promise<Objective> {
  if (recipe.type === 'sft') return sftObjective(trees);
  const preference = preferenceOptions(recipe);
  if (isReferenceFree(recipe.loss_type)) return preferenceObjective(trees, new Map(), preference);
  const indices = needed();
  const scores = await scoreTrees(
    base,
    reference,
    indices.map((index) => trees[index] as TokenTree),
    recipe.row_length,
  );
  const references = new Map(indices.map((index, at) => [index, scores[at] ?? []]));
  return preferenceObjective(trees, references, preference);
}
