/** What is looked at before anything runs, so that a recipe does not fail hours later for what could be seen now. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DownloadProgress } from '../model/hub.js';
import type { ModelFolder } from '../model/folder.js';
import { Yardstick } from '../evaluation/yardstick.js';
import { ThemeMeasure } from '../poetry/theme-measure.js';
import { loadAdapter } from '../model/lora.js';
import { wholeTensors } from '../model/whole-tensors.js';
import { atPlace, InputError } from '../support/errors.js';
import { resolvePath } from '../support/package-files.js';
import type { Recipe, StageRecipe } from '../training/recipe.js';
import type { Purpose } from '../training/recipe/trainers.js';
import { isStageDone, loraConfig } from '../training/train-stage.js';
import type { Tokenizer } from '../model/tokenizer.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { datasetFiles, PURPOSES } from './dataset-files.js';
import { estimateStage, type StageEstimate } from './estimate.js';
import { checkExamples, sourceOf, tokenizeDataset } from './examples.js';
import { requireMemory, requireRoom } from './memory.js';
import { readAskedPrompts } from './own-poems.js';
import { openRewards } from './rewards.js';
import { requireSameRun } from './run-record.js';

export interface PrepareOptions extends RuntimeOptions {
  readonly recipe: Recipe;
  readonly model: ModelFolder;
  readonly tokenizer: Tokenizer;
  readonly data: string;
  readonly out: string;
  /** Only this stage. */
  readonly stage?: string;
  /** Bytes of a data set that is brought from the hub. */
  readonly onDownload?: (progress: DownloadProgress) => void;
}

/** The stages that are asked for. @throws InputError for one that the recipe does not have */
export function chosenStages({ stages }: Recipe, only: string | undefined): StageRecipe[] {
  const chosen = stages.filter(({ name }) => only === undefined || name === only);
  if (chosen.length > 0) return chosen;
  const known = stages.map(({ name }) => name).join(', ');
  throw new InputError(`stage ${only}: not in the recipe, expected one of ${known}`);
}

/** The folder of the adapter that a stage starts from: an earlier stage's, or any adapter folder; undefined for a new one. */
export function startFolder(out: string, { adapter_from: name }: StageRecipe): string | undefined {
  if (name === null) return undefined;
  const stage = path.join(out, name);
  return existsSync(stage) ? stage : resolvePath(name);
}

/**
 * @returns what each stage that is still to be trained will take
 * @throws InputError naming stage, key and file for what cannot work
 */
export async function prepareStages(
  options: PrepareOptions,
): Promise<ReadonlyMap<StageRecipe, StageEstimate>> {
  const { recipe, data, out, model, tokenizer } = options;
  const chosen = chosenStages(recipe, options.stage);
  const datasets: StageDataset[] = [];
  for (const stage of chosen) {
    requireLayers(stage, model);
    const pending = await requireStart(stage, chosen, options);
    const folder = path.join(out, stage.name);
    const start = pending ? undefined : startFolder(out, stage);
    await requireSameRun(folder, stage, { data, baseName: recipe.model_name_or_path }, start);
    if (isStageDone(folder)) continue;
    requireMemory(stage, model.config);
    datasets.push(...(await datasetsOf(stage, options)));
  }
  const estimates = new Map<StageRecipe, StageEstimate>();
  for (const { stage, purpose, files } of datasets) {
    if (purpose === 'validation') await checkExamples(stage, purpose, files);
    else {
      await requireJudgeable(stage, files);
      const { trees } = await tokenizeDataset(stage, purpose, files, tokenizer);
      const estimate = estimateStage(stage, model, trees, options);
      requireRoom(stage, estimate.memory);
      estimates.set(stage, estimate);
    }
  }
  return estimates;
}

function requireLayers(stage: StageRecipe, { config }: ModelFolder): void {
  const { name, layers_to_transform: layers } = stage;
  atPlace(name, () => wholeTensors(config, loraConfig(stage)));
  const absent = layers?.find((layer) => layer >= config.numHiddenLayers);
  if (absent === undefined) return;
  throw new InputError(
    `${name}: layers_to_transform: the model has no layer ${absent}, expected 0 to ${config.numHiddenLayers - 1}`,
  );
}

/** @returns whether the adapter that a stage starts from is still to be trained */
async function requireStart(
  stage: StageRecipe,
  chosen: readonly StageRecipe[],
  { recipe, out, model }: PrepareOptions,
): Promise<boolean> {
  const { adapter_from: name } = stage;
  if (name === null) return false;
  const where = `${stage.name}: adapter_from: ${name}`;
  const place = recipe.stages.indexOf(stage);
  const named = recipe.stages.findIndex((other) => other.name === name);
  if (named >= place) throw new InputError(`${where}: expected an earlier stage, or an adapter folder`);
  if (named >= 0 && !isStageDone(path.join(out, name))) {
    if (chosen.some((other) => other.name === name)) return true;
    throw new InputError(`${where}: this stage has not come to its end in ${out}; train it first`);
  }
  const folder = startFolder(out, stage) ?? '';
  if (!existsSync(folder)) {
    const earlier = recipe.stages.slice(0, place).map((other) => other.name);
    const known = earlier.length === 0 ? '' : `an earlier stage (${earlier.join(', ')}) or `;
    throw new InputError(`${where}: expected ${known}an adapter folder, found neither`);
  }
  await loadAdapter(folder, model.config);
  return false;
}

/** A stage that learns from the model's own poems can judge them: its prompts say what they ask for, its rewards can be opened. */
async function requireJudgeable(stage: StageRecipe, files: readonly string[]): Promise<void> {
  const source = sourceOf(stage, files);
  if (stage.type === 'iterative_dpo') await readAskedPrompts(source);
  if (stage.type !== 'grpo') return;
  await readAskedPrompts(source, 'all');
  await openRewards(stage, new Yardstick({ lines: [], themes: new ThemeMeasure({}) }));
}

/** A data set of a stage, where it lies. */
interface StageDataset {
  readonly stage: StageRecipe;
  readonly purpose: Purpose;
  readonly files: readonly string[];
}

async function datasetsOf(stage: StageRecipe, { data, onDownload }: PrepareOptions): Promise<StageDataset[]> {
  const datasets: StageDataset[] = [];
  for (const purpose of PURPOSES) {
    const files = await datasetFiles(stage, purpose, data, onDownload);
    if (files) datasets.push({ stage, purpose, files });
  }
  return datasets;
}
