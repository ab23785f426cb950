import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { getLlama, LlamaLogLevel, type Llama, type LlamaModel, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportGguf, GGUF_TYPES, type GgufType } from '../../src/interop/gguf.js';
import { openModelWithTokenizer, type ModelFolder } from '../../src/model/folder.js';
import type { Tokenizer } from '../../src/model/tokenizer.js';
import { greedyTokens } from '../greedy.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-gguf-'));
const TOKENS = 24;

describe('GGUF files of the miniature, in llama.cpp', () => {
  let llama: Llama;
  let model: ModelFolder;
  let tokenizer: Tokenizer;
  let prompt: number[];
  beforeAll(async () => {
    process.env['SHIREN_CACHE'] = mkdtempSync(path.join(os.tmpdir(), 'shiren-cache-'));
    llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
    ({ model, tokenizer } = await openModelWithTokenizer('models/miniature'));
    const content = '写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静';
    prompt = tokenizer.encodePrompt([{ role: 'user', content }]);
  });
  afterAll(async () => {
    await llama.dispose();
  });

  async function load(type: GgufType): Promise<LlamaModel> {
    const file = path.join(folder, `${type}.gguf`);
    await exportGguf(model, file, { type, name: 'miniature' });
    return llama.loadModel({ modelPath: file });
  }

  async function greedy(loaded: LlamaModel, start = prompt): Promise<number[]> {
    const context = await loaded.createContext({ contextSize: 256, threads: 1 });
    const tokens: number[] = [];
    const options = { temperature: 0, yieldEogToken: true };
    for await (const token of context.getSequence().evaluate(start as Token[], options)) {
      tokens.push(token);
      if (tokens.length === TOKENS) break;
    }
    await context.dispose();
    return tokens;
  }

  it('continue greedily with our own tokens in float32', async () => {
    const loaded = await load('f32');
    expect(await greedy(loaded)).toEqual(await greedyTokens(model, prompt, TOKENS));
    await loaded.dispose();
  });

  it('split texts and chats into our own tokens', async () => {
    const loaded = await load('f16');
    const texts = ['白日依山尽，黄河入海流。\n', '写一首[七言律诗] 要求8句', 'a b 龘龘 🌙', '二  空格'];
    for (const text of texts) expect([...loaded.tokenize(text)]).toEqual(tokenizer.encode(text));
    const chat = tokenizer.applyChatTemplate([{ role: 'user', content: '山水' }], {
      addGenerationPrompt: true,
    });
    expect([...loaded.tokenize(chat, true)]).toEqual(tokenizer.encode(chat));
    await loaded.dispose();
  });

  it.each(GGUF_TYPES)('load and write verse as %s', async (type) => {
    const loaded = await load(type);
    // The base alone has seen poems as plain text, no prompts.
    const text = tokenizer.decode(await greedy(loaded, [tokenizer.endOfText]));
    expect(text).toMatch(/^\p{Script=Han}+，/u);
    await loaded.dispose();
  });

  it('are refused under a name of another kind', async () => {
    await expect(exportGguf(model, 'poet.bin', { type: 'f16', name: 'x' })).rejects.toThrow(
      'poet.bin: expected a name that ends in .gguf',
    );
  });
});
