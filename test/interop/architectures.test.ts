/** Every architecture through the whole of it: training on a base of both precisions, decoding, blocks, and what others read. GGUF files are in gguf-architectures.test.ts. */
import { mkdtempSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pipeline, type TextGenerationPipeline } from '@huggingface/transformers';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportMerged } from '../../src/interop/merged.js';
import { exportOnnx } from '../../src/interop/transformers-js.js';
import { exportTrl } from '../../src/interop/trl-project.js';
import { openModel, openModelWithTokenizer, type ModelFolder } from '../../src/model/folder.js';
import { freezeBase, type BaseDtype, type DecodingDtype } from '../../src/model/frozen-base.js';
import { loadAdapter, type Adapter } from '../../src/model/lora.js';
import type { Tokenizer } from '../../src/model/tokenizer.js';
import { packaged } from '../../src/support/package-files.js';
import { stageRecipe } from '../../src/training/recipe.js';
import { scoreTrees } from '../../src/training/scoring.js';
import { trainStage } from '../../src/training/train-stage.js';
import { Decoder } from '../../src/writing/decoding/decoder.js';
import { greedyTokens } from '../greedy.js';
import { PYTHON, python } from '../python.js';
import { loudModel } from '../support-loud-model.js';
import { TINY_ARCHITECTURES } from '../tiny-architectures.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-architectures-'));
const PROMPT = '写一首五言绝句';
const POEMS = ['白日依山尽，黄河入海流。', '举头望明月，低头思故乡。', '夜来风雨声，花落知多少。'];
const TOKENS = 12;

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? NaN))), 0);

/** The length of what two lists differ in, as a share of the first's. */
function apart(a: Float32Array, b: Float32Array): number {
  const squares = (of: (at: number) => number): number => a.reduce((sum, _, at) => sum + of(at) ** 2, 0);
  return Math.sqrt(squares((at) => a[at]! - b[at]!) / squares((at) => a[at]!));
}

/** log p(target) under logits. */
function logProbability(logits: Float32Array, target: number): number {
  const most = Math.max(...logits);
  return logits[target]! - most - Math.log(logits.reduce((sum, x) => sum + Math.exp(x - most), 0));
}

