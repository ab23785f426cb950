/** Training one stage of a recipe: an adapter on a frozen base, into a folder. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { withMagnitudes } from '../model/dora.js';
import type { ModelFolder } from '../model/folder.js';
import { freezeBase } from '../model/frozen-base.js';
import { copyAdapter, saveAdapter, type Adapter } from '../model/lora.js';
import { isTakenFromBase, newLora } from '../model/lora-start.js';
import { ALL_LINEAR, PROJECTIONS } from '../model/projections.js';
import { InputError } from '../support/errors.js';
import { writeJson } from '../support/files.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { learningOf } from './learners.js';
import type { TokenizedExample } from './learning.js';
import { longestLength, type TokenTree } from './packing.js';
import type { StageRecipe } from './recipe.js';
import type { Rollouts } from './rollouts.js';
import { saveSnapshot } from './snapshots.js';
import { Trainer, type TrainerCallbacks } from './trainer.js';
import { createLoraStepper } from './trainer-session.js';

export interface TrainStageOptions
  extends RuntimeOptions, Rollouts, Omit<TrainerCallbacks, 'onSample' | 'onSave'> {
  readonly model: ModelFolder;
  readonly recipe: StageRecipe;
  readonly trees: readonly TokenizedExample[];
  /** Examples that are watched and not trained on. */
  readonly validation?: readonly TokenizedExample[];
  /** Where training starts; a new adapter where absent. */
  readonly adapter?: Adapter;
  readonly folder: string;
  /** Written into adapter_config.json. */
  readonly baseName: string;
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
  const { model, recipe, trees, folder, baseName, validation = [] } = options;
  requireKnownTokens([...trees, ...validation], model.config.vocabSize, recipe.name);
  const reference = options.adapter ?? (await newAdapter(model, recipe));
  // The recipe's dropout, whatever the adapter was trained with before.
  const copied = copyAdapter(reference);
  const adapter = { ...copied, config: { ...copied.config, loraDropout: recipe.lora_dropout } };
  const base = await freezeBase(model, recipe.base_dtype, options);
  const learning = await learningOf({
    ...{
      recipe,
      base,
      reference,
      adapter,
      trees,
      validation,
      folder,
      baseName,
      pairs: options.pairs,
      groups: options.groups,
    },
  });
  const { objective, source } = learning;
  const { session, stepper, noise } = await createLoraStepper({
    base,
    adapter,
    loss: objective.loss,
    entropy: objective.entropy,
    checkpointing: recipe.gradient_checkpointing,
    microBatches: recipe.gradient_accumulation_steps,
    longest: longestOf(recipe, [...trees, ...validation]),
    hasOpposite: options.adapter === undefined && isTakenFromBase(recipe.init_lora_weights),
    noise: recipe.neftune_noise_alpha ?? 0,
    optimizer: {
      ...(recipe.loraplus_lr_ratio === null ? {} : { factorOf: loraPlus(recipe.loraplus_lr_ratio) }),
      beta1: recipe.adam_beta1,
      beta2: recipe.adam_beta2,
      epsilon: recipe.adam_epsilon,
      weightDecay: recipe.weight_decay,
    },
  });
  try {
    const trainer = await Trainer.create({
      settings: recipe,
      learning,
      stepper,
      noise,
      folder,
      callbacks: {
        onProgress: options.onProgress,
        onEvaluation: options.onEvaluation,
        onSample: (step) => options.onSample?.(adapter, step) ?? Promise.resolve(),
        onSave: (step, best) =>
          saveSnapshot(folder, adapter, baseName, step, { limit: recipe.save_total_limit, best }),
        onEnd: options.onEnd,
      },
    });
    await writeJson(path.join(folder, 'recipe.json'), recipe);
    if (!(await trainer.train(options.signal))) return undefined;
    await saveAdapter(folder, adapter, baseName);
    await trainer.close();
    return adapter;
  } finally {
    await session.release();
    await source.release?.();
  }
}

/** LoRA+ (arXiv 2402.12354): B, and what else is no A, learns faster. */
const loraPlus =
  (ratio: number) =>
  (name: string): number =>
    name.endsWith('.lora_A') ? 1 : ratio;

/** The longest row that a stage may have, in tokens. */
export function longestOf(recipe: StageRecipe, trees: readonly TokenTree[]): number {
  return longestLength(trees, Math.max(recipe.row_length, sampledLength(recipe)));
}

/** The longest example that a stage samples by itself, in tokens. */
function sampledLength(recipe: StageRecipe): number {
  if (recipe.type === 'iterative_dpo') return 2 * recipe.max_length;
  return recipe.type === 'grpo' ? recipe.max_length + recipe.max_completion_length : 0;
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
  const adapter = await newLora(model, loraConfig(recipe), recipe.seed, recipe.init_lora_weights);
  return recipe.use_dora ? withMagnitudes(adapter, model) : adapter;
}

/** The adapter that a stage trains. */
export function loraConfig(recipe: StageRecipe): Adapter['config'] {
  return {
    r: recipe.r,
    loraAlpha: recipe.lora_alpha,
    loraDropout: recipe.lora_dropout,
    targetModules: recipe.target_modules === ALL_LINEAR ? PROJECTIONS : recipe.target_modules,
    ...(recipe.layers_to_transform === null ? {} : { layersToTransform: recipe.layers_to_transform }),
    ...(recipe.use_rslora ? { useRslora: true } : {}),
    ...(recipe.bias === 'none' ? {} : { bias: recipe.bias }),
    ...(recipe.modules_to_save === null ? {} : { modulesToSave: recipe.modules_to_save }),
  };
}
