/** Running a recipe: each stage in turn, from data-set files to adapter folders. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { openModelWithTokenizer } from '../model/folder.js';
import { loadAdapter } from '../model/lora.js';
import { InputError } from '../support/errors.js';
import { fileBelow } from '../support/file-below.js';
import { withFolderLock } from '../support/lock.js';
import type { Recipe, StageRecipe } from '../training/recipe.js';
import { isStageDone } from '../training/trainer.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { say } from './language.js';
import { resolveModel } from './model.js';
import { resolvePath } from './paths.js';
import { runOnlineStage } from './run-online.js';
import { runStage, type StageContext } from './run-stage.js';

export interface RunRecipeOptions extends RuntimeOptions {
  readonly recipe: Recipe;
  /** Folder that train_dataset is relative to. */
  readonly data: string;
  /** Each stage gets a folder of its name in here. */
  readonly out: string;
  /** Only this stage. */
  readonly stage?: string;
  readonly signal?: AbortSignal;
  /** Print each step's metrics as JSON instead of a bar. */
  readonly json?: boolean;
}

/** Trains the stages that are not done yet. @returns false if the signal stopped it before the end */
export async function runRecipe(options: RunRecipeOptions): Promise<boolean> {
  const { recipe, out } = options;
  const { model, tokenizer } = await openModelWithTokenizer(await resolveModel(recipe.model_name_or_path));
  const stages = recipe.stages.filter(({ name }) => options.stage === undefined || name === options.stage);
  if (stages.length === 0) {
    const known = recipe.stages.map(({ name }) => name).join(', ');
    throw new InputError(`stage ${options.stage}: not in the recipe, expected one of ${known}`);
  }
  const context: StageContext = { ...options, model, tokenizer, baseName: recipe.model_name_or_path };
  const open = stages.filter(({ name }) => !isStageDone(path.join(out, name)));
  await requireDatasets(open, options.data);
  for (const stage of stages) {
    const folder = path.join(out, stage.name);
    if (isStageDone(folder)) {
      if (!options.json) console.error(say(`${stage.name}：已完成`, `${stage.name}: done`));
      continue;
    }
    const finished = await withFolderLock(folder, () => trainInto(folder, stage, context, out));
    if (!finished) return false;
  }
  return true;
}

/** Data sets are files below the data folder: a stage whose data is somewhere else is told before the first one is trained. */
async function requireDatasets(stages: readonly StageRecipe[], data: string): Promise<void> {
  for (const { name, train_dataset: train, eval_dataset: validation } of stages) {
    await fileBelow(data, train, `${name}: train_dataset`);
    if (validation !== null) await fileBelow(data, validation, `${name}: eval_dataset`);
  }
}

async function trainInto(
  folder: string,
  stage: StageRecipe,
  context: StageContext,
  out: string,
): Promise<boolean> {
  const start =
    stage.adapter_from === null
      ? undefined
      : await loadAdapter(adapterFolder(out, stage.adapter_from), context.model.config);
  if (stage.type === 'iterative_dpo') return runOnlineStage(folder, stage, context, start);
  return runStage(folder, stage, context, start);
}

/** The adapter that a stage starts from: an earlier stage's, or any adapter folder. */
function adapterFolder(out: string, name: string): string {
  const stage = path.join(out, name);
  return existsSync(stage) ? stage : resolvePath(name);
}
