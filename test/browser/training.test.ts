/** Training in headless Chromium, against the same training here. Skipped, saying so, where no Chromium is found. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as library from '../../src/browser/index.js';
import { openModel } from '../../src/model/folder.js';
import { loadAdapter } from '../../src/model/lora.js';
import { runRecipe } from '../../src/pipeline/run-recipe.js';
import type { StepMetrics } from '../../src/training/metrics.js';
import { parseRecipe } from '../../src/training/recipe.js';
import { CHROMIUM } from '../chromium.js';
import { LibraryPages } from './library-page.js';

/** What the page has of the library. */
declare const shiren: Pick<typeof library, 'runRecipe' | 'parseRecipe' | 'keptRuns' | 'forgetRun'>;

const POEMS = [
  ['山水', '空山不见人，但闻人语响。\n返景入深林，复照青苔上。'],
  ['思乡', '床前明月光，疑是地上霜。\n举头望明月，低头思故乡。'],
  ['登高', '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。'],
  ['春天', '春眠不觉晓，处处闻啼鸟。\n夜来风雨声，花落知多少。'],
  ['冬雪', '千山鸟飞绝，万径人踪灭。\n孤舟蓑笠翁，独钓寒江雪。'],
  ['相思', '红豆生南国，春来发几枝。\n愿君多采撷，此物最相思。'],
];

const EXAMPLES = POEMS.map(([theme, completion]) => ({
  prompt: `写一首[五言绝句] 要求4句 主题为: ${theme}`,
  completion,
}));

const PAIRS = EXAMPLES.map(({ prompt, completion = '' }) => ({
  prompt,
  chosen: completion,
  rejected: [...completion].reverse().join(''),
}));

const DATASETS = { 'own.jsonl': EXAMPLES, 'pairs.jsonl': PAIRS };

/** A recipe on the miniature, its stages in YAML. */
const recipeOf = (...stages: string[]): string => `
model_name_or_path: models/miniature
defaults: { r: 8, per_device_train_batch_size: 2, gradient_accumulation_steps: 2, max_length: 96, learning_rate: 2.0e-3 }
stages: [${stages.join(', ')}]`;

const OWN =
  '{ name: own, type: sft, train_dataset: own.jsonl, lora_dropout: 0.05, num_train_epochs: 10, max_steps: 20 }';

/** What a run showed and left behind: plain, to cross from the page. */
interface Trained {
  readonly finished: boolean;
  /** By stage. */
  readonly steps: Readonly<Record<string, StepMetrics[]>>;
  readonly samples: readonly string[];
  /** Files of adapters by `STAGE/FILE`. */
  readonly files: Readonly<Record<string, number[]>>;
}

/** A run in the page. */
interface Asked {
  readonly recipe: string;
  readonly name?: string;
  /** Stops after this step. */
  readonly stopAt?: number;
}

const trainThere = (page: Page, asked: Asked): Promise<Trained> =>
  page.evaluate(
    async ({ recipe, name, stopAt, datasets }): Promise<Trained> => {
      const controller = new AbortController();
      const steps: Record<string, StepMetrics[]> = {};
      const samples: string[] = [];
      const { finished, adapters } = await shiren.runRecipe({
        recipe: shiren.parseRecipe(recipe, 'recipe'),
        datasets,
        name,
        wasm: '/node_modules/onnxruntime-web/dist/',
        signal: controller.signal,
        onProgress: (stage, { step, metrics }) => {
          if (metrics) (steps[stage.name] ??= []).push(metrics);
          if (step === stopAt) controller.abort();
        },
        onSample: (_, { text }) => samples.push(text),
      });
      const files = [...adapters].flatMap(([stage, those]) =>
        [...those].map(([file, bytes]): [string, number[]] => [`${stage}/${file}`, [...bytes]]),
      );
      return { finished, steps, samples, files: Object.fromEntries(files) };
    },
    { ...asked, datasets: DATASETS },
  );

const temporary = (): string => mkdtempSync(path.join(os.tmpdir(), 'shiren-browser-'));

