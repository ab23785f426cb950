/** Exports of the miniature with its adapter, each read by the program that it is for. */
import { existsSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pipeline, type TextGenerationPipeline } from '@huggingface/transformers';
import { getLlama, LlamaLogLevel, type Token } from 'node-llama-cpp';
import { beforeAll, describe, expect, it } from 'vitest';
import { withMagnitudes } from '../../src/model/dora.js';
import type { DecodingDtype } from '../../src/model/frozen-base.js';
import { openModel, openModelWithTokenizer } from '../../src/model/folder.js';
import { initialiseAdapter, loadAdapter, saveAdapter } from '../../src/model/lora.js';
import { exportMerged } from '../../src/interop/merged.js';
import { Random } from '../../src/support/random.js';
import { Decoder } from '../../src/writing/decoding/decoder.js';
import { shiren } from '../shiren.js';

const MODEL = 'models/miniature';
const ADAPTER = 'models/miniature-dpo';
const PROMPT = '写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静';
const TOKENS = 24;
const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-exports-'));
process.env['SHIREN_CACHE'] = path.join(folder, 'cache');

/** Greedy continuation of the prompt by our own decoder: token ids and the logits of the first. */
async function greedy(
  model: string,
  adapter?: string,
  dtype?: DecodingDtype,
): Promise<{ tokens: number[]; logits: Float32Array }> {
  const opened = await openModelWithTokenizer(model);
  const loaded = adapter === undefined ? undefined : await loadAdapter(adapter, opened.model.config);
  const decoder = await Decoder.create(opened.model, { lora: loaded?.config, positions: 128, dtype });
  const prompt = opened.tokenizer.encodePrompt([{ role: 'user', content: PROMPT }]);
  const state = await decoder.prefill([prompt], TOKENS, loaded);
  const logits = state.logits(0).slice();
  const tokens: number[] = [];
  while (tokens.length < TOKENS) {
    const values = state.logits(0);
    tokens.push(values.indexOf(Math.max(...values)));
    await state.feed([tokens.at(-1)!]);
  }
  await decoder.release();
  return { tokens, logits };
}

const farthest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0);

describe('export merged', () => {
  it('gives the same logits as base and adapter', async () => {
    const out = path.join(folder, 'merged');
    const { code, err } = shiren(['export', 'merged', out, '--adapter', ADAPTER, '--dtype', 'float32']);
    expect([code, err]).toEqual([0, '']);
    const apart = await greedy(MODEL, ADAPTER);
    const merged = await greedy(out);
    expect(farthest(apart.logits, merged.logits)).toBeLessThan(1e-4);
    expect(merged.tokens).toEqual(apart.tokens);
  });

  it('keeps to rounding in 16 bits, and writes over nothing', async () => {
    const out = path.join(folder, 'merged-16');
    expect(shiren(['export', 'merged', out, '--adapter', ADAPTER]).code).toBe(0);
    const apart = await greedy(MODEL, ADAPTER);
    expect(farthest(apart.logits, (await greedy(out)).logits)).toBeLessThan(0.15);
    const { code, err } = shiren(['export', 'merged', out, '--adapter', ADAPTER]);
    expect([code, err]).toEqual([2, expect.stringContaining('is there already')]);
  });

  it('merges DoRA with its lengths', async () => {
    const model = await openModel(MODEL);
    const random = new Random(5);
    const config = { r: 4, loraAlpha: 8, loraDropout: 0, targetModules: ['q_proj', 'down_proj'] } as const;
    const fresh = initialiseAdapter(model.config, config, 1);
    for (const { b } of fresh.layers.values()) b.data.forEach((_, at) => (b.data[at] = random.next() * 0.1));
    const adapter = await withMagnitudes(fresh, model);
    for (const { magnitude } of adapter.layers.values()) {
      magnitude!.data.forEach((value, at) => (magnitude!.data[at] = value * (0.8 + 0.4 * random.next())));
    }
    const dora = path.join(folder, 'dora');
    await saveAdapter(dora, adapter, MODEL);
    const out = path.join(folder, 'merged-dora');
    await exportMerged(model, dora, out, 'float32');
    const apart = await greedy(MODEL, dora);
    expect(farthest(apart.logits, (await greedy(MODEL)).logits)).toBeGreaterThan(0.1);
    expect(farthest(apart.logits, (await greedy(out)).logits)).toBeLessThan(1e-3);
  });
});

describe('export gguf, with an adapter', () => {
  it('continues in llama.cpp with our own tokens', async () => {
    const file = path.join(folder, 'poet.gguf');
    expect(shiren(['export', 'gguf', file, '--adapter', ADAPTER, '--type', 'f32']).code).toBe(0);
    expect(existsSync(path.join(folder, 'poet.Modelfile'))).toBe(true);
    const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
    const loaded = await llama.loadModel({ modelPath: file });
    const context = await loaded.createContext({ contextSize: 256, threads: 1 });
    const { tokenizer } = await openModelWithTokenizer(MODEL);
    const prompt = tokenizer.encodePrompt([{ role: 'user', content: PROMPT }]) as Token[];
    const tokens: number[] = [];
    for await (const token of context
      .getSequence()
      .evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
      tokens.push(token);
      if (tokens.length === TOKENS) break;
    }
    await llama.dispose();
    expect(tokens).toEqual((await greedy(MODEL, ADAPTER)).tokens);
  });
});

describe('export onnx, in transformers.js', () => {
  const out = path.join(folder, 'onnx');
  beforeAll(() => {
    const { code, err } = shiren(['export', 'onnx', out, '--adapter', ADAPTER]);
    expect([code, err]).toEqual([0, '']);
    expect(existsSync(path.join(out, 'work'))).toBe(false);
  });

  it.each([
    ['fp32', 'float32'],
    ['q8', 'int8'],
    ['q4', 'int4'],
  ] as const)('writes in %s what we write in %s', async (dtype, ours) => {
    const generator: TextGenerationPipeline = await pipeline('text-generation', out, {
      dtype,
      local_files_only: true,
    });
    const messages = [{ role: 'user', content: PROMPT }];
    const [answer] = (await generator(messages, { max_new_tokens: TOKENS, do_sample: false })) as {
      generated_text: { content: string }[];
    }[];
    await generator.dispose();
    const { tokenizer } = await openModelWithTokenizer(MODEL);
    const { tokens } = await greedy(path.join(folder, 'merged'), undefined, ours);
    const end = tokens.indexOf(tokenizer.endOfTurn);
    expect(answer!.generated_text.at(-1)!.content).toBe(
      tokenizer.decode(end < 0 ? tokens : tokens.slice(0, end)),
    );
  });
});
