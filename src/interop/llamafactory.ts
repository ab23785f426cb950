/** A recipe for LLaMA-Factory: a YAML file a stage, and dataset_info.json with the data sets in its ShareGPT form. */
import path from 'node:path';
import { stringify } from 'yaml';
import { readPreferenceDataset, readSftDataset } from '../corpus/dataset.js';
import type { StageRecipe } from '../training/recipe.js';
import { fileBelow } from '../support/file-below.js';
import { writeFileWhole, writeFolderWhole, writeJson, writeJsonLines } from '../support/files.js';
import { evalName, leftOut, llamaFactorySettings, startOf, templateOf } from './llamafactory-settings.js';
import { baseOf, offlineStages, type ProjectOptions } from './trl-project.js';

/** What the columns and roles are called in a data set. */
const TAGS = { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant' };

export async function exportLlamaFactory(folder: string, options: ProjectOptions): Promise<void> {
  const { recipe, model, data } = options;
  const stages = offlineStages(recipe);
  const base = baseOf(recipe, model);
  const { modelType, numHiddenLayers: layers } = model.config;
  const template = templateOf(modelType);
  await writeFolderWhole(folder, async (beside) => {
    const info: Record<string, object> = {};
    const addDataset = async (name: string, stage: StageRecipe, file: string): Promise<void> => {
      await writeJsonLines(path.join(beside, 'data', `${name}.jsonl`), await conversations(stage, file));
      info[name] = describeDataset(name, stage);
    };
    for (const stage of stages) {
      const { name, train_dataset: train, eval_dataset: evaluation } = stage;
      await addDataset(name, stage, await fileBelow(data, train, `${name}: train_dataset`));
      if (evaluation !== null) {
        const file = await fileBelow(data, evaluation, `${name}: eval_dataset`);
        await addDataset(evalName(name), stage, file);
      }
      const start = startOf(stage, recipe.stages);
      const settings = llamaFactorySettings(stage, { base, template, layers, start });
      const notes = leftOut(stage).map((line) => `# left out: ${line}\n`);
      await writeFileWhole(path.join(beside, `${name}.yaml`), notes.join('') + stringify(settings));
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

function describeDataset(name: string, { type }: StageRecipe): object {
  const preference = { chosen: 'chosen', rejected: 'rejected' };
  return {
    file_name: `${name}.jsonl`,
    formatting: 'sharegpt',
    ...(type === 'sft' ? {} : { ranking: true }),
    columns: { messages: 'messages', ...(type === 'sft' ? {} : preference) },
    tags: TAGS,
  };
}
