/** Recipes: YAML files with the names of Transformers, PEFT and TRL, checked key by key. */
import { distance } from 'fastest-levenshtein';
import { parse } from 'yaml';
import { BASE_DTYPES, type BaseDtype } from '../model/frozen-base.js';
import { PROJECTIONS, type Projection } from '../model/projections.js';
import { InputError, messageOf } from '../support/errors.js';
import { isRecord, readText } from '../support/files.js';
import { PREFERENCE_LOSSES, type PreferenceLoss } from './preference.js';
import { SCHEDULES, type ScheduleType } from './schedule.js';

/** The settings of one stage. Names are TRL's. */
export interface StageRecipe {
  /** Names the stage's folder. */
  readonly name: string;
  /** `online_dpo`: rounds of DPO on pairs of the model's own poems; train_dataset is then an SFT set, whose prompts are asked. */
  readonly type: 'sft' | 'dpo' | 'online_dpo';
  /** Data set, relative to the data folder. */
  readonly train_dataset: string;
  /** Stage whose adapter this one starts from (and, for DPO, whose policy is the reference), or an adapter folder. */
  readonly adapter_from: string | null;
  readonly r: number;
  readonly lora_alpha: number;
  /** Share of an adapter's inputs that are set to zero while training. */
  readonly lora_dropout: number;
  readonly target_modules: readonly Projection[];
  /** Layers that get adapters; null for all. */
  readonly layers_to_transform: readonly number[] | null;
  readonly use_rslora: boolean;
  readonly use_dora: boolean;
  readonly learning_rate: number;
  readonly lr_scheduler_type: ScheduleType;
  readonly warmup_ratio: number;
  /** Steps of warm-up; where it is not 0 it goes before warmup_ratio. */
  readonly warmup_steps: number;
  readonly num_train_epochs: number;
  /** Stops after so many steps; −1 for no limit. */
  readonly max_steps: number;
  readonly per_device_train_batch_size: number;
  readonly gradient_accumulation_steps: number;
  readonly max_grad_norm: number;
  readonly weight_decay: number;
  readonly adam_beta1: number;
  readonly adam_beta2: number;
  readonly adam_epsilon: number;
  /** Longest example in tokens; what is over is cut from the end. */
  readonly max_length: number;
  /** Longest row that examples are packed into. */
  readonly row_length: number;
  /** The preference loss of a dpo stage. */
  readonly loss_type: PreferenceLoss;
  readonly beta: number;
  readonly simpo_gamma: number;
  readonly label_smoothing: number;
  readonly rpo_alpha: number;
  /** Of an online_dpo stage: rounds of sampling, judging and training. */
  readonly num_rounds: number;
  /** Prompts that are asked in each round. */
  readonly prompts_per_round: number;
  /** Poems sampled for each prompt. */
  readonly num_generations: number;
  readonly temperature: number;
  /** Keep only what enters each block and compute the rest anew: a third of the memory for a third more arithmetic. */
  readonly gradient_checkpointing: boolean;
  /** Precision of the frozen base. */
  readonly base_dtype: BaseDtype;
  readonly save_steps: number;
  /** Keep the adapters of so many of the last checkpoints, as checkpoint-STEP folders. */
  readonly save_total_limit: number;
  /** The bar (and --json) shows every so many steps; metrics.jsonl has them all. */
  readonly logging_steps: number;
  /** `tensorboard` writes event files into the stage's runs folder. */
  readonly report_to: 'none' | 'tensorboard';
  /** Write poems for sample_prompts every so many steps; 0 for never. */
  readonly sample_steps: number;
  readonly sample_prompts: readonly string[];
  /** Validation set, relative to the data folder. */
  readonly eval_dataset: string | null;
  /** Steps between evaluations on it. */
  readonly eval_steps: number;
  /** End with the weights of the lowest eval_loss. */
  readonly load_best_model_at_end: boolean;
  /** Stop after so many evaluations without a lower eval_loss; 0 for never. */
  readonly early_stopping_patience: number;
  readonly seed: number;
}

