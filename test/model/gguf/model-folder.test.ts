/** GGUF files as bases: refusals, and a real file against llama.cpp where REAL_MODELS_DIR holds one. */
import { existsSync, mkdtempSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getLlama, LlamaLogLevel, type Token } from 'node-llama-cpp';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportGguf } from '../../../src/interop/gguf.js';
import { openModel, openModelWithTokenizer } from '../../../src/model/folder.js';
import { Decoder } from '../../../src/writing/decoder.js';
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
  it.skipIf(!present)('writes greedily what llama.cpp writes', { timeout: 600_000 }, async () => {
    const { model, tokenizer } = await openModelWithTokenizer(real);
    const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
    const loaded = await llama.loadModel({ modelPath: real });
    const decoder = await Decoder.create(model, { positions: 256 });
    for (const content of ['What is the capital of France?', '写一首诗']) {
      const prompt = tokenizer.encodePrompt([{ role: 'user', content }]);
      const text = tokenizer.decode(prompt, { keepSpecial: true });
      expect([...loaded.tokenize(text, true)]).toEqual(prompt);
      const context = await loaded.createContext({ contextSize: 256, threads: 1 });
      const theirs: number[] = [];
      const options = { temperature: 0, yieldEogToken: true };
      for await (const token of context.getSequence().evaluate(prompt as Token[], options)) {
        theirs.push(token);
        if (theirs.length === 24 || tokenizer.endTokens.has(token)) break;
      }
      await context.dispose();
      const state = await decoder.prefill([prompt], theirs.length);
      const own: number[] = [];
      while (own.length < theirs.length) {
        const logits = state.logits(0);
        const best = logits.indexOf(Math.max(...logits));
        own.push(best);
        await state.feed([best]);
      }
      console.log(tokenizer.decode(own), '|', tokenizer.decode(theirs));
      expect(tokenizer.decode(own)).toBe(tokenizer.decode(theirs));
    }
    await decoder.release();
    await loaded.dispose();
    await llama.dispose();
  });
});
