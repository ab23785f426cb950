/** GGUF files as bases: refusals, and a real file against llama.cpp where REAL_MODELS_DIR holds one. */
import { existsSync, mkdtempSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getLlama, LlamaLogLevel, type Llama, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportGguf } from '../../../src/interop/gguf.js';
import { openModel, openModelWithTokenizer, type ModelFolder } from '../../../src/model/folder.js';
import type { Tokenizer } from '../../../src/model/tokenizer.js';
import { Decoder } from '../../../src/writing/decoding/decoder.js';
import { tinyModel } from '../../support-tiny-model.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-gguf-base-'));
beforeAll(() => {
  process.env['SHIREN_CACHE'] = mkdtempSync(path.join(os.tmpdir(), 'shiren-cache-'));
});

/** A GGUF file of the tiny model with one text in it replaced by another of the same length. */
async function changed(name: string, before: string, after: string): Promise<string> {
  const { folder: model } = await tinyModel();
  const file = path.join(folder, `${name}.gguf`);
  await exportGguf(await openModel(model), file, { type: 'q8_0', name: 'tiny' });
  const bytes = await readFile(file, 'latin1');
  expect(bytes).toContain(before);
  await writeFile(file, bytes.replaceAll(before, after), 'latin1');
  return file;
}

describe('a GGUF file', () => {
  it('of an architecture or a tokenizer that is not known is refused by its key', async () => {
    await expect(openModel(await changed('architecture', 'qwen3', 'qwen9'))).rejects.toThrow(
      /architecture\.gguf: general\.architecture is "qwen9", expected one that is known here/,
    );
    const tokenizer = await changed('tokenizer', 'llama', 'lunar');
    await expect(openModel(tokenizer)).rejects.toThrow(/tokenizer\.ggml\.model is "lunar", expected "gpt2"/);
  });

  it('that lacks a tensor, ends too soon or is none is refused by name', async () => {
    const missing = await changed('missing', 'output_norm.weight', 'output_nXrm.weight');
    await expect(openModel(missing)).rejects.toThrow(/tensor output_norm\.weight is missing/);
    const whole = await changed('short', 'tiny', 'tiny');
    const bytes = await readFile(whole);
    await writeFile(whole, bytes.subarray(0, bytes.length - 100));
    await expect(openModel(whole)).rejects.toThrow(/the file ends within it/);
    await writeFile(whole, 'no model');
    await expect(openModel(whole)).rejects.toThrow(/short\.gguf: not a GGUF file that can be read/);
  });
});

const real = path.join(process.env['REAL_MODELS_DIR'] ?? '', 'smollm2.gguf');
const present = process.env['REAL_MODELS_DIR'] !== undefined && existsSync(real);
if (!present) console.log('gguf: no real GGUF file (REAL_MODELS_DIR), its test is skipped');

describe('SmolLM2 in q4_1', () => {
  let llama: Llama;
  let model: ModelFolder;
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    if (!present) return;
    llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
    ({ model, tokenizer } = await openModelWithTokenizer(real));
  }, 600_000);
  afterAll(async () => {
    if (present) await llama.dispose();
  });

  /** What llama.cpp and we write greedily after prompts. */
  async function written(
    file: string,
    prompts: readonly (readonly number[])[],
  ): Promise<{ ours: string[]; theirs: string[] }> {
    const ours: string[] = [];
    const theirs: string[] = [];
    const loaded = await llama.loadModel({ modelPath: file });
    const decoder = await Decoder.create(model, { positions: 256 });
    for (const prompt of prompts) {
      const context = await loaded.createContext({ contextSize: 256, threads: 1 });
      const tokens: number[] = [];
      const options = { temperature: 0, yieldEogToken: true };
      for await (const token of context.getSequence().evaluate([...prompt] as Token[], options)) {
        tokens.push(token);
        if (tokens.length === 24 || tokenizer.endTokens.has(token)) break;
      }
      await context.dispose();
      theirs.push(tokenizer.decode(tokens));
      const state = await decoder.prefill([prompt], tokens.length);
      const own: number[] = [];
      while (own.length < tokens.length) {
        const logits = state.logits(0);
        const best = logits.indexOf(Math.max(...logits));
        own.push(best);
        await state.feed([best]);
      }
      ours.push(tokenizer.decode(own));
    }
    await decoder.release();
    await loaded.dispose();
    return { ours, theirs };
  }

  // llama.cpp rounds activations to 8 bits where weights have few; these texts are sure enough not to turn on that.
  it.skipIf(!present)('writes greedily what llama.cpp writes', { timeout: 600_000 }, async () => {
    const texts = ['def fibonacci(n):', 'Water boils at', '1, 2, 3, 4,', 'Poetry is'];
    const { ours, theirs } = await written(
      real,
      texts.map((text) => tokenizer.encode(text)),
    );
    expect(ours).toEqual(theirs);
  });

  it.skipIf(!present)(
    'splits chats and, unrounded, answers as llama.cpp does',
    { timeout: 600_000 },
    async () => {
      const file = path.join(folder, 'smollm2-f16.gguf');
      await exportGguf(model, file, { type: 'f16', name: 'SmolLM2' });
      const prompts = ['What is the capital of France?', '写一首诗', 'Hello'].map((content) =>
        tokenizer.encodePrompt([{ role: 'user', content }]),
      );
      const loaded = await llama.loadModel({ modelPath: real, vocabOnly: true });
      for (const prompt of prompts) {
        expect([...loaded.tokenize(tokenizer.decode(prompt, { keepSpecial: true }), true)]).toEqual(prompt);
      }
      await loaded.dispose();
      const { ours, theirs } = await written(file, prompts);
      expect(ours).toEqual(theirs);
    },
  );
});
