/** How likely a model finds texts that go on from the same beginning. */
import type { Adapter } from '../../model/lora.js';
import type { Decoder } from './decoder.js';

/** Log-probability of each continuation (tokens) after a prompt (tokens), in nats. */
export async function scoreContinuations(
  decoder: Decoder,
  prompt: readonly number[],
  continuations: readonly (readonly number[])[],
  adapter?: Adapter,
): Promise<number[]> {
  const longest = Math.max(0, ...continuations.map(({ length }) => length));
  const sums = continuations.map(() => 0);
  if (longest === 0) return sums;
  const state = await decoder.prefill([prompt], longest, adapter);
  state.select(continuations.map(() => 0));
  for (let at = 0; at < longest; at += 1) {
    continuations.forEach((tokens, sequence) => {
      const token = tokens[at];
      if (token === undefined) return;
      const score = (state.logits(sequence)[token] ?? NaN) - state.logSumExp(sequence);
      sums[sequence] = (sums[sequence] ?? 0) + score;
    });
    if (at + 1 < longest) await state.feed(continuations.map((tokens) => tokens[at] ?? tokens.at(-1) ?? 0));
  }
  return sums;
}