/** A base model and the stages that are trained on it, one after another. */
export interface Recipe {
  readonly model_name_or_path: string;
  readonly stages: readonly StageRecipe[];
}

export const STAGE_DEFAULTS: Omit<StageRecipe, 'name' | 'type' | 'train_dataset'> = {
  adapter_from: null,
  r: 8,
  lora_alpha: 32,
  lora_dropout: 0,
  target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
  layers_to_transform: null,
  use_rslora: false,
  use_dora: false,
  learning_rate: 2e-4,
  lr_scheduler_type: 'linear',
  warmup_ratio: 0,
  warmup_steps: 0,
  num_train_epochs: 3,
  max_steps: -1,
  per_device_train_batch_size: 4,
  gradient_accumulation_steps: 8,
  max_grad_norm: 1,
  weight_decay: 0,
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  adam_epsilon: 1e-8,
  max_length: 512,
  row_length: 256,
  loss_type: 'sigmoid',
  beta: 0.1,
  simpo_gamma: 0.5,
  label_smoothing: 0,
  rpo_alpha: 0,
  num_rounds: 3,
  prompts_per_round: 256,
  num_generations: 8,
  temperature: 1,
  gradient_checkpointing: false,
  base_dtype: 'float32',
  save_steps: 25,
  save_total_limit: 0,
  logging_steps: 1,
  report_to: 'none',
  sample_steps: 0,
  sample_prompts: [
    '写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静',
    '写一首[七言绝句] 要求4句 主题为: 秋天、思乡',
  ],
  eval_dataset: null,
  eval_steps: 50,
  load_best_model_at_end: false,
  early_stopping_patience: 0,
  seed: 42,
};

type Check = (value: unknown) => string | undefined;

const numberCheck =
  (expected: string, holds: (value: number) => boolean): Check =>
  (value) =>
    typeof value === 'number' && holds(value) ? undefined : expected;
const positive = numberCheck('a positive number', (value) => value > 0);
const notNegative = numberCheck('a number of 0 or more', (value) => value >= 0);
const count = numberCheck('a whole number of 1 or more', (value) => Number.isInteger(value) && value >= 1);
const share = numberCheck('a number from 0 to 1', (value) => value >= 0 && value <= 1);
const text: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'a string');
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const isWhole = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const whole = numberCheck('a whole number of 0 or more', isWhole);
const oneOf =
  (choices: readonly string[]): Check =>
  (value) =>
    choices.includes(String(value)) ? undefined : `one of ${choices.join(', ')}`;

const CHECKS: Readonly<Record<keyof StageRecipe, Check>> = {
  name: text,
  type: oneOf(['sft', 'dpo', 'online_dpo']),
  train_dataset: text,
  adapter_from: (value) => (value === null ? undefined : text(value)),
  r: count,
  lora_alpha: positive,
  lora_dropout: numberCheck('a number of 0 or more and below 1', (value) => value >= 0 && value < 1),
  target_modules: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => PROJECTIONS.includes(item as Projection))
      ? undefined
      : `a list of some of ${PROJECTIONS.join(', ')}`,
  layers_to_transform: (value) =>
    value === null || (Array.isArray(value) && value.length > 0 && value.every(isWhole))
      ? undefined
      : 'null or a list of layer numbers from 0',
  use_rslora: flag,
  use_dora: flag,
  learning_rate: positive,
  lr_scheduler_type: oneOf(SCHEDULES),
  warmup_ratio: share,
  warmup_steps: whole,
  num_train_epochs: positive,
  max_steps: numberCheck('a whole number', Number.isInteger),
  per_device_train_batch_size: count,
  gradient_accumulation_steps: count,
  max_grad_norm: notNegative,
  weight_decay: notNegative,
  adam_beta1: share,
  adam_beta2: share,
  adam_epsilon: positive,
  max_length: count,
  row_length: count,
  loss_type: oneOf(PREFERENCE_LOSSES),
  beta: positive,
  simpo_gamma: notNegative,
  label_smoothing: share,
  rpo_alpha: notNegative,
  num_rounds: count,
  prompts_per_round: count,
  num_generations: numberCheck(
    'a whole number of 2 or more',
    (value) => Number.isInteger(value) && value >= 2,
  ),
  temperature: positive,
  gradient_checkpointing: flag,
  base_dtype: oneOf(BASE_DTYPES),
  save_steps: count,
  save_total_limit: whole,
  logging_steps: count,
  report_to: oneOf(['none', 'tensorboard']),
  sample_steps: whole,
  sample_prompts: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')
      ? undefined
      : 'a list of prompts',
  eval_dataset: (value) => (value === null ? undefined : text(value)),
  eval_steps: count,
  load_best_model_at_end: flag,
  early_stopping_patience: whole,
  seed: numberCheck('a whole number', Number.isInteger),
};

