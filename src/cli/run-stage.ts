/** Running one stage: its data sets tokenised, training with a bar, poems on the way. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { messageText, readPreferenceDataset, readSftDataset } from '../corpus/dataset.js';
import type { ModelFolder } from '../model/folder.js';
import { isHubId } from '../model/hub.js';
import type { Adapter } from '../model/lora.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { InputError } from '../support/errors.js';
import type { RuntimeOptions } from '../tensor/device.js';
import type { StageRecipe } from '../training/recipe.js';
import { writeRunRecord } from '../training/run-record.js';
import { tokenizeExamples, type Tokenized } from '../training/tokenize.js';
import { trainStage, type StageProgress } from '../training/trainer.js';
import { say } from './language.js';
import { displayPath } from './paths.js';
import { startProgress } from './progress.js';
import { PoemSampler } from './sample-poems.js';

/** What the stages of a run have in common. */
export interface StageContext extends RuntimeOptions {
  readonly model: ModelFolder;
  readonly tokenizer: Tokenizer;
  /** The base as the recipe names it. */
  readonly baseName: string;
  /** Folder that data sets are relative to. */
  readonly data: string;
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

/** Trains an sft or dpo stage into its folder. @returns false if the signal stopped it before the end */
export async function runStage(
  folder: string,
  stage: StageRecipe,
  context: StageContext,
  start: Adapter | undefined,
): Promise<boolean> {
  const { model, tokenizer, baseName, json } = context;
  const file = path.resolve(context.data, stage.train_dataset);
  const { trees, truncated } = await tokenizeDataset(stage, file, tokenizer);
  const validation =
    stage.eval_dataset === null
      ? undefined
      : await tokenizeDataset(stage, path.resolve(context.data, stage.eval_dataset), tokenizer);
  await writeRunRecord(folder, file, trees.length);
  if (truncated > 0) {
    console.error(
      say(
        `${stage.name}：${truncated} 例过长，已截断`,
        `${stage.name}: ${truncated} examples were too long and were cut`,
      ),
    );
  }
  const sampler = new PoemSampler(model, tokenizer, folder, stage.sample_prompts, context);
  const display = new StageDisplay(stage, json);
  try {
    const adapter = await trainStage({
      model,
      recipe: stage,
      trees,
      validation: validation?.trees,
      adapter: start,
      folder,
      baseName: isHubId(baseName) && !existsSync(baseName) ? baseName : displayPath(model.folder),
      threads: context.threads,
      device: context.device,
      signal: context.signal,
      onProgress: (progress) => display.progress(progress),
      onEvaluation: (metrics) => display.figures(metrics),
      onSample: async (trained, step) => {
        for (const poem of await sampler.sample(trained, step)) display.poem(poem);
      },
    });
    return adapter !== undefined;
  } finally {
    display.stop();
    await sampler.release();
  }
}

/** What a person sees of a stage: a bar, or JSON lines. */
class StageDisplay {
  private bar: ReturnType<typeof startProgress> | undefined;

  constructor(
    private readonly stage: StageRecipe,
    private readonly json = false,
  ) {}

  progress(progress: StageProgress): void {
    const { step, totalSteps, metrics } = progress;
    if (step % this.stage.logging_steps !== 0 && step < totalSteps) return;
    if (this.json) {
      const { tokensPerSecond } = progress;
      const state = {
        total_steps: totalSteps,
        tokens_per_second: tokensPerSecond,
        memory_bytes: process.memoryUsage.rss(),
      };
      if (metrics) this.figures({ ...metrics, ...state });
      return;
    }
    this.bar ??= startProgress(this.stage.name, totalSteps);
    this.bar.update(step, describe(this.stage, progress));
  }

  figures(metrics: object): void {
    if (this.json) console.log(JSON.stringify({ stage: this.stage.name, ...metrics }));
  }

  poem({ step, prompt, text }: { step: number; prompt: string; text: string }): void {
    if (this.json) this.figures({ step, prompt, text });
    else this.bar?.note(`${this.stage.name} ${step}  ${prompt}\n${text.replace(/^/gmu, '  ')}\n`);
  }

  stop(): void {
    this.bar?.stop();
  }
}

function describe(stage: StageRecipe, { metrics, tokensPerSecond }: StageProgress): string {
  if (!metrics) return '';
  const margin = metrics['rewards/margins'];
  const parts = [
    `epoch ${metrics.epoch.toFixed(2)}/${stage.num_train_epochs}`,
    `loss ${metrics.loss.toFixed(3)}`,
  ];
  if (margin !== undefined) parts.push(`margin ${margin.toFixed(3)}`);
  if (tokensPerSecond !== undefined) parts.push(`${Math.round(tokensPerSecond)} tokens/s`);
  parts.push(`${(process.memoryUsage.rss() / 1e9).toFixed(1)} GB`);
  return parts.join('  ');
}
