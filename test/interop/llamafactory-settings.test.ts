import { describe, expect, it } from 'vitest';
import {
  leftOut,
  llamaFactorySettings,
  startOf,
  templateOf,
} from '../../src/interop/llamafactory-settings.js';
import { settingsOf, stageRecipe } from '../../src/training/recipe.js';
import type { StageRecipe } from '../../src/training/recipe/trainers.js';

const CONTEXT = { base: 'models/miniature', template: 'qwen3_nothink', layers: 4, start: undefined };
const stage = (type: 'sft' | 'dpo', settings: object = {}): StageRecipe =>
  stageRecipe({ name: 'one', type, train_dataset: 'train.jsonl', ...settings });

/** For every key a value that is not its default, with what else it needs. */
const CHANGED: Readonly<Record<string, object>> = {
  name: { name: 'two' },
  adapter_from: { adapter_from: 'models/miniature-dpo' },
  eval_dataset: { eval_dataset: 'validation.jsonl' },
  max_length: { max_length: 99 },
  template_loss: { template_loss: false },
  row_length: { row_length: 99 },
  r: { r: 3 },
  lora_alpha: { lora_alpha: 3 },
  lora_dropout: { lora_dropout: 0.3 },
  target_modules: { target_modules: ['q_proj'] },
  layers_to_transform: { layers_to_transform: [1] },
  init_lora_weights: { init_lora_weights: 'pissa' },
  modules_to_save: { modules_to_save: ['norm'] },
  loraplus_lr_ratio: { loraplus_lr_ratio: 16 },
  neftune_noise_alpha: { neftune_noise_alpha: 5 },
  use_rslora: { use_rslora: true },
  use_dora: { use_dora: true },
  learning_rate: { learning_rate: 0.3 },
  lr_scheduler_type: { lr_scheduler_type: 'cosine' },
  warmup_ratio: { warmup_ratio: 0.3 },
  warmup_steps: { warmup_steps: 3 },
  lr_scheduler_kwargs: { lr_scheduler_type: 'cosine', lr_scheduler_kwargs: { num_cycles: 2 } },
  optim: { optim: 'adamw_torch_fused' },
  bf16: { bf16: true },
  packing: { packing: false },
  save_strategy: { save_strategy: 'epoch' },
  eval_strategy: { eval_dataset: 'validation.jsonl', eval_strategy: 'epoch' },
  per_device_eval_batch_size: { per_device_eval_batch_size: 3 },
  metric_for_best_model: { metric_for_best_model: 'eval_loss' },
  greater_is_better: { greater_is_better: false },
  num_train_epochs: { num_train_epochs: 9 },
  max_steps: { max_steps: 9 },
  per_device_train_batch_size: { per_device_train_batch_size: 3 },
  gradient_accumulation_steps: { gradient_accumulation_steps: 3 },
  max_grad_norm: { max_grad_norm: 3 },
  weight_decay: { weight_decay: 0.3 },
  adam_beta1: { adam_beta1: 0.3 },
  adam_beta2: { adam_beta2: 0.3 },
  adam_epsilon: { adam_epsilon: 0.3 },
  gradient_checkpointing: { gradient_checkpointing: true },
  base_dtype: { base_dtype: 'int8' },
  seed: { seed: 3 },
  logging_steps: { logging_steps: 3 },
  report_to: { report_to: 'tensorboard' },
  save_steps: { save_steps: 3 },
  save_total_limit: { save_total_limit: 3 },
  sample_steps: { sample_steps: 3 },
  sample_prompts: { sample_prompts: ['写一首[五言绝句]'] },
  eval_steps: { eval_dataset: 'validation.jsonl', eval_steps: 3 },
  load_best_model_at_end: { eval_dataset: 'validation.jsonl', load_best_model_at_end: true },
  early_stopping_patience: { eval_dataset: 'validation.jsonl', early_stopping_patience: 3 },
  completion_only_loss: { completion_only_loss: false },
  assistant_only_loss: { assistant_only_loss: true },
  loss_type: { loss_type: 'ipo' },
  beta: { beta: 0.3 },
  label_smoothing: { label_smoothing: 0.3 },
  rpo_alpha: { rpo_alpha: 3 },
  simpo_gamma: { loss_type: 'simpo', simpo_gamma: 3 },
};

