/**
 * A stage of the published recipe, against two measures of the same run: the runtime's own rate on the model's matrix shapes alone,
 * and TRL on the same examples (with --python, where torch, transformers, peft and trl are installed).
 *
 * npx tsx bench/train.ts MODEL_FOLDER [--objective sft|dpo] [--base-dtype float32|int8] [--data PREFERENCE_FILE] [--steps 3]
 *   [--turns] [--batch 4] [--row-length 256] [--checkpointing] [--device cpu|webgpu|…] [--python PYTHON] [--peer-steps 2]
 */
import { spawnSync } from 'node:child_process';
import { readSync, writeSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildDatasets } from '../src/corpus/build.js';
import { readPreferenceDataset, type PreferenceExample } from '../src/corpus/dataset.js';
import { openModelWithTokenizer } from '../src/model/folder.js';
import { freezeBase, type BaseDtype, type FrozenBase } from '../src/model/frozen-base.js';
import { initialiseAdapter } from '../src/model/lora.js';
import type { Device } from '../src/tensor/device.js';
import { ExampleOrder } from '../src/training/example-order.js';
import { scoreTrees } from '../src/training/scoring.js';
import { packTrees, sortByPrompt, type TokenTree } from '../src/training/packing.js';
import { stageRecipe, type StageRecipe } from '../src/training/recipe.js';
import { tokenizeExamples } from '../src/training/tokenize.js';
import { trainStage } from '../src/training/train-stage.js';
import { median, peakMemory, stepArithmetic } from './measure.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    objective: { type: 'string', default: 'sft' },
    'base-dtype': { type: 'string', default: 'float32' },
    data: { type: 'string' },
    steps: { type: 'string', default: '3' },
    batch: { type: 'string' },
    'row-length': { type: 'string', default: '256' },
    checkpointing: { type: 'boolean', default: false },
    device: { type: 'string', default: 'cpu' },
    turns: { type: 'boolean', default: false },
    python: { type: 'string' },
    'peer-steps': { type: 'string', default: '2' },
  },
});
const folder = positionals[0] ?? 'models/miniature';
const device = flags.device as Device;
const objective = flags.objective === 'dpo' ? 'dpo' : 'sft';
const scratch = await mkdtemp(path.join(os.tmpdir(), 'shiren-bench-'));

/** Pairs of the given file, spread over it; of the starter corpus where none is given. */
async function loadPairs(count: number): Promise<PreferenceExample[]> {
  if (flags.data === undefined) {
    const out = path.join(scratch, 'data');
    await buildDatasets({ source: 'data/starter', out, seed: 42, testShare: 0, validationShare: 0 });
    flags.data = path.join(out, 'preference/train.jsonl');
  }
  const all = await readPreferenceDataset(flags.data);
  const stride = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, index) => index % stride === 0).slice(0, count);
}

/** Reference log-probabilities, pairs a second, the first batches left out. */
async function scoringRate(
  base: FrozenBase,
  trees: readonly TokenTree[],
  recipe: StageRecipe,
): Promise<number> {
  const times: number[] = [];
  let [before, done] = [0, 0];
  const adapter = initialiseAdapter(base.model.config, lora, 1);
  await scoreTrees(base, adapter, trees, recipe.row_length, (count) => {
    const now = performance.now();
    if (done > 0) times.push((now - before) / (count - done) / 1000);
    [before, done] = [now, count];
  });
  return 1 / median(times.slice(1));
}

/** Examples of an optimiser step in the published recipe, and of a micro-batch. */
const PER_STEP = objective === 'sft' ? 32 : 16;
const micro = Number(flags.batch ?? PER_STEP / 8);
const recipe = stageRecipe({
  name: 'bench',
  type: objective,
  train_dataset: 'train.jsonl',
  base_dtype: flags['base-dtype'] as BaseDtype,
  per_device_train_batch_size: micro,
  lora_dropout: 0.05,
  gradient_accumulation_steps: PER_STEP / micro,
  learning_rate: objective === 'sft' ? 2e-4 : 1e-5,
  row_length: Number(flags['row-length']),
  gradient_checkpointing: flags.checkpointing,
  max_steps: Number(flags.steps),
  save_steps: 1000,
  // As the published recipe.
  template_loss: false,
});
const lora = {
  r: recipe.r,
  loraAlpha: recipe.lora_alpha,
  loraDropout: 0,
  targetModules: recipe.target_modules,
};

const opening = performance.now();
const { model, tokenizer } = await openModelWithTokenizer(folder);
const pairs = await loadPairs(PER_STEP * Math.max(recipe.max_steps, Number(flags['peer-steps'])));
const { trees } = tokenizeExamples(
  tokenizer,
  pairs.map(({ prompt, chosen, rejected }) => ({
    prompt,
    completions: objective === 'sft' ? [chosen] : [chosen, rejected],
  })),
  recipe,
);

