/** Running a recipe: each stage in turn, from data-set files to adapter folders. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { modelFolder, openModelWithTokenizer } from '../model/folder.js';
import { loadAdapter } from '../model/lora.js';
import { withFolderLock } from '../support/lock.js';
import { resolvePath } from '../support/package-files.js';
import type { RuntimeOptions } from '../tensor/device.js';
import type { Recipe, StageRecipe } from '../training/recipe.js';
import { isStageDone } from '../training/train-stage.js';
import type { RecipeCallbacks } from './callbacks.js';
import { recipeTokenizer } from './recipe-tokenizer.js';
import type { StageEstimate } from './estimate.js';
import { chosenStages, prepareStages, startFolder } from './prepare.js';
import { requireSameRun } from './run-record.js';
import { runStage, type StageContext } from './run-stage.js';

/** A recipe, its data, where it goes, and who looks on. */
export interface RunRecipeOptions extends RuntimeOptions, RecipeCallbacks {
  readonly recipe: Recipe;
  /** Folder that train_dataset is relative to. */
  readonly data: string;
  /** Each stage gets a folder of its name in here. */
  readonly out: string;
  /** Only this stage. */
  readonly stage?: string;
  /** Stops after the step under way; what was done is kept, and the next run goes on there. */
  readonly signal?: AbortSignal;
}

/** A recipe's model, and what each stage that is not done yet will take. @throws InputError as {@link runRecipe} does */
export async function beginRecipe(
  options: RunRecipeOptions,
): Promise<{ context: StageContext; estimates: ReadonlyMap<StageRecipe, StageEstimate> }> {
  const { recipe } = options;
  const source = await modelFolder(resolvePath(recipe.model_name_or_path), options.onDownload);
  await options.onModel?.(source);
  const { model, tokenizer: own } = await openModelWithTokenizer(source);
  const tokenizer = await recipeTokenizer(own, recipe);
  const template = tokenizer === own ? undefined : tokenizer.chatTemplate;
  const estimates = await prepareStages({ ...options, model, tokenizer });
  const baseName = recipe.model_name_or_path;
  const adapterBase =
    recipe.base_model_name_or_path ?? (existsSync(resolvePath(baseName)) ? path.resolve(source) : baseName);
  return { context: { ...options, model, tokenizer, template, baseName, adapterBase }, estimates };
}

/**
 * Trains the stages that are not done yet.
 *
 * @returns false if the signal stopped it before the end
 * @throws InputError for what a recipe, its data or its folders have wrong, before anything is trained where it can be seen
 */
export async function runRecipe(options: RunRecipeOptions): Promise<boolean> {
  const { recipe, out } = options;
  const { context, estimates } = await beginRecipe(options);
  for (const stage of chosenStages(recipe, options.stage)) {
    const folder = path.join(out, stage.name);
    if (isStageDone(folder)) {
      await requireSameRun(folder, stage, context, startFolder(out, stage));
      options.onStage?.(stage, 'done before');
      continue;
    }
    options.onStage?.(stage, 'begun');
    const estimate = estimates.get(stage);
    if (estimate) options.onEstimate?.(stage, estimate);
    const finished = await withFolderLock(folder, () => trainInto(folder, stage, context, out));
    if (!finished) return false;
    options.onStage?.(stage, 'finished');
  }
  return true;
}

async function trainInto(
  folder: string,
  stage: StageRecipe,
  context: StageContext,
  out: string,
): Promise<boolean> {
  const from = startFolder(out, stage);
  await requireSameRun(folder, stage, context, from);
  const start =
    from === undefined ? undefined : { folder: from, adapter: await loadAdapter(from, context.model.config) };
  return runStage(folder, stage, context, start);
}
