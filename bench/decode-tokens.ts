/**
 * Tokens a second of the decoder, greedy, in every precision and one and sixteen sequences at once; and of llama.cpp, through
 * node-llama-cpp, on the same weights in the matching form, in the same run. Where node-llama-cpp does not start it is left out, and so it
 * is with a device other than the processor.
 *
 * npx tsx bench/decode-tokens.ts MODEL_FOLDER [TOKENS] [--device cpu|webgpu|…]
 */
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { exportGguf, type GgufType } from '../src/interop/gguf.js';
import { DECODING_DTYPES, type DecodingDtype } from '../src/model/frozen-base.js';
import { openModel, type ModelFolder } from '../src/model/folder.js';
import type { Device } from '../src/tensor/device.js';
import { Decoder } from '../src/writing/decoding/decoder.js';
import { median } from './measure.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { device: { type: 'string', default: 'cpu' } },
});
const [folder = 'models/miniature', tokens = '48'] = positionals;
const device = flags.device as Device;
const TOKENS = Number(tokens);
const ROUNDS = 3;
const threads = os.availableParallelism();

/** Tokens a second of `batch` sequences together, after a prompt of one token each. */
async function ourRate(model: ModelFolder, dtype: DecodingDtype, batch: number): Promise<number> {
  const decoder = await Decoder.create(model, { dtype, positions: 512, threads, device });
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const state = await decoder.prefill(
      Array.from({ length: batch }, (_, index) => [100 + index]),
      TOKENS,
    );
    const started = performance.now();
    for (let token = 0; token < TOKENS; token += 1) {
      const next = Array.from({ length: batch }, (_, sequence) => {
        const logits = state.logits(sequence);
        let best = 0;
        for (let id = 1; id < logits.length; id += 1) if (logits[id]! > logits[best]!) best = id;
        return best;
      });
      await state.feed(next);
    }
    if (round > 0) rates.push((TOKENS * batch * 1000) / (performance.now() - started));
  }
  await decoder.release();
  return median(rates);
}

const TYPES: Readonly<Record<DecodingDtype, GgufType>> = { float32: 'f32', int8: 'q8_0', int4: 'q4_0' };

/** The same with llama.cpp. */
async function theirRate(file: string, batch: number): Promise<number> {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    logLevel: LlamaLogLevel.error,
    maxThreads: threads,
  });
  const model = await llama.loadModel({ modelPath: file });
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const context = await model.createContext({
      sequences: batch,
      contextSize: 512,
      batchSize: 512,
      threads,
    });
    const runs = Array.from({ length: batch }, async (_, index) => {
      const sequence = context.getSequence();
      const tokens: number[] = [];
      let started = 0;
      // No end of text: the weights may be random, and every sequence has to go on to the last token.
      for await (const token of sequence.evaluate([(100 + index) as never], {
        yieldEogToken: true,
        temperature: 0,
      })) {
        if (tokens.length === 0) started = performance.now();
        if (tokens.push(token) > TOKENS) break;
      }
      return { started, ended: performance.now() };
    });
    const times = await Promise.all(runs);
    const seconds =
      (Math.max(...times.map(({ ended }) => ended)) - Math.min(...times.map(({ started }) => started))) /
      1000;
    if (round > 0) rates.push((TOKENS * batch) / seconds);
    await context.dispose();
  }
  await model.dispose();
  await llama.dispose();
  return median(rates);
}

const model = await openModel(folder);
const scratch = await mkdtemp(path.join(os.tmpdir(), 'shiren-gguf-'));
console.log(`${folder}: ${TOKENS} tokens a sequence, ${device}, ${threads} threads, tokens/s`);
for (const dtype of DECODING_DTYPES) {
  const file = path.join(scratch, `${TYPES[dtype]}.gguf`);
  if (device === 'cpu') await exportGguf(model, file, { type: TYPES[dtype], name: 'bench' });
  for (const batch of [1, 16]) {
    const ours = await ourRate(model, dtype, batch);
    const line = `${dtype.padEnd(8)} ${String(batch).padStart(2)} at once  shiren ${ours.toFixed(1)}`;
    if (device !== 'cpu') {
      console.log(line);
      continue;
    }
    try {
      const theirs = await theirRate(file, batch);
      console.log(
        `${line}, llama.cpp ${TYPES[dtype]} ${theirs.toFixed(1)}; ratio ${(ours / theirs).toFixed(2)}`,
      );
    } catch (error) {
      console.log(
        `${line}, llama.cpp not measured (${error instanceof Error ? error.message : String(error)})`,
      );
    }
  }
}