const sorted = sortByPrompt(trees, new ExampleOrder(recipe, trees.length).ofStep(1));
const batches = Array.from({ length: recipe.gradient_accumulation_steps }, (_, index) => {
  const size = recipe.per_device_train_batch_size;
  return packTrees(
    sorted.slice(index * size, (index + 1) * size).map((at) => trees[at] as TokenTree),
    recipe.row_length,
  );
});
const computed = batches.reduce((sum, { rows, length }) => sum + rows * length, 0);
const lossRows = batches.reduce((sum, batch) => sum + batch.lossRows.length, 0);

/** The rate of the matrices alone, in a process of its own, so that its memory is not counted here. */
function rateAlone(): number {
  const perBatch = [computed, lossRows].map((count) => String(Math.round(count / batches.length)));
  const args = ['--import', 'tsx', 'bench/matrices.ts', folder, ...perBatch];
  return Number(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout);
}

/** Tells bench/int8.ts how long a step took, and waits until it sends a byte. */
function awaitTurn(taken: number): void {
  writeSync(1, `turn ${taken}\n`);
  readSync(0, new Uint8Array(1));
}

let load = 0;
let last = opening;
const seconds: number[] = [];
/** Of the processor, measured after each step: the machine's own speed changes from one minute to the next. */
const alone: number[] = [];
await trainStage({
  model,
  recipe,
  trees,
  folder: path.join(scratch, 'out'),
  baseName: folder,
  device,
  onProgress: ({ step }) => {
    const now = performance.now();
    const taken = (now - last) / 1000;
    if (step === 0) load = taken;
    else seconds.push(taken);
    if (flags.turns) awaitTurn(taken);
    else if (step > 1 && recipe.base_dtype === 'float32' && device === 'cpu') alone.push(rateAlone());
    last = performance.now();
  },
});
const peak = peakMemory();
const stepSeconds = median(seconds.slice(1));

const tokens = batches.reduce((sum, batch) => sum + batch.tokens, 0);
const work = batches.reduce((sum, batch) => sum + stepArithmetic(model.config, lora, batch), 0);
const unit = objective === 'sft' ? 'samples' : 'pairs';
console.log(
  `${folder}, ${objective}, ${recipe.base_dtype}${flags.checkpointing ? ', checkpointing' : ''}, ${device}: steps of ${PER_STEP} in ${batches.length} micro-batches`,
);
console.log(
  `load            ${load.toFixed(1)} s${objective === 'dpo' ? ', reference scoring included' : ''}`,
);
console.log(`step            ${stepSeconds.toFixed(2)} s: ${tokens} tokens, ${computed} of them computed`);
console.log(`arithmetic      ${(work / stepSeconds / 1e9).toFixed(0)} GFLOP/s`);
let rate = PER_STEP / stepSeconds;
if (objective === 'dpo') {
  const scoring = await scoringRate(await freezeBase(model, recipe.base_dtype, { device }), trees, recipe);
  console.log(`training        ${rate.toFixed(2)} pairs/s; reference scoring ${scoring.toFixed(2)} pairs/s`);
  rate = 1 / (1 / rate + 1 / scoring);
}
console.log(`rate            ${rate.toFixed(2)} ${unit}/s, peak ${peak.toFixed(2)} GB`);
if (alone.length > 0) {
  const shares = alone.map((limit, index) => work / seconds[index + 1]! / limit);
  console.log(
    `matrices alone  ${(median(alone) / 1e9).toFixed(0)} GFLOP/s; the step reaches ${(100 * median(shares)).toFixed(0)}% (${shares.map((share) => (100 * share).toFixed(0)).join(', ')})`,
  );
}
if (flags.python !== undefined) {
  const examples = path.join(scratch, 'examples.json');
  await writeFile(examples, JSON.stringify(pairs));
  for (const precision of ['float32', 'bfloat16']) {
    const where = device === 'cpu' ? 'cpu' : 'cuda';
    const args = [
      'bench/peers/trl_bench.py',
      objective,
      precision,
      folder,
      examples,
      flags['peer-steps'],
      where,
    ];
    const peer = spawnSync(flags.python, args, { encoding: 'utf8' });
    const line = peer.stdout?.trim().split('\n').at(-1) ?? '';
    if (peer.status !== 0 || !line.startsWith('{')) {
      const why = peer.error?.message ?? peer.stderr.trim().split('\n').at(-1);
      console.log(`TRL ${precision}: not measured (${why})`);
      continue;
    }
    const { samples_per_second: theirs, peak_gb: gb } = JSON.parse(line) as Record<string, number>;
    const ratio = rate / (theirs ?? NaN);
    console.log(
      `TRL ${precision.padEnd(12)}${theirs?.toFixed(2)} ${unit}/s, peak ${gb?.toFixed(1)} GB; ratio ${ratio.toFixed(2)}`,
    );
  }
}
