/** A recipe as a ready TRL project, for those who outgrow one machine. */
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { messageText, readPreferenceDataset, readSftDataset, type Message } from '../corpus/dataset.js';
import type { ModelFolder } from '../model/folder.js';
import { saveAdapter } from '../model/lora.js';
import type { Tokenizer } from '../model/tokenizer.js';
import type { Recipe, StageRecipe } from '../training/recipe.js';
import { ExampleOrder } from '../training/example-order.js';
import { newAdapter } from '../training/train-stage.js';
import { InputError } from '../support/errors.js';
import { fileBelow } from '../support/file-below.js';
import { writeFolderWhole, writeJson, writeJsonLines } from '../support/files.js';

export interface ProjectOptions {
  readonly recipe: Recipe;
  readonly model: ModelFolder;
  readonly tokenizer: Tokenizer;
  /** Folder that data sets are relative to. */
  readonly data: string;
}

export interface TrlOptions extends ProjectOptions {
  /** Folder of the files that every project has. */
  readonly template: string;
}

/** Types of stages whose examples are all there before they begin. */
const OFFLINE: readonly StageRecipe['type'][] = ['sft', 'dpo'];

/** The stages that another trainer can take over. @throws InputError where there is none */
export function offlineStages({ stages }: Recipe): StageRecipe[] {
  const offline = stages.filter(({ type }) => OFFLINE.includes(type));
  if (offline.length === 0) {
    const types = [...new Set(stages.map(({ type }) => type))].join(', ');
    throw new InputError(
      `the recipe has stages of type ${types} only, expected one of type ${OFFLINE.join(', ')}`,
    );
  }
  return offline;
}

/** Losses that TRL has in trainers of their own, or no more. */
const NOT_IN_DPO_TRAINER: readonly string[] = ['simpo', 'orpo'];

function requireKnownLosses(stages: readonly StageRecipe[]): void {
  for (const stage of stages) {
    if (stage.type !== 'dpo' || !NOT_IN_DPO_TRAINER.includes(stage.loss_type)) continue;
    throw new InputError(`${stage.name}: loss_type ${stage.loss_type}: TRL’s DPOTrainer does not have it`);
  }
}

/** The base as a project names it: the hub's id, or the folder where it lies here. */
export function baseOf({ model_name_or_path: name }: Recipe, model: ModelFolder): string {
  return existsSync(name) ? path.resolve(model.folder) : name;
}

/** Writes the project: data, order, the adapters before the first step, settings and scripts. */
export async function exportTrl(folder: string, options: TrlOptions): Promise<void> {
  const { recipe, model, tokenizer, data, template } = options;
  const stages = offlineStages(recipe);
  requireKnownLosses(stages);
  await writeFolderWhole(folder, async (beside) => {
    await cp(template, beside, { recursive: true });
    const base = baseOf(recipe, model);
    await writeJson(path.join(beside, 'recipe.json'), { model_name_or_path: base, stages });
    for (const stage of stages) {
      const examples = await renderExamples(
        stage,
        await fileBelow(data, stage.train_dataset, `${stage.name}: train_dataset`),
        tokenizer,
      );
      await writeJsonLines(path.join(beside, 'data', `${stage.name}.jsonl`), examples);
      await writeJson(path.join(beside, 'order', `${stage.name}.json`), epochOrders(stage, examples.length));
      if (stage.adapter_from === null) {
        const adapter = await newAdapter(model, stage);
        await saveAdapter(path.join(beside, 'init', stage.name), adapter, base);
      }
    }
  });
}

/** For each epoch the examples in the order of our own trainer. */
function epochOrders(stage: StageRecipe, examples: number): (readonly number[])[] {
  const order = new ExampleOrder(stage, examples);
  return Array.from({ length: Math.ceil(stage.num_train_epochs) }, (_, epoch) => order.ofEpoch(epoch));
}

/** Examples as text, so that every token is the one that we train on, whatever a template becomes later. */
async function renderExamples(stage: StageRecipe, file: string, tokenizer: Tokenizer): Promise<object[]> {
  const asked = (messages: readonly Message[]): string =>
    tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true, enableThinking: false });
  const end = tokenizer.decode([tokenizer.endOfTurn], { keepSpecial: true });
  const answered = (messages: readonly Message[]): string => messageText(messages) + end;
  if (stage.type === 'sft') {
    return (await readSftDataset(file)).map(({ prompt, completion }) => ({
      prompt: asked(prompt),
      completion: answered(completion),
    }));
  }
  return (await readPreferenceDataset(file)).map(({ prompt, chosen, rejected }) => ({
    prompt: asked(prompt),
    chosen: answered(chosen),
    rejected: answered(rejected),
  }));
}
