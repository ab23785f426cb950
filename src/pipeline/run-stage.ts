/** Running one stage: its data sets tokenised, training, poems on the way. */
import path from 'node:path';
import { CHAT_TEMPLATE_FILE } from '../model/chat-template.js';
import type { ModelFolder } from '../model/folder.js';
import type { Adapter } from '../model/lora.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { writeFileWhole } from '../support/files.js';
import type { RuntimeOptions } from '../tensor/device.js';
import type { StageRecipe } from '../training/recipe.js';
import type { Tokenized } from '../training/tokenize.js';
import { trainStage } from '../training/train-stage.js';
import type { RunEnd } from '../training/trainer.js';
import type { RecipeCallbacks } from './callbacks.js';
import { datasetFiles } from './dataset-files.js';
import { sourceOf, tokenizeDataset } from './examples.js';
import { OwnAnswers } from './own-answers.js';
import { OwnPairs } from './own-poems.js';
import { recordEnd, writeRunRecord, type StageFiles } from './run-record.js';
import { PoemSampler } from './sample-poems.js';

/** What the stages of a run have in common. */
export interface StageContext extends RuntimeOptions, RecipeCallbacks {
  readonly model: ModelFolder;
  readonly tokenizer: Tokenizer;
  /** The base as the recipe names it. */
  readonly baseName: string;
  /** The base as adapters name it. */
  readonly adapterBase: string;
  /** The chat template in the place of the model's own, if there is one: adapters carry it. */
  readonly template?: string;
  /** Folder that data sets are relative to. */
  readonly data: string;
  readonly signal?: AbortSignal;
}

/** Where a stage's adapter starts. */
export interface StageStart {
  readonly folder: string;
  readonly adapter: Adapter;
}

/** Trains a stage into its folder. @returns false if the signal stopped it before the end */
export async function runStage(
  folder: string,
  stage: StageRecipe,
  context: StageContext,
  start: StageStart | undefined,
): Promise<boolean> {
  const { model, tokenizer, adapterBase, template, threads, device } = context;
  const files = {
    train: (await datasetFiles(stage, 'train', context.data)) ?? [],
    validation: await datasetFiles(stage, 'validation', context.data),
  };
  const source = sourceOf(stage, files.train);
  const { trees, validation } = await readDatasets(stage, files, context);
  if (template !== undefined) await writeFileWhole(path.join(folder, CHAT_TEMPLATE_FILE), template);
  await writeRunRecord(folder, files, context.baseName, trees.length, start?.folder);
  const runtime = { threads, device };
  const sampler = new PoemSampler(model, tokenizer, folder, stage.sample_prompts, runtime);
  const pairs =
    stage.type === 'iterative_dpo'
      ? await OwnPairs.create({
          ...{ stage, model, tokenizer, source, data: context.data, runtime },
          onSampling: (progress) => context.onSampling?.(stage, progress),
        })
      : undefined;
  const groups =
    stage.type === 'grpo'
      ? await OwnAnswers.create({
          ...{ stage, model, tokenizer, source, data: context.data, runtime },
          onSampling: (progress) => context.onSampling?.(stage, progress),
        })
      : undefined;
  let end: RunEnd | undefined;
  try {
    const adapter = await trainStage({
      ...{ model, trees, validation, folder, pairs, groups, ...runtime },
      recipe: stage,
      adapter: start?.adapter,
      baseName: adapterBase,
      signal: context.signal,
      onProgress: (progress) => context.onProgress?.(stage, progress),
      onEnd: (found) => (end = found),
      onEvaluation: (metrics) => context.onEvaluation?.(stage, metrics),
      onSample: async (trained, step) => {
        for (const poem of await sampler.sample(trained, step)) context.onSample?.(stage, poem);
      },
    });
    if (end) {
      await recordEnd(folder, end);
      context.onEnd?.(stage, end);
    }
    return adapter !== undefined;
  } finally {
    await sampler.release();
  }
}

/** What the stage trains on, and what it watches. */
async function readDatasets(
  stage: StageRecipe,
  files: StageFiles,
  { tokenizer, onTruncated }: StageContext,
): Promise<{ trees: Tokenized['trees']; validation: Tokenized['trees'] }> {
  const { trees, truncated, leftOut } = await tokenizeDataset(stage, 'train', files.train, tokenizer);
  if (truncated + leftOut > 0) onTruncated?.(stage, truncated, leftOut);
  const validation = files.validation
    ? (await tokenizeDataset(stage, 'validation', files.validation, tokenizer)).trees
    : [];
  return { trees, validation };
}