function nearest(key: string, known: readonly string[]): string {
  return known.reduce((best, name) => (distance(key, name) < distance(key, best) ? name : best));
}

function checkKeys(settings: Record<string, unknown>, file: string, where: string): void {
  for (const [key, value] of Object.entries(settings)) {
    if (!Object.hasOwn(CHECKS, key)) {
      throw new InputError(
        `${file}: ${where}${key}: unknown key, did you mean ${nearest(key, Object.keys(CHECKS))}?`,
      );
    }
    const expected = CHECKS[key as keyof StageRecipe](value);
    if (expected)
      throw new InputError(`${file}: ${where}${key}: found ${JSON.stringify(value)}, expected ${expected}`);
  }
}

/**
 * Reads a recipe from YAML text: `model_name_or_path`, `defaults` for all stages, `stages`.
 *
 * @param overrides `key=value` settings of the command line, for every stage
 * @throws InputError naming file and key, with the nearest known name for an unknown one
 */
export function parseRecipe(source: string, file: string, overrides: readonly string[] = []): Recipe {
  let yaml: unknown;
  try {
    yaml = parse(source);
  } catch (error) {
    throw new InputError(`${file}: not YAML (${messageOf(error).split('\n')[0]})`);
  }
  if (!isRecord(yaml)) throw new InputError(`${file}: expected a mapping`);
  const known = ['model_name_or_path', 'defaults', 'stages'];
  for (const key of Object.keys(yaml)) {
    if (!known.includes(key))
      throw new InputError(`${file}: ${key}: unknown key, did you mean ${nearest(key, known)}?`);
  }
  const { model_name_or_path: model, defaults = {}, stages } = yaml;
  if (typeof model !== 'string') throw new InputError(`${file}: model_name_or_path: expected a string`);
  if (!isRecord(defaults)) throw new InputError(`${file}: defaults: expected a mapping`);
  if (!Array.isArray(stages) || stages.length === 0) throw new InputError(`${file}: stages: expected a list`);
  checkKeys(defaults, file, 'defaults.');
  const set = parseOverrides(overrides);
  checkKeys(set, '--set', '');
  return {
    model_name_or_path: model,
    stages: stages.map((stage, index) => {
      if (!isRecord(stage)) throw new InputError(`${file}: stages[${index}]: expected a mapping`);
      checkKeys(stage, file, `stages[${index}].`);
      for (const key of ['name', 'type', 'train_dataset'] as const) {
        if (stage[key] === undefined) throw new InputError(`${file}: stages[${index}].${key}: missing`);
      }
      return { ...STAGE_DEFAULTS, ...defaults, ...stage, ...set } as unknown as StageRecipe;
    }),
  };
}

function parseOverrides(overrides: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    overrides.map((override) => {
      const at = override.indexOf('=');
      if (at < 1) throw new InputError(`--set ${override}: expected key=value`);
      return [override.slice(0, at), parse(override.slice(at + 1)) as unknown];
    }),
  );
}

/** Reads a recipe from a YAML file. @throws InputError naming file and key, with the nearest known name for an unknown one */
export async function readRecipe(file: string, overrides: readonly string[] = []): Promise<Recipe> {
  return parseRecipe(await readText(file), file, overrides);
}