/** All that an export says of a stage. */
function exported(type: 'sft' | 'dpo', settings: object = {}): string {
  const made = stage(type, settings);
  const start = startOf(made, [made]);
  return JSON.stringify([llamaFactorySettings(made, { ...CONTEXT, start }), leftOut(made)]);
}

describe('a stage for LLaMA-Factory', () => {
  it.each(['sft', 'dpo'] as const)('says every key of a stage of type %s', (type) => {
    // Where the data set lies and what its columns are called is said by the data set that the export writes.
    const ofData = ['train_dataset', 'format'];
    const isOfData = (key: string): boolean =>
      [...ofData, 'bias'].includes(key) || key.startsWith('dataset_');
    for (const key of Object.keys(settingsOf(type)).filter((name) => !isOfData(name))) {
      const changed = CHANGED[key];
      expect(changed, key).toBeDefined();
      const { [key]: own, ...others } = changed as Record<string, unknown>;
      expect(own, key).toBeDefined();
      expect(exported(type, changed), key).not.toBe(exported(type, others));
    }
  });

  it('has its names for what shapes the loss and the optimiser', () => {
    const settings = { rpo_alpha: 1, label_smoothing: 0.1, adam_beta1: 0.8, adam_beta2: 0.95 };
    expect(llamaFactorySettings(stage('dpo', settings), CONTEXT)).toMatchObject({
      pref_ftx: 1,
      dpo_label_smoothing: 0.1,
      adam_beta1: 0.8,
      adam_beta2: 0.95,
      adam_epsilon: 1e-8,
    });
    const simpo = stage('dpo', { loss_type: 'simpo', simpo_gamma: 1.5 });
    expect(llamaFactorySettings(simpo, CONTEXT)).toMatchObject({ pref_loss: 'simpo', simpo_gamma: 1.5 });
  });

  it('says every key of a stage of type kto under its names', () => {
    const kto = (settings: object = {}) =>
      llamaFactorySettings(
        stageRecipe({ name: 'one', type: 'kto', train_dataset: 'votes.jsonl', ...settings }),
        { ...CONTEXT, start: 'output/two' },
      );
    expect(kto({ beta: 0.3, desirable_weight: 2, undesirable_weight: 1.5 })).toMatchObject({
      ...{ stage: 'kto', pref_beta: 0.3, kto_chosen_weight: 2, kto_rejected_weight: 1.5 },
      ...{ ref_model: 'models/miniature', ref_model_adapters: 'output/two' },
    });
    expect(() => kto({ loss_type: 'apo_zero_unpaired' })).toThrow(
      /one: loss_type apo_zero_unpaired: LLaMA-Factory has kto/,
    );
  });

  it('names the layers that get adapters', () => {
    const some = stage('sft', { layers_to_transform: [0, 2], target_modules: ['q_proj', 'up_proj'] });
    expect(llamaFactorySettings(some, CONTEXT)).toMatchObject({
      lora_target:
        'layers.0.self_attn.q_proj,layers.0.mlp.up_proj,layers.2.self_attn.q_proj,layers.2.mlp.up_proj',
    });
    const none = stage('sft', { layers_to_transform: [4] });
    expect(() => llamaFactorySettings(none, CONTEXT)).toThrow(
      /layers_to_transform: found 4, the model has 4/,
    );
  });

  it('evaluates, keeps the best and stops early as asked', () => {
    const settings = {
      eval_dataset: 'validation.jsonl',
      eval_steps: 7,
      load_best_model_at_end: true,
      early_stopping_patience: 2,
    };
    expect(llamaFactorySettings(stage('sft', settings), CONTEXT)).toMatchObject({
      eval_dataset: 'one-eval',
      eval_strategy: 'steps',
      eval_steps: 7,
      load_best_model_at_end: true,
      metric_for_best_model: 'eval_loss',
      early_stopping_steps: 2,
    });
  });

  it('is refused where it has no such thing', () => {
    const refused = (settings: object) => () => llamaFactorySettings(stage('dpo', settings), CONTEXT);
    expect(refused({ bias: 'all' })).toThrow(/one: bias all: LLaMA-Factory trains no biases/);
    expect(refused({ loss_type: 'robust' })).toThrow(/one: loss_type robust: LLaMA-Factory has sigmoid/);
    expect(refused({ loss_type: 'simpo', label_smoothing: 0.1 })).toThrow(/one: label_smoothing 0.1/);
    expect(templateOf('qwen2')).toBe('qwen');
    expect(() => templateOf('llama')).toThrow(/model_type llama/);
  });
});
