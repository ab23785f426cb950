/** A stage under LLaMA-Factory's names (its hparams): each key of a recipe has a row here, so that none is left out. */
import path from 'node:path';
import { ALL_LINEAR, projectionPath } from '../model/projections.js';
import { InputError } from '../support/errors.js';
import type { PreferenceSettings } from '../training/recipe/preference-settings.js';
import type { KtoSettings } from '../training/recipe/kto-settings.js';
import type { SftSettings } from '../training/recipe/sft-settings.js';
import type { DpoRecipe, KtoRecipe, SftRecipe, StageRecipe } from '../training/recipe.js';
import { COMMON_SETTINGS } from '../training/recipe/common-settings.js';
import { defaultOf } from '../training/recipe/setting.js';
import type { CommonSettings } from '../training/recipe/trainers.js';

type Named = Readonly<Record<string, unknown>>;

/** What a stage needs to know of the project around it. */
export interface StageContext {
  /** The base as LLaMA-Factory finds it. */
  readonly base: string;
  /** Its name of the base's chat template. */
  readonly template: string;
  readonly layers: number;
  /** The adapter folder that a stage begins with. */
  readonly start: string | undefined;
}

/** Its names of the preference losses that it has. */
const PREFERENCE_LOSSES: readonly string[] = ['sigmoid', 'hinge', 'ipo', 'simpo', 'orpo'];

/** Its names of chat templates, by the model type of config.json. */
const TEMPLATES: Readonly<Record<string, string>> = {
  qwen3: 'qwen3_nothink',
  qwen2: 'qwen',
  gemma3_text: 'gemma3',
};

/** Its name of a model's chat template. @throws InputError where the model type does not tell it */
export function templateOf(modelType: string): string {
  const template = TEMPLATES[modelType];
  if (template !== undefined) return template;
  throw new InputError(
    `model_type ${modelType}: which of LLaMA-Factory’s templates it has is not known, expected ${Object.keys(TEMPLATES).join(', ')}`,
  );
}

const nothing = (): Named => ({});

/** A key that has the same name there. */
const same =
  (key: keyof CommonSettings) =>
  (stage: StageRecipe): Named => ({ [key]: stage[key] });

/** Modules that get adapters: by name, or with their layer where only some layers do. */
function targets({ name, target_modules: modules, layers_to_transform: layers }: StageRecipe): string {
  if (modules === ALL_LINEAR) return 'all';
  if (typeof modules === 'string') {
    throw new InputError(
      `${name}: target_modules: LLaMA-Factory has no regular expressions, expected a list of projections or ${ALL_LINEAR}`,
    );
  }
  if (layers === null) return modules.join(',');
  return layers
    .flatMap((layer) => modules.map((one) => projectionPath(layer, one).replace(/^model\./u, '')))
    .join(',');
}

const COMMON: Readonly<
  Record<keyof CommonSettings | 'type', (stage: StageRecipe, context: StageContext) => Named>
