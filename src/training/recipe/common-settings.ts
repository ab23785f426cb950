/** The settings of every stage, under the names of Transformers' TrainingArguments and PEFT's LoraConfig. */
import { Type, type TSchemaOptions } from 'typebox';
import { BASE_DTYPES } from '../../model/frozen-base.js';
import { LORA_STARTS } from '../../model/lora-start.js';
import { PROJECTIONS } from '../../model/projections.js';
import { RAMPS, SCHEDULES } from '../schedule.js';
import { nameSchema } from '../../support/names.js';
import { limit, nullable } from './setting.js';

const count = (maximum: number, options: TSchemaOptions) => Type.Integer({ minimum: 1, maximum, ...options });
const text = (options: TSchemaOptions) => Type.String({ minLength: 1, ...options });

/** A million of anything that is counted: more is a slip of the hand. */
const MOST = 1_000_000;

/** When something is done that is done now and then. */
export const STRATEGIES = ['no', 'steps', 'epoch'] as const;

/** Names of AdamW in Transformers: they differ by who computes it. */
const ADAMW_NAMES = ['adamw_torch', 'adamw_torch_fused', 'adamw_hf', 'adamw_apex_fused'] as const;

const cycles = Type.Number({ exclusiveMinimum: 0, maximum: MOST });
const rate = Type.Number({ minimum: 0, maximum: 10 });
const share = Type.Number({ minimum: 0, maximum: 1 });
const steps = Type.Integer({ minimum: 0, maximum: MOST });
const ramp = Type.Enum([...RAMPS]);

/** What schedules take: their arguments in Transformers. */
const ScheduleArgumentsSchema = Type.Partial(
  Type.Object(
    {
      ...{ num_cycles: cycles, lr_end: rate, power: cycles, timescale: Type.Integer({ minimum: 1 }) },
      ...{ min_lr: rate, min_lr_rate: share, warmup_lr_rate: share, min_lr_ratio: share },
      ...{ num_decay_steps: steps, num_stable_steps: steps, warmup_type: ramp, decay_type: ramp },
    },
    { additionalProperties: false, expected: 'a mapping of arguments of the schedule' },
  ),
);

/** How a data set's columns may be called. */
const DATASET_FORMATS = ['trl', 'alpaca', 'sharegpt'] as const;

const DATA_SETTINGS = {
  name: nameSchema({ description: 'Names the stage’s folder.' }),
  train_dataset: text({
    description:
      'Data set: a file, relative to the data folder, or an id of the hub (OWNER/NAME, OWNER/NAME@REVISION).',
  }),
  adapter_from: nullable(Type.String({ minLength: 1 }), {
    default: null,
    description: 'Where the adapter starts, and the reference: an earlier stage, or a PEFT adapter folder.',
  }),
  eval_dataset: nullable(Type.String({ minLength: 1 }), {
    default: null,
    description: 'Validation set, as train_dataset.',
  }),
  dataset_config: nullable(Type.String({ minLength: 1 }), {
    default: null,
    description: 'The subset of a data set of the hub; null for its default.',
  }),
  dataset_train_split: text({
    default: 'train',
    description: 'The split of a data set of the hub that is trained on.',
  }),
  dataset_test_split: text({
    default: 'test',
    description: 'The split of a data set of the hub that is watched.',
  }),
  max_length: Type.Integer({
    minimum: 2,
    maximum: 131_072,
    default: 512,
    description: 'Longest example in tokens; what is over is cut from the end.',
  }),
  format: Type.Enum([...DATASET_FORMATS], {
    default: 'trl',
    description:
      'How columns are called: as TRL has them (and ShareGPT’s conversations), or as Alpaca or ShareGPT.',
  }),
  template_loss: Type.Boolean({
    default: true,
    description:
      'Loss on what the chat template writes for an answer, as TRL takes it: an empty thought, a line break after the end token. false: on the answer and its end token only.',
  }),
  row_length: count(131_072, { default: 256, description: 'Longest row that examples are packed into.' }),
};

