import type { ModelFolder } from '../src/model/folder.js';
import { Decoder } from '../src/writing/decoding/decoder.js';

/** The likeliest tokens that our decoder finds after a prompt. */
export async function greedyTokens(
  model: ModelFolder,
  prompt: readonly number[],
  count: number,
): Promise<number[]> {
  const decoder = await Decoder.create(model, { positions: 256 });
  const state = await decoder.prefill([prompt], count);
  const tokens: number[] = [];
  while (tokens.length < count) {
    const logits = state.logits(0);
    const best = logits.indexOf(Math.max(...logits));
    tokens.push(best);
    await state.feed([best]);
  }
  await decoder.release();
  return tokens;
}