> = {
  type: ({ type }) => ({ stage: type, do_train: true, finetuning_type: 'lora' }),
  name: ({ name }) => ({ dataset: name, output_dir: `output/${name}` }),
  train_dataset: () => ({ dataset_dir: 'data' }),
  adapter_from: (_, { start }) => (start === undefined ? {} : { adapter_name_or_path: start }),
  eval_dataset: ({ name, eval_dataset: file }) =>
    file === null ? {} : { eval_dataset: evalName(name), eval_strategy: 'steps' },
  eval_strategy: ({ eval_dataset: file, eval_strategy: strategy }) =>
    file === null || strategy === null ? {} : { eval_strategy: strategy },
  per_device_eval_batch_size: ({ per_device_eval_batch_size: size }) =>
    size === null ? {} : { per_device_eval_batch_size: size },
  metric_for_best_model: ({ metric_for_best_model: metric }) =>
    metric === null ? {} : { metric_for_best_model: metric },
  greater_is_better: ({ greater_is_better: greater }) =>
    greater === null ? {} : { greater_is_better: greater },
  save_strategy: same('save_strategy'),
  optim: same('optim'),
  packing: nothing,
  eval_steps: ({ eval_dataset: file, eval_steps: steps }) => (file === null ? {} : { eval_steps: steps }),
  load_best_model_at_end: ({ load_best_model_at_end: best }) =>
    best ? { load_best_model_at_end: true, metric_for_best_model: 'eval_loss' } : {},
  early_stopping_patience: ({ early_stopping_patience: patience }) =>
    patience > 0 ? { early_stopping_steps: patience, metric_for_best_model: 'eval_loss' } : {},
  max_length: ({ max_length: length }) => ({ cutoff_len: length }),
  r: ({ r }) => ({ lora_rank: r }),
  lora_alpha: same('lora_alpha'),
  lora_dropout: same('lora_dropout'),
  target_modules: (stage) => ({ lora_target: targets(stage) }),
  layers_to_transform: nothing, // beside target_modules
  init_lora_weights: ({ name, init_lora_weights: start }) => {
    if (start === true) return {};
    if (start === 'pissa') return { pissa_init: true, pissa_iter: -1, pissa_convert: true };
    throw new InputError(`${name}: init_lora_weights ${start}: LLaMA-Factory has true and pissa`);
  },
  bias: ({ name, bias }) => {
    if (bias === 'none') return {};
    throw new InputError(`${name}: bias ${bias}: LLaMA-Factory trains no biases`);
  },
  modules_to_save: ({ modules_to_save: modules }) =>
    modules === null ? {} : { additional_target: modules.join(',') },
  loraplus_lr_ratio: ({ loraplus_lr_ratio: ratio }) => (ratio === null ? {} : { loraplus_lr_ratio: ratio }),
  neftune_noise_alpha: ({ neftune_noise_alpha: alpha }) =>
    alpha === null ? {} : { neftune_noise_alpha: alpha },
  use_rslora: same('use_rslora'),
  use_dora: same('use_dora'),
  learning_rate: same('learning_rate'),
  lr_scheduler_type: same('lr_scheduler_type'),
  lr_scheduler_kwargs: ({ lr_scheduler_kwargs: kwargs }) =>
    kwargs === null ? {} : { lr_scheduler_kwargs: kwargs },
  warmup_steps: same('warmup_steps'),
  warmup_ratio: ({ warmup_steps: steps, warmup_ratio: ratio }) => (steps > 0 ? {} : { warmup_ratio: ratio }),
  num_train_epochs: same('num_train_epochs'),
  max_steps: same('max_steps'),
  per_device_train_batch_size: same('per_device_train_batch_size'),
  gradient_accumulation_steps: same('gradient_accumulation_steps'),
  max_grad_norm: same('max_grad_norm'),
  weight_decay: same('weight_decay'),
  adam_beta1: same('adam_beta1'),
  adam_beta2: same('adam_beta2'),
  adam_epsilon: same('adam_epsilon'),
  gradient_checkpointing: ({ gradient_checkpointing: checkpointing }) => ({
    disable_gradient_checkpointing: !checkpointing,
  }),
  seed: same('seed'),
  logging_steps: same('logging_steps'),
  report_to: same('report_to'),
  save_steps: same('save_steps'),
  // It always keeps the last checkpoint.
  save_total_limit: ({ save_total_limit: limit }) =>
    limit === null ? {} : { save_total_limit: Math.max(1, limit) },
  bf16: nothing,
  base_dtype: () => ({ bf16: true }),
  // Data sets are written where and as it reads them.
  dataset_config: nothing,
  dataset_train_split: nothing,
  dataset_test_split: nothing,
  format: nothing,
  template_loss: nothing,
  row_length: nothing,
  sample_steps: nothing,
  sample_prompts: nothing,
};

/** What LLaMA-Factory has no word for and what does not change what is learned: why each is left out. */
const LEFT_OUT = {
  bf16: 'it computes in bfloat16',
  packing: 'it does not pack here',
  base_dtype: 'it computes in bfloat16',
  template_loss: 'its own templates say what of an answer carries loss',
  row_length: 'it does not pack here',
  sample_steps: 'it writes no samples while it trains',
  sample_prompts: 'it writes no samples while it trains',
} as const satisfies Partial<Record<keyof CommonSettings, string>>;

/** The policy that a stage is held to: what it begins with. */
const referenceOf = ({ base, start }: StageContext): Named => ({
  ref_model: base,
  ...(start === undefined ? {} : { ref_model_adapters: start }),
});

