/** The settings of a recipe that a job may override: numbers and choices, nothing that names a file or a folder. */
import { Type, type TSchema } from 'typebox';
import { settingsOf } from '../training/recipe.js';
import { TRAINER_TYPES } from '../training/recipe/trainers.js';

const NAMES = [
  ...['r', 'lora_alpha', 'lora_dropout', 'use_rslora', 'use_dora'],
  ...['learning_rate', 'lr_scheduler_type', 'warmup_ratio', 'warmup_steps', 'num_train_epochs', 'max_steps'],
  ...['per_device_train_batch_size', 'gradient_accumulation_steps', 'max_grad_norm', 'weight_decay'],
  ...['adam_beta1', 'adam_beta2', 'adam_epsilon', 'max_length', 'row_length', 'seed'],
  ...['gradient_checkpointing', 'base_dtype'],
  ...['loss_type', 'beta', 'label_smoothing', 'rpo_alpha', 'simpo_gamma'],
  ...['num_rounds', 'prompts_per_round', 'num_generations', 'temperature'],
  ...['logging_steps', 'save_steps', 'save_total_limit', 'sample_steps', 'eval_steps'],
  ...['load_best_model_at_end', 'early_stopping_patience'],
] as const;

/** Each with the range that it has in a recipe. */
function schemasOf(): Record<string, TSchema> {
  const all = Object.assign({}, ...TRAINER_TYPES.map(settingsOf)) as Record<string, TSchema>;
  return Object.fromEntries(
    NAMES.map((name) => {
      const schema = all[name];
      if (!schema) throw new Error(`${name}: no recipe has such a setting`);
      return [name, Type.Optional(schema)];
    }),
  );
}

export const JobSettingsSchema = Type.Object(schemasOf(), {
  additionalProperties: false,
  description: 'settings that every stage gets which has them, for example max_steps',
});

/** What every setting of the list is: none is a list or an object. */
export type JobSettings = Readonly<Record<string, number | string | boolean>>;