const LORA_SETTINGS = {
  r: count(4096, { default: 8, description: 'Rank.' }),
  lora_alpha: Type.Number({
    exclusiveMinimum: 0,
    maximum: MOST,
    default: 32,
    description: 'The adapter is scaled by lora_alpha / r.',
  }),
  lora_dropout: Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0,
    description: 'Share of an adapter’s inputs that are set to zero while training.',
  }),
  target_modules: Type.Union(
    [Type.Array(Type.Enum([...PROJECTIONS]), { minItems: 1 }), Type.String({ minLength: 1 })],
    {
      default: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
      expected: `a list of some of ${PROJECTIONS.join(', ')}, all-linear, or a regular expression`,
      description:
        'Projections that get adapters: by name, all of them, or those whose whole path (model.layers.0.self_attn.q_proj) matches.',
    },
  ),
  layers_to_transform: nullable(
    Type.Array(Type.Integer({ minimum: 0, maximum: 9999 }), {
      minItems: 1,
      expected: 'a list of layer numbers from 0',
    }),
    { default: null, description: 'Layers that get adapters; null for all.' },
  ),
  init_lora_weights: Type.Union([Type.Literal(true), Type.Enum([...LORA_STARTS])], {
    default: true,
    description:
      'Where a new adapter begins: A uniform and B zero; A normal (gaussian); or parts of the base (olora, pissa), of which an adapter of twice the rank is left.',
  }),
  bias: Type.Enum(['none', 'all', 'lora_only'], {
    default: 'none',
    description:
      'Biases of the base that are trained, where it has any: none, all, or those of adapted projections.',
  }),
  modules_to_save: nullable(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }), {
    default: null,
    description:
      'Modules that are trained whole, by the ends of their paths: embed_tokens, lm_head, norm (every norm) and the like.',
  }),
  use_rslora: Type.Boolean({ default: false, description: 'Scale by lora_alpha / √r instead.' }),
  use_dora: Type.Boolean({ default: false, description: 'Train the lengths of weight rows apart.' }),
};

export const TRAINING_SETTINGS = {
  learning_rate: Type.Number({
    exclusiveMinimum: 0,
    maximum: 10,
    default: 5e-5,
    description: 'Highest learning rate.',
  }),
  loraplus_lr_ratio: nullable(Type.Number({ exclusiveMinimum: 0, maximum: MOST }), {
    default: null,
    description: 'LoRA+: B learns at so many times the learning rate of A; null for the same.',
  }),
  neftune_noise_alpha: nullable(Type.Number({ exclusiveMinimum: 0, maximum: MOST }), {
    default: null,
    description: 'NEFTune: noise of this strength on the embeddings while training; null for none.',
  }),
  lr_scheduler_type: Type.Enum([...SCHEDULES], {
    default: 'linear',
    description: 'Learning-rate schedule.',
    expected: `one of ${SCHEDULES.join(', ')}: each is a function of the step, which reduce_lr_on_plateau and greedy are not`,
  }),
  lr_scheduler_kwargs: nullable(ScheduleArgumentsSchema, {
    default: null,
    description: 'Arguments of the schedule, as num_cycles, power, lr_end, min_lr_rate, num_decay_steps.',
  }),
  warmup_ratio: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 0,
    description: 'Share of the steps that warm up.',
  }),
  warmup_steps: Type.Number({
    minimum: 0,
    maximum: MOST,
    default: 0,
    description:
      'Steps of warm-up, or below 1 their share of all steps; where it is not 0 it goes before warmup_ratio.',
  }),
  num_train_epochs: Type.Number({
    exclusiveMinimum: 0,
    maximum: 10_000,
    default: 3,
    description: 'Times that the data set is gone through.',
  }),
  max_steps: limit(MOST, { default: -1, description: 'Stops after so many steps; −1 for no limit.' }),
  per_device_train_batch_size: count(65_536, { default: 8, description: 'Examples of a micro-batch.' }),
  gradient_accumulation_steps: count(65_536, {
    default: 1,
    description: 'Micro-batches of an optimiser step.',
  }),
  max_grad_norm: Type.Number({
    minimum: 0,
    maximum: MOST,
    default: 1,
    description: 'Clips the gradient’s norm; 0 for never.',
  }),
  weight_decay: Type.Number({ minimum: 0, maximum: 10, default: 0, description: 'AdamW’s weight decay.' }),
  optim: Type.Enum([...ADAMW_NAMES], {
    default: 'adamw_torch',
    description: 'The optimiser: AdamW, by any of its names in Transformers.',
  }),
  adam_beta1: Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0.9,
    description: 'Decay of the mean gradient.',
  }),
  adam_beta2: Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0.999,
    description: 'Decay of the mean squared gradient.',
  }),
  adam_epsilon: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    default: 1e-8,
    description: 'Added to the denominator of an update.',
  }),
  gradient_checkpointing: Type.Boolean({
    default: false,
    description:
      'Keep what enters each block and compute the rest anew: a third of the memory for a quarter of the speed.',
  }),
  base_dtype: Type.Enum([...BASE_DTYPES], {
    default: 'float32',
    description: 'Precision of the frozen base; int8 is about twice as fast and takes a gigabyte less.',
  }),
  bf16: Type.Boolean({
    default: false,
    description:
      'Taken for recipes of TRL; a step computes in float32, or as base_dtype says, whatever it says.',
  }),
  packing: Type.Boolean({
    default: true,
    description:
      'Taken for recipes of TRL; examples are always packed, see themselves only, and none is cut in two.',
  }),
  seed: Type.Integer({
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 42,
    description: 'Draws first weights, order of examples, dropout, samples.',
  }),
};

