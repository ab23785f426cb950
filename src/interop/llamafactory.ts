/** A recipe for LLaMA-Factory: a YAML file a stage, and dataset_info.json with the data sets in its ShareGPT form. */
import path from 'node:path';
import { stringify } from 'yaml';
import { readPreferenceDataset, readSftDataset } from '../corpus/dataset.js';
import type { DpoRecipe, StageRecipe } from '../training/recipe.js';
import { InputError } from '../support/errors.js';
import { fileBelow } from '../support/file-below.js';
import { writeFileWhole, writeFolderWhole, writeJson, writeJsonLines } from '../support/files.js';
import { baseOf, offlineStages, type ProjectOptions } from './trl-project.js';

/** What the columns and roles are called in a data set. */
const TAGS = { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant' };

export async function exportLlamaFactory(folder: string, options: ProjectOptions): Promise<void> {
  const { recipe, model, data } = options;
  const stages = offlineStages(recipe);
  const base = baseOf(recipe, model);
  await writeFolderWhole(folder, async (beside) => {
    const info: Record<string, object> = {};
    for (const stage of stages) {
      const file = await fileBelow(data, stage.train_dataset, `${stage.name}: train_dataset`);
      await writeJsonLines(
        path.join(beside, 'data', `${stage.name}.jsonl`),
        await conversations(stage, file),
      );
      info[stage.name] = describeDataset(stage);
      await writeFileWhole(path.join(beside, `${stage.name}.yaml`), stringify(settings(stage, base)));
    }
    await writeJson(path.join(beside, 'data', 'dataset_info.json'), info);
  });
}

async function conversations({ type }: StageRecipe, file: string): Promise<object[]> {
  if (type === 'sft') {
    return (await readSftDataset(file)).map(({ prompt, completion }) => ({
      messages: [...prompt, ...completion],
    }));
  }
  return (await readPreferenceDataset(file)).map(({ prompt, chosen, rejected }) => ({
    messages: prompt,
    chosen: chosen[0],
    rejected: rejected[0],
  }));
}

function describeDataset({ name, type }: StageRecipe): object {
  const preference = { chosen: 'chosen', rejected: 'rejected' };
  return {
    file_name: `${name}.jsonl`,
    formatting: 'sharegpt',
    ...(type === 'sft' ? {} : { ranking: true }),
    columns: { messages: 'messages', ...(type === 'sft' ? {} : preference) },
    tags: TAGS,
  };
}

/** Its names of the preference losses that it has. */
const PREFERENCE_LOSSES: Readonly<Record<string, string>> = {
  sigmoid: 'sigmoid',
  hinge: 'hinge',
  ipo: 'ipo',
  simpo: 'simpo',
  orpo: 'orpo',
};

function preferenceLoss({ name, loss_type: type }: DpoRecipe): string {
  const loss = PREFERENCE_LOSSES[type];
  if (loss !== undefined) return loss;
  const known = Object.keys(PREFERENCE_LOSSES).join(', ');
  throw new InputError(`${name}: loss_type ${type}: LLaMA-Factory has ${known}`);
}

/** The stage under LLaMA-Factory's names. */
function settings(stage: StageRecipe, base: string): Record<string, unknown> {
  return {
    model_name_or_path: base,
    ...(stage.adapter_from === null ? {} : { adapter_name_or_path: `output/${stage.adapter_from}` }),
    stage: stage.type,
    do_train: true,
    finetuning_type: 'lora',
    lora_rank: stage.r,
    lora_alpha: stage.lora_alpha,
    lora_dropout: stage.lora_dropout,
    lora_target: stage.target_modules.join(','),
    use_rslora: stage.use_rslora,
    use_dora: stage.use_dora,
    ...(stage.type === 'dpo'
      ? {
          pref_beta: stage.beta,
          pref_loss: preferenceLoss(stage),
          ...(stage.adapter_from === null ? {} : { ref_model_adapters: `output/${stage.adapter_from}` }),
          ref_model: base,
        }
      : {}),
    dataset: stage.name,
    dataset_dir: 'data',
    template: 'qwen3_nothink',
    cutoff_len: stage.max_length,
    output_dir: `output/${stage.name}`,
    per_device_train_batch_size: stage.per_device_train_batch_size,
    gradient_accumulation_steps: stage.gradient_accumulation_steps,
    learning_rate: stage.learning_rate,
    num_train_epochs: stage.num_train_epochs,
    max_steps: stage.max_steps,
    lr_scheduler_type: stage.lr_scheduler_type,
    warmup_steps: stage.warmup_steps,
    ...(stage.warmup_steps > 0 ? {} : { warmup_ratio: stage.warmup_ratio }),
    max_grad_norm: stage.max_grad_norm,
    weight_decay: stage.weight_decay,
    logging_steps: stage.logging_steps,
    save_steps: stage.save_steps,
    seed: stage.seed,
    bf16: true,
    report_to: stage.report_to,
  };
}