describe.each(Object.entries(TINY_ARCHITECTURES))('%s', (name, keys) => {
  const adapterFolder = path.join(folder, `${name} adapter`);
  const merged = path.join(folder, `${name} merged`);
  let base: string;
  let model: ModelFolder;
  let tokenizer: Tokenizer;
  let adapter: Adapter;
  let prompt: number[];
  let trees: { prompt: number[]; completions: number[][] }[];

  /** Nats a token of the poems. */
  async function loss(dtype: BaseDtype, trained?: Adapter): Promise<number> {
    const scores = await scoreTrees(await freezeBase(model, dtype), trained, trees, 64);
    const tokens = trees.reduce((sum, { completions }) => sum + completions[0]!.length, 0);
    return -scores.reduce((sum, [score = NaN]) => sum + score, 0) / tokens;
  }

  async function train(dtype: BaseDtype, out: string): Promise<Adapter> {
    const recipe = stageRecipe({
      ...{
        name: 'sft',
        type: 'sft',
        train_dataset: 'poems',
        base_dtype: dtype,
        target_modules: 'all-linear',
      },
      ...{ r: 4, lora_alpha: 8, learning_rate: 1e-2, max_steps: 8, num_train_epochs: 8 },
    });
    const trained = await trainStage({ model, recipe, trees, folder: out, baseName: base });
    return trained!;
  }

  async function logitsOf(of: ModelFolder, dtype?: DecodingDtype, trained?: Adapter): Promise<Float32Array> {
    const decoder = await Decoder.create(of, { lora: trained?.config, positions: 64, dtype });
    const state = await decoder.prefill([prompt], 1, trained);
    const logits = state.logits(0).slice();
    await decoder.release();
    return logits;
  }

  beforeAll(async () => {
    process.env['SHIREN_CACHE'] = mkdtempSync(path.join(os.tmpdir(), 'shiren-cache-'));
    base = await loudModel(keys);
    ({ model, tokenizer } = await openModelWithTokenizer(base));
    prompt = tokenizer.encodePrompt([{ role: 'user', content: PROMPT }]);
    trees = POEMS.map((poem) => ({ prompt, completions: [tokenizer.encodeCompletion(poem)] }));
    adapter = await train('float32', adapterFolder);
    await exportMerged(model, adapterFolder, merged, 'float32');
  });

  it('learns with LoRA on all linear layers', async () => {
    expect(adapter.layers.size).toBe(7 * model.config.numHiddenLayers);
    expect(await loss('float32', adapter)).toBeLessThan(0.8 * (await loss('float32')));
  });

  it('learns the same on a base in int8', async () => {
    const before = await loss('float32');
    expect(Math.abs((await loss('int8')) / before - 1)).toBeLessThan(0.01);
    const other = await loss('int8', await train('int8', path.join(folder, `${name} int8`)));
    expect(Math.abs(other - (await loss('float32', adapter)))).toBeLessThan(0.05 * before);
  });

  it('finds in decoding, token by token, what training finds at once', async () => {
    const decoder = await Decoder.create(model, { lora: adapter.config, positions: 64 });
    const scores = await scoreTrees(await freezeBase(model), adapter, trees, 64);
    for (const [at, { completions }] of trees.entries()) {
      const state = await decoder.prefill([prompt], completions[0]!.length, adapter);
      let sum = 0;
      for (const token of completions[0]!) {
        sum += logProbability(state.logits(0), token);
        await state.feed([token]);
      }
      expect(sum).toBeCloseTo(scores[at]![0]!, 3);
    }
    await decoder.release();
  });

  it.each([
    ['int8', 0.05],
    ['int4', 0.5],
  ] as const)('decodes from blocks in %s near to what it was made of', async (dtype, most) => {
    const logits = await logitsOf(model, dtype);
    expect(apart(await logitsOf(model), logits)).toBeLessThan(most);
  });

  it('merges into what base and adapter are', async () => {
    const own = await logitsOf(model, undefined, adapter);
    expect(farthest(own, await logitsOf(model))).toBeGreaterThan(0.1);
    expect(farthest(own, await logitsOf(await openModel(merged)))).toBeLessThan(1e-3);
  });

  it('writes in transformers.js what it writes here', async () => {
    const out = path.join(folder, `${name} onnx`);
    await exportOnnx(await openModel(merged), out, ['fp32']);
    const generator: TextGenerationPipeline = await pipeline('text-generation', out, {
      ...{ dtype: 'fp32', local_files_only: true },
    });
    const messages = [{ role: 'user', content: PROMPT }];
    const options = { max_new_tokens: TOKENS, do_sample: false };
    const [answer] = (await generator(messages, options)) as { generated_text: { content: string }[] }[];
    await generator.dispose();
    const tokens = await greedyTokens(await openModel(merged), prompt, TOKENS);
    const end = tokens.findIndex((token) => tokenizer.endTokens.has(token));
    const text = tokenizer.decode(end < 0 ? tokens : tokens.slice(0, end));
    expect(answer!.generated_text.at(-1)!.content).toBe(text);
  });

  it('becomes a TRL project that begins with an adapter of its own', async () => {
    const data = path.join(folder, `${name}.jsonl`);
    const turn = (role: string, content: string) => [{ role, content }];
    const rows = POEMS.map((poem) => ({ prompt: turn('user', PROMPT), completion: turn('assistant', poem) }));
    await writeFile(data, rows.map((row) => JSON.stringify(row)).join('\n'));
    const stage = stageRecipe({
      name: 'sft',
      type: 'sft',
      train_dataset: data,
      target_modules: 'all-linear',
    });
    const project = path.join(folder, `${name} trl`);
    await exportTrl(project, {
      ...{ recipe: { model_name_or_path: base, stages: [stage] }, model, tokenizer, data: folder },
      datasetOf: (_, purpose) => Promise.resolve(purpose === 'train' ? { files: [data] } : undefined),
      template: packaged('templates', 'trl'),
    });
    const read = async (...parts: string[]): Promise<string> =>
      readFile(path.join(project, ...parts), 'utf8');
    expect(JSON.parse(await read('recipe.json'))).toMatchObject({ model_name_or_path: base });
    expect(await read('data', 'sft.jsonl')).toContain(POEMS[0]);
    const { layers } = await loadAdapter(path.join(project, 'init', 'sft'), model.config);
    expect([...layers.keys()]).toEqual([...adapter.layers.keys()]);
  });

  it.skipIf(PYTHON === undefined)(
    'is read by transformers and PEFT: the same logits',
    { timeout: 300_000 },
    async () => {
      const script = `
import json, sys, torch
from transformers import AutoModelForCausalLM
from peft import PeftModel
base, adapter, merged, ids = sys.argv[1:5]
load = lambda folder: AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
models = [PeftModel.from_pretrained(load(base), adapter), load(merged)]
with torch.no_grad(): print(json.dumps([model(torch.tensor([json.loads(ids)])).logits[0, -1].tolist() for model in models]))`;
      const theirs = python<number[][]>(script, base, adapterFolder, merged, JSON.stringify(prompt));
      const own = await logitsOf(model, undefined, adapter);
      for (const logits of theirs) expect(farthest(own, logits)).toBeLessThan(1e-3);
    },
  );
});