const LOGGING_SETTINGS = {
  logging_steps: count(MOST, {
    default: 1,
    description: 'The bar (and --json) shows every so many steps; metrics.jsonl has them all.',
  }),
  report_to: Type.Enum(['none', 'tensorboard'], {
    default: 'none',
    description: 'tensorboard writes event files into the stage’s runs folder.',
  }),
  save_strategy: Type.Enum([...STRATEGIES], {
    default: 'steps',
    description:
      'When a checkpoint is written: every save_steps, at the end of each epoch, or only when a run is stopped (no).',
  }),
  save_steps: count(MOST, { default: 25, description: 'Steps between checkpoints.' }),
  save_total_limit: nullable(Type.Integer({ minimum: 0, maximum: MOST }), {
    default: 0,
    description:
      'Keep the adapters of so many of the last checkpoints, as checkpoint-STEP folders; null for all.',
  }),
  sample_steps: Type.Integer({
    minimum: 0,
    maximum: MOST,
    default: 0,
    description: 'Write poems for sample_prompts every so many steps; 0 for never.',
  }),
  sample_prompts: Type.Array(Type.String(), {
    minItems: 1,
    default: [
      '写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静',
      '写一首[七言绝句] 要求4句 主题为: 秋天、思乡',
    ],
    expected: 'a list of prompts',
    description: 'What is asked for then.',
  }),
  eval_strategy: nullable(Type.Enum([...STRATEGIES]), {
    default: null,
    description:
      'When eval_dataset is evaluated: every eval_steps (null too), at the end of each epoch, or not at all.',
  }),
  per_device_eval_batch_size: nullable(count(65_536, {}), {
    default: null,
    description: 'Examples of a micro-batch of evaluation; null for per_device_train_batch_size.',
  }),
  eval_steps: count(MOST, { default: 50, description: 'Steps between evaluations on eval_dataset.' }),
  load_best_model_at_end: Type.Boolean({
    default: false,
    description: 'End with the weights of the lowest eval_loss.',
  }),
  metric_for_best_model: nullable(Type.Enum(['eval_loss', 'loss']), {
    default: null,
    description: 'What the best model is told by: the loss on eval_dataset, whichever of its names is given.',
  }),
  greater_is_better: nullable(Type.Literal(false), {
    default: null,
    description: 'Of a loss the lower is better.',
  }),
  early_stopping_patience: Type.Integer({
    minimum: 0,
    maximum: MOST,
    default: 0,
    description: 'Stop after so many evaluations without a lower eval_loss; 0 for never.',
  }),
};

/** The settings of every stage by heading, as the documentation shows them. */
export const COMMON_GROUPS = {
  Data: DATA_SETTINGS,
  LoRA: LORA_SETTINGS,
  Training: TRAINING_SETTINGS,
  'Logging, saving, evaluation': LOGGING_SETTINGS,
};

export const COMMON_SETTINGS = {
  ...DATA_SETTINGS,
  ...LORA_SETTINGS,
  ...TRAINING_SETTINGS,
  ...LOGGING_SETTINGS,
};
