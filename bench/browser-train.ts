/**
 * Training in a browser against the same training here, by turns: tokens a second on the miniature, the starter corpus, the embedded
 * recipe's settings; by the clock, and by processor time, which others on the machine do not change. In the browser with one thread, and
 * with the threads of a page that is isolated (COOP and COEP).
 *
 * npx tsx bench/browser-train.ts [--steps 10] [--rounds 3]      (after npm run build)
 */
import { mkdtemp, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import type * as library from '../src/browser/index.js';
import { buildDatasets } from '../src/corpus/build.js';
import { runRecipe } from '../src/pipeline/run-recipe.js';
import { parseRecipe } from '../src/training/recipe.js';
import { LibraryPages } from '../test/browser/library-page.js';
import { median } from './measure.js';

/** What the page has of the library. */
declare const shiren: Pick<typeof library, 'runRecipe' | 'parseRecipe'>;

const { values: flags } = parseArgs({
  options: { steps: { type: 'string', default: '10' }, rounds: { type: 'string', default: '3' } },
});

const DATASET = 'clean/train.jsonl';
const scratch = await mkdtemp(path.join(os.tmpdir(), 'shiren-bench-'));
const data = path.join(scratch, 'data');
await buildDatasets({ source: 'data/starter', out: data, seed: 42, testShare: 0, validationShare: 0 });
const rows = (await readFile(path.join(data, DATASET), 'utf8'))
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as object);

/** A run: its tokens, and tokens a second of each step but the first, which makes what the others find. */
interface Ran {
  readonly tokens: number;
  readonly speeds: readonly number[];
}

const recipeOf = (steps: number): string => `
model_name_or_path: models/miniature
stages:
  - { name: clean, type: sft, train_dataset: ${DATASET}, template_loss: false, learning_rate: 2.0e-3, r: 16,
      target_modules: all-linear, per_device_train_batch_size: 8, gradient_accumulation_steps: 2,
      max_length: 160, row_length: 192, max_steps: ${steps} }
`;

async function trainHere(steps: number, threads: number): Promise<Ran> {
  const speeds: number[] = [];
  let tokens = 0;
  await runRecipe({
    recipe: parseRecipe(recipeOf(steps), 'recipe'),
    ...{ data, threads, out: await mkdtemp(path.join(scratch, 'run-')) },
    onProgress: (_, { step, metrics, tokensPerSecond = 0 }) => {
      tokens += metrics?.num_tokens ?? 0;
      if (step > 1) speeds.push(tokensPerSecond);
    },
  });
  return { tokens, speeds };
}

const trainThere = (page: Page, steps: number): Promise<Ran> =>
  page.evaluate(
    async ({ recipe, datasets }): Promise<Ran> => {
      const speeds: number[] = [];
      let tokens = 0;
      await shiren.runRecipe({
        recipe: shiren.parseRecipe(recipe, 'recipe'),
        datasets,
        wasm: '/node_modules/onnxruntime-web/dist/',
        onProgress: (_, { step, metrics, tokensPerSecond = 0 }) => {
          tokens += metrics?.num_tokens ?? 0;
          if (step > 1) speeds.push(tokensPerSecond);
        },
      });
      return { tokens, speeds };
    },
    { recipe: recipeOf(steps), datasets: { [DATASET]: rows } },
  );

/** Processor time that this process has used, in seconds. */
function timeHere(): Promise<number> {
  const { user, system } = process.cpuUsage();
  return Promise.resolve((user + system) / 1e6);
}

/** Processor time that a page's process has used, in seconds. */
async function timeThere(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  return metrics.find(({ name }) => name === 'ProcessTime')?.value ?? NaN;
}

interface Measured {
  /** Tokens a second of each step, by the clock. */
  readonly speeds: number[];
  /** Tokens a second of processor time. */
  readonly efficiencies: number[];
}

const measured = new Map<string, Measured>();

/** A short run and a longer one: what loading takes is in both. */
async function measure(
  name: string,
  train: (steps: number) => Promise<Ran>,
  time: () => Promise<number>,
): Promise<void> {
  const times = [await time()];
  const short = await train(2);
  times.push(await time());
  const long = await train(2 + Number(flags.steps));
  times.push(await time());
  const [begun = NaN, between = NaN, end = NaN] = times;
  const found = measured.get(name) ?? { speeds: [], efficiencies: [] };
  measured.set(name, found);
  found.speeds.push(...long.speeds);
  found.efficiencies.push((long.tokens - short.tokens) / (end - between - (between - begun)));
}

const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const sites = { 'one thread': await LibraryPages.open(), isolated: await LibraryPages.open(ISOLATED) };

for (let round = 0; round < Number(flags.rounds); round += 1) {
  await measure('Node.js, one thread', (steps) => trainHere(steps, 1), timeHere);
  for (const [name, site] of Object.entries(sites)) {
    const page = await site.page();
    await measure(
      `browser, ${name}`,
      (steps) => trainThere(page, steps),
      () => timeThere(page),
    );
    await page.close();
  }
}
await Promise.all(Object.values(sites).map((site) => site.close()));

const first = [...measured.values()][0];
for (const [name, { speeds, efficiencies }] of measured) {
  const [speed, efficiency] = [median(speeds), median(efficiencies)];
  const share = efficiency / median(first?.efficiencies ?? []);
  console.log(
    `${name.padEnd(22)} ${speed.toFixed(0).padStart(6)} tokens/s ${efficiency.toFixed(0).padStart(6)} tokens a second of processor time (× ${share.toFixed(2)})`,
  );
}