async function trainHere(recipe: string): Promise<{ steps: Trained['steps']; out: string }> {
  const [data, out] = [temporary(), temporary()];
  for (const [name, rows] of Object.entries(DATASETS)) {
    writeFileSync(path.join(data, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  const steps: Record<string, StepMetrics[]> = {};
  await runRecipe({
    recipe: parseRecipe(recipe, 'recipe'),
    ...{ data, out, threads: 1 },
    onProgress: ({ name }, { metrics }) => {
      if (metrics) (steps[name] ??= []).push(metrics);
    },
  });
  return { steps, out };
}

/** The largest difference of a figure between the steps of two runs. */
function difference(figure: string, these: readonly StepMetrics[] = [], those: readonly StepMetrics[] = []) {
  expect(those.map(({ step }) => step)).toEqual(these.map(({ step }) => step));
  return Math.max(...these.map((metrics, index) => Math.abs(metrics[figure]! - those[index]![figure]!)));
}

/** Writes the files of a stage's adapter into a folder. */
function save({ files }: Trained, stage: string): string {
  const folder = path.join(temporary(), stage);
  mkdirSync(folder);
  for (const [file, bytes] of Object.entries(files)) {
    if (file.startsWith(`${stage}/`))
      writeFileSync(path.join(folder, path.basename(file)), Uint8Array.from(bytes));
  }
  return folder;
}

describe.skipIf(CHROMIUM === undefined)('training in a browser', { timeout: 900_000 }, () => {
  let pages: LibraryPages;
  beforeAll(async () => {
    pages = await LibraryPages.open();
  });
  afterAll(() => pages.close());

  it('has the losses of Node.js for twenty steps, and gives the adapter as PEFT has it', async () => {
    const faults: string[] = [];
    const page = await pages.page(faults);
    const there = await trainThere(page, { recipe: recipeOf(OWN) });
    const { steps, out } = await trainHere(recipeOf(OWN));
    expect(faults).toEqual([]);
    expect(there.finished).toBe(true);
    expect(there.steps['own']).toHaveLength(20);
    expect(difference('loss', steps['own'], there.steps['own'])).toBeLessThan(1e-4);
    expect(there.steps['own']!.at(-1)!.loss).toBeLessThan(there.steps['own']![0]!.loss * 0.7);
    const { config } = await openModel('models/miniature');
    const [mine, theirs] = await Promise.all(
      [path.join(out, 'own'), save(there, 'own')].map((folder) => loadAdapter(folder, config)),
    );
    expect(theirs!.config).toEqual(mine!.config);
    for (const [name, { b }] of mine!.layers) {
      const other = theirs!.layers.get(name)!.b.data;
      expect(Math.max(...b.data.map((value, index) => Math.abs(value - other[index]!)))).toBeLessThan(1e-3);
    }
  });

  it('learns from preferences, an adapter by its URL before, a poem on the way', async () => {
    const page = await pages.page();
    const recipe = recipeOf(
      '{ name: votes, type: dpo, train_dataset: pairs.jsonl, adapter_from: models/miniature-clean, max_steps: 4, sample_steps: 2, sample_prompts: [写一首五言绝句] }',
    );
    const there = await trainThere(page, { recipe });
    const { steps } = await trainHere(recipe);
    expect(difference('loss', steps['votes'], there.steps['votes'])).toBeLessThan(1e-4);
    expect(difference('rewards/margins', steps['votes'], there.steps['votes'])).toBeLessThan(1e-3);
    expect(there.samples).toHaveLength(2);
    expect(there.samples[0]).toMatch(/\p{Script=Han}{5}/u);
  });

  it('goes on in a page that is loaded anew where it was stopped', async () => {
    const page = await pages.page();
    const whole = await trainThere(page, { recipe: recipeOf(OWN) });
    const stopped = await trainThere(page, { recipe: recipeOf(OWN), name: '我的诗', stopAt: 8 });
    expect(stopped).toMatchObject({ finished: false, files: {} });
    await pages.load(page);
    const kept = await page.evaluate(() => shiren.keptRuns());
    expect(kept).toEqual(['我的诗']);
    const taken = await trainThere(page, { recipe: recipeOf(OWN), name: '我的诗' });
    expect(taken.finished).toBe(true);
    expect([...stopped.steps['own']!, ...taken.steps['own']!]).toEqual(whole.steps['own']);
    expect(taken.files).toEqual(whole.files);
    const again = await trainThere(page, { recipe: recipeOf(OWN), name: '我的诗' });
    expect(again).toEqual({ ...taken, steps: {} });
    const other = trainThere(page, {
      recipe: recipeOf(OWN.replace('max_steps', 'seed: 7, max_steps')),
      name: '我的诗',
    });
    await expect(other).rejects.toThrow(/own: seed: found 7, expected 42/u);
    expect(await page.evaluate(() => shiren.forgetRun('我的诗').then(() => shiren.keptRuns()))).toEqual([]);
  });
});
