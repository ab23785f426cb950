/** GGUF files of every architecture: llama.cpp writes what we write, and reading one back gives the model that it was made of. */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { getLlama, LlamaLogLevel, type Llama, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportGguf } from '../../src/interop/gguf.js';
import { openModel, openModelWithTokenizer, type ModelFolder } from '../../src/model/folder.js';
import { readTensor } from '../../src/model/safetensors.js';
import { greedyTokens } from '../greedy.js';
import { loudModel } from '../support-loud-model.js';
import { TINY_ARCHITECTURES } from '../tiny-architectures.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-gguf-'));
const PROMPT = [40, 300, 41, 301, 42, 302, 43, 303, 44, 304, 45, 305, 46, 306, 47, 307, 48, 308, 49, 309];
const TOKENS = 24;

describe.each(Object.entries(TINY_ARCHITECTURES))('a GGUF file of %s', (name, keys) => {
  let llama: Llama;
  let model: ModelFolder;
  const file = path.join(folder, `${name}.gguf`);
  beforeAll(async () => {
    process.env['SHIREN_CACHE'] = mkdtempSync(path.join(os.tmpdir(), 'shiren-cache-'));
    llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
    model = await openModel(await loudModel(keys));
    await exportGguf(model, file, { type: 'f32', name });
  });
  afterAll(async () => {
    await llama.dispose();
  });

  it('continues in llama.cpp with our own tokens', async () => {
    const loaded = await llama.loadModel({ modelPath: file });
    const context = await loaded.createContext({ contextSize: 256, threads: 1 });
    const tokens: number[] = [];
    const options = { temperature: 0, yieldEogToken: true };
    for await (const token of context.getSequence().evaluate(PROMPT as Token[], options)) {
      tokens.push(token);
      if (tokens.length === TOKENS) break;
    }
    await context.dispose();
    await loaded.dispose();
    const expected = await greedyTokens(model, PROMPT, TOKENS);
    expect(new Set(expected).size).toBeGreaterThan(3);
    expect(tokens).toEqual(expected);
  });

  it('is read back as the model that it was made of', async () => {
    const { model: read, tokenizer } = await openModelWithTokenizer(file);
    for (const [tensor, entry] of model.weights) {
      const [before, after] = [await readTensor(entry), await readTensor(read.weights.get(tensor)!)];
      const worst = before.reduce((most, value, at) => Math.max(most, Math.abs(value - after[at]!)), 0);
      expect(worst, tensor).toBeLessThan(1e-6);
    }
    const { tokenizer: own } = await openModelWithTokenizer(model.folder);
    for (const text of ['白日依山尽，黄河入海流。\n', 'a b 龘 🌙', '<|im_start|>user\n写<|im_end|>']) {
      expect(tokenizer.encode(text)).toEqual(own.encode(text));
      expect(tokenizer.decode(tokenizer.encode(text), { keepSpecial: true })).toBe(text);
    }
    expect(tokenizer.endOfTurn).toBe(own.endOfTurn);
    expect(tokenizer.chatTemplate).toBe(own.chatTemplate);
    expect(await greedyTokens(read, PROMPT, TOKENS)).toEqual(await greedyTokens(model, PROMPT, TOKENS));
  });
});