const PREFERENCE: Readonly<
  Record<keyof PreferenceSettings, (stage: DpoRecipe, context: StageContext) => Named>
> = {
  loss_type({ name, loss_type: loss }, context) {
    if (!PREFERENCE_LOSSES.includes(loss)) {
      throw new InputError(`${name}: loss_type ${loss}: LLaMA-Factory has ${PREFERENCE_LOSSES.join(', ')}`);
    }
    return { pref_loss: loss, ...referenceOf(context) };
  },
  beta: ({ beta }) => ({ pref_beta: beta }),
  label_smoothing({ name, loss_type: loss, label_smoothing: smoothing }) {
    if (smoothing > 0 && loss !== 'sigmoid') {
      throw new InputError(
        `${name}: label_smoothing ${smoothing}: LLaMA-Factory has it with loss_type sigmoid only`,
      );
    }
    return { dpo_label_smoothing: smoothing };
  },
  rpo_alpha: ({ rpo_alpha: alpha }) => ({ pref_ftx: alpha }),
  simpo_gamma: ({ simpo_gamma: gamma }) => ({ simpo_gamma: gamma }),
};

const SFT: Readonly<Record<keyof SftSettings, (stage: SftRecipe) => Named>> = {
  completion_only_loss: ({ completion_only_loss: only }) => (only === false ? { train_on_prompt: true } : {}),
  // It learns from every answer of a chat, or from the last one only.
  assistant_only_loss: ({ completion_only_loss: completion, assistant_only_loss: answers }) =>
    completion === false || answers ? {} : { mask_history: true },
  dataset_text_field: nothing, // data sets are written in its own columns
};

const KTO: Readonly<Record<keyof KtoSettings, (stage: KtoRecipe) => Named>> = {
  loss_type({ name, loss_type: loss }) {
    if (loss === 'kto') return {};
    throw new InputError(`${name}: loss_type ${loss}: LLaMA-Factory has kto`);
  },
  beta: ({ beta }) => ({ pref_beta: beta }),
  desirable_weight: ({ desirable_weight: weight }) => ({ kto_chosen_weight: weight }),
  undesirable_weight: ({ undesirable_weight: weight }) => ({ kto_rejected_weight: weight }),
};

/** The name of a stage's validation set in dataset_info.json. */
export const evalName = (stage: string): string => `${stage}-eval`;

/** The adapter folder that a stage begins with: what an earlier stage wrote there, or a folder of its own. */
export function startOf(
  { adapter_from: from }: StageRecipe,
  stages: readonly StageRecipe[],
): string | undefined {
  if (from === null) return undefined;
  return stages.some(({ name }) => name === from) ? `output/${from}` : path.resolve(from);
}

/** A stage under LLaMA-Factory's names. @throws InputError for what it does not have */
export function llamaFactorySettings(stage: StageRecipe, context: StageContext): Named {
  const wrong = stage.layers_to_transform?.find((layer) => layer >= context.layers);
  if (wrong !== undefined) {
    throw new InputError(
      `${stage.name}: layers_to_transform: found ${wrong}, the model has ${context.layers} layers`,
    );
  }
  const rows = Object.values(COMMON).map((row) => row(stage, context));
  if (stage.type === 'dpo') rows.push(...Object.values(PREFERENCE).map((row) => row(stage, context)));
  if (stage.type === 'sft') rows.push(...Object.values(SFT).map((row) => row(stage)));
  if (stage.type === 'kto') {
    rows.push(referenceOf(context), ...Object.values(KTO).map((row) => row(stage)));
  }
  const settings = Object.fromEntries(rows.flatMap(Object.entries));
  return { model_name_or_path: context.base, template: context.template, ...settings };
}

/** What of a stage LLaMA-Factory has no word for, a line each, where it is not at its default. */
export function leftOut(stage: StageRecipe): string[] {
  return Object.entries(LEFT_OUT).flatMap(([key, reason]) => {
    const value = JSON.stringify(stage[key as keyof typeof LEFT_OUT]);
    const usual = JSON.stringify(defaultOf(COMMON_SETTINGS[key as keyof typeof LEFT_OUT]));
    return value === usual ? [] : [`${key}: ${value} (${reason})`];
  });
}
