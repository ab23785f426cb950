/** A recipe as a ready TRL project, for those who outgrow one machine. */
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import {
  messageText,
  readLabelledDataset,
  readPreferenceDataset,
  readSftDataset,
  type Message,
} from '../corpus/dataset.js';
import type { ModelFolder } from '../model/folder.js';
import { loadAdapter, saveAdapter, type Adapter } from '../model/lora.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { rewardWeights } from '../training/recipe/grpo-settings.js';
import type { Recipe, StageRecipe } from '../training/recipe.js';
import { ExampleOrder } from '../training/example-order.js';
import { newAdapter } from '../training/train-stage.js';
import { InputError } from '../support/errors.js';
import { fileBelow, fileBelowIfThere } from '../support/file-below.js';
import { resolvePath } from '../support/package-files.js';
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

/** The stages of some types. @throws InputError where there is none */
export function stagesOf({ stages }: Recipe, types: readonly StageRecipe['type'][]): StageRecipe[] {
  const chosen = stages.filter(({ type }) => types.includes(type));
  if (chosen.length > 0) return chosen;
  const found = [...new Set(stages.map(({ type }) => type))].join(', ');
  throw new InputError(
    `the recipe has stages of type ${found} only, expected one of type ${types.join(', ')}`,
  );
}

/** Types of stages that TRL has trainers for; rounds of pairs are ours. */
const TRL_TYPES: readonly StageRecipe['type'][] = ['sft', 'dpo', 'kto', 'grpo'];

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
  const stages = stagesOf(recipe, TRL_TYPES);
  requireKnownLosses(stages);
  await writeFolderWhole(folder, async (beside) => {
    await cp(template, beside, { recursive: true });
    const base = baseOf(recipe, model);
    const described = stages.map(describeStage);
    await writeJson(path.join(beside, 'recipe.json'), { model_name_or_path: base, stages: described });
    if (stages.some(({ type }) => type === 'grpo')) await copyCorpus(data, path.join(beside, 'data'));
    for (const stage of stages) {
      const examples = await renderExamples(
        stage,
        await fileBelow(data, stage.train_dataset, `${stage.name}: train_dataset`),
        tokenizer,
      );
      await writeJsonLines(path.join(beside, 'data', `${stage.name}.jsonl`), examples);
      await writeJson(path.join(beside, 'order', `${stage.name}.json`), epochOrders(stage, examples.length));
      const adapter = await firstAdapter(stage, recipe, model);
      if (adapter) await saveAdapter(path.join(beside, 'init', stage.name), adapter, base);
    }
  });
}

/** The adapter before the first step; none for a stage that goes on from an earlier one. */
async function firstAdapter(
  stage: StageRecipe,
  { stages }: Recipe,
  model: ModelFolder,
): Promise<Adapter | undefined> {
  const { adapter_from: from } = stage;
  if (from === null) return newAdapter(model, stage);
  if (stages.some(({ name }) => name === from)) return undefined;
  return loadAdapter(resolvePath(from), model.config);
}

/** A stage as the project's recipe has it: modules of rewards where they lie here. */
function describeStage(stage: StageRecipe): StageRecipe {
  if (stage.type !== 'grpo') return stage;
  const rewards = stage.rewards.map((reward) =>
    typeof reward === 'object' && 'module' in reward
      ? { ...reward, module: path.resolve(reward.module) }
      : reward,
  );
  return { ...stage, rewards, reward_weights: rewardWeights(stage) };
}

/** What poems are judged by, for `shiren reward`. */
async function copyCorpus(data: string, folder: string): Promise<void> {
  for (const name of ['lines.txt', path.join('clean', 'train.jsonl')]) {
    const file = await fileBelowIfThere(data, name, 'data');
    if (file !== undefined) await cp(file, path.join(folder, name));
  }
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
  if (stage.type === 'kto') {
    return (await readLabelledDataset(file)).map(({ prompt, completion, label }) => ({
      ...{ prompt: asked(prompt), completion: answered(completion), label },
    }));
  }
  if (stage.type === 'grpo') {
    return (await readSftDataset(file)).map(({ prompt, form, themes }) => ({
      ...{ prompt: asked(prompt), asked: messageText(prompt), form, themes },
    }));
  }
  return (await readPreferenceDataset(file)).map(({ prompt, chosen, rejected }) => ({
    prompt: asked(prompt),
    chosen: answered(chosen),
    rejected: answered(rejected),
  }));
}
