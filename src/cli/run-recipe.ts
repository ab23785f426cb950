/** Running a recipe: each stage in turn, from data-set files to adapter folders. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { messageText, readPreferenceDataset, readSftDataset } from '../corpus/dataset.js';
import { openModelWithTokenizer, type ModelFolder } from '../model/folder.js';
import { isHubId } from '../model/hub.js';
import { loadAdapter } from '../model/lora.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { InputError } from '../support/errors.js';
import { withFolderLock } from '../support/lock.js';
import type { Recipe, StageRecipe } from '../training/recipe.js';
import { writeRunRecord } from '../training/run-record.js';
import { tokenizeExamples, type Tokenized } from '../training/tokenize.js';
import { isStageDone, trainStage, type StageProgress } from '../training/trainer.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { say } from './language.js';
import { resolveModel } from './model.js';
import { displayPath } from './paths.js';
import { startProgress } from './progress.js';

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

async function tokenizeDataset(stage: StageRecipe, file: string, tokenizer: Tokenizer): Promise<Tokenized> {
  const examples =
    stage.type === 'sft'
      ? (await readSftDataset(file)).map(({ prompt, completion }) => ({ prompt, completions: [completion] }))
      : (await readPreferenceDataset(file)).map(({ prompt, chosen, rejected }) => ({
          prompt,
          completions: [chosen, rejected],
        }));
  const empty = examples.findIndex(({ completions }) =>
    completions.some((completion) => messageText(completion) === ''),
  );
  if (empty >= 0) throw new InputError(`${file}: example ${empty + 1} has an empty completion`);
  return tokenizeExamples(tokenizer, examples, stage.max_length);
}

/** Trains the stages that are not done yet. @returns false if the signal stopped it before the end */
export async function runRecipe(options: RunRecipeOptions): Promise<boolean> {
  const { recipe, out } = options;
  const modelFolder = await resolveModel(recipe.model_name_or_path);
  const { model, tokenizer } = await openModelWithTokenizer(modelFolder);
  const stages = recipe.stages.filter(({ name }) => options.stage === undefined || name === options.stage);
  if (stages.length === 0) {
    const known = recipe.stages.map(({ name }) => name).join(', ');
    throw new InputError(`stage ${options.stage}: not in the recipe, expected one of ${known}`);
  }
  for (const stage of stages) {
    const folder = path.join(out, stage.name);
    if (isStageDone(folder)) {
      if (!options.json) console.error(say(`${stage.name}：已完成`, `${stage.name}: done`));
      continue;
    }
    const finished = await withFolderLock(folder, () => runStage(stage, model, tokenizer, options));
    if (!finished) return false;
  }
  return true;
}

async function runStage(
  stage: StageRecipe,
  model: ModelFolder,
  tokenizer: Tokenizer,
  options: RunRecipeOptions,
): Promise<boolean> {
  const { model_name_or_path: name } = options.recipe;
  const { trees, truncated } = await tokenizeDataset(
    stage,
    path.join(options.data, stage.train_dataset),
    tokenizer,
  );
  const validation =
    stage.eval_dataset === null
      ? undefined
      : await tokenizeDataset(stage, path.join(options.data, stage.eval_dataset), tokenizer);
  const folder = path.join(options.out, stage.name);
  await writeRunRecord(folder, path.join(options.data, stage.train_dataset), trees.length);
  if (truncated > 0) {
    console.error(
      say(
        `${stage.name}：${truncated} 例过长，已截断`,
        `${stage.name}: ${truncated} examples were too long and were cut`,
      ),
    );
  }
  const start =
    stage.adapter_from === null
      ? undefined
      : await loadAdapter(path.join(options.out, stage.adapter_from), model.config);
  let bar: ReturnType<typeof startProgress> | undefined;
  const report = (progress: StageProgress): void => {
    if (options.json) {
      if (progress.metrics) console.log(JSON.stringify({ stage: stage.name, ...progress.metrics }));
      return;
    }
    bar ??= startProgress(stage.name, progress.totalSteps);
    bar.update(progress.step, describe(progress));
  };
  try {
    const adapter = await trainStage({
      model,
      recipe: stage,
      trees,
      validation: validation?.trees,
      adapter: start,
      folder,
      baseName: isHubId(name) && !existsSync(name) ? name : displayPath(model.folder),
      threads: options.threads,
      device: options.device,
      signal: options.signal,
      onProgress: report,
      onEvaluation: (metrics) => {
        if (options.json) console.log(JSON.stringify({ stage: stage.name, ...metrics }));
      },
    });
    return adapter !== undefined;
  } finally {
    bar?.stop();
  }
}

function describe({ metrics, tokensPerSecond }: StageProgress): string {
  if (!metrics) return '';
  const margin = metrics['rewards/margins'];
  const parts = [`loss ${metrics.loss.toFixed(3)}`];
  if (margin !== undefined) parts.push(`margin ${margin.toFixed(3)}`);
  if (tokensPerSecond !== undefined) parts.push(`${Math.round(tokensPerSecond)} tokens/s`);
  return parts.join('  ');
}
