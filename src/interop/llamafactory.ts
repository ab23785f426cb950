/** A recipe for LLaMA-Factory: a YAML file a stage, and dataset_info.json with the data sets in its ShareGPT form. */
import path from 'node:path';
import { stringify } from 'yaml';
import type { DatasetSource, DatasetText, Message } from '../corpus/examples.js';
import { readLearnt } from '../corpus/learnt.js';
import type { StageRecipe } from '../training/recipe.js';
import { TRAINERS } from '../training/recipe/trainers.js';
import { InputError } from '../support/errors.js';
import { writeFileWhole, writeFolderWhole, writeJson, writeJsonLines } from '../support/files.js';
import { evalName, leftOut, llamaFactorySettings, startOf, templateOf } from './llamafactory-settings.js';
import { baseOf, stagesOf, type ProjectOptions } from './trl-project.js';

/** What the columns and roles are called in a data set. */
const TAGS = { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant' };

/** Types of stages that it has. */
const LLAMA_FACTORY_TYPES = ['sft', 'dpo', 'kto'] as const;

/** Writes a recipe as a LLaMA-Factory project: data sets, a file of settings a stage. @throws InputError for a setting that it cannot say */
export async function exportLlamaFactory(folder: string, options: ProjectOptions): Promise<void> {
  const { recipe, model, datasetOf } = options;
  const stages = stagesOf(recipe, LLAMA_FACTORY_TYPES);
  const base = baseOf(recipe, model);
  const { modelType, numHiddenLayers: layers } = model.config;
  const template = templateOf(modelType);
  await writeFolderWhole(folder, async (beside) => {
    const info: Record<string, object> = {};
    const addDataset = async (name: string, stage: StageRecipe, source: DatasetSource): Promise<void> => {
      await writeJsonLines(path.join(beside, 'data', `${name}.jsonl`), await conversations(stage, source));
      info[name] = describeDataset(name, stage);
    };
    for (const stage of stages) {
      const { name } = stage;
      const [train, watched] = [await datasetOf(stage, 'train'), await datasetOf(stage, 'validation')];
      if (train) await addDataset(name, stage, train);
      if (watched) await addDataset(evalName(name), stage, watched);
      const start = startOf(stage, recipe.stages);
      const settings = llamaFactorySettings(stage, { base, template, layers, start });
      const notes = leftOut(stage).map((line) => `# left out: ${line}\n`);
      await writeFileWhole(path.join(beside, `${name}.yaml`), notes.join('') + stringify(settings));
    }
    await writeJson(path.join(beside, 'data', 'dataset_info.json'), info);
  });
}

/** The examples in its ShareGPT form. @throws InputError for plain text, and for chats that carry loss everywhere */
async function conversations(stage: StageRecipe, source: DatasetSource): Promise<object[]> {
  const rows: object[] = [];
  for await (const { place, learnt } of readLearnt(TRAINERS[stage.type].learns.train, source)) {
    const turns = (text: DatasetText): readonly Message[] => {
      if (typeof text !== 'string') return text;
      throw new InputError(`${place}: plain text, expected a chat: LLaMA-Factory applies a template to all`);
    };
    if ('whole' in learnt) {
      requireSameLoss(stage, place);
      rows.push({ messages: turns(learnt.whole) });
      continue;
    }
    const { prompt, completions, label } = learnt;
    const [first = [], second] = completions.map(turns);
    if (second) rows.push({ messages: turns(prompt), chosen: first[0], rejected: second[0] });
    else rows.push({ messages: [...turns(prompt), ...first], ...(label === undefined ? {} : { label }) });
  }
  return rows;
}

function requireSameLoss(stage: StageRecipe, place: string): void {
  if (stage.type !== 'sft' || stage.assistant_only_loss || stage.completion_only_loss === false) return;
  throw new InputError(
    `${place}: messages carry loss everywhere; for LLaMA-Factory say so by completion_only_loss: false, or set assistant_only_loss`,
  );
}

function describeDataset(name: string, { type }: StageRecipe): object {
  const columns: Readonly<Record<string, object>> = {
    dpo: { chosen: 'chosen', rejected: 'rejected' },
    kto: { kto_tag: 'label' },
  };
  return {
    file_name: `${name}.jsonl`,
    formatting: 'sharegpt',
    ...(type === 'dpo' ? { ranking: true } : {}),
    columns: { messages: 'messages', ...columns[type] },
    tags: TAGS,
  };
}
