/** Generation: many sequences at once, each with its own random numbers and, if asked, its own constraint. */
import type { Adapter } from '../model/lora.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { Random } from '../support/random.js';
import type { ConstraintState, PoemConstraint } from './constraint.js';
import type { Decoder } from './decoder.js';
import { sampleToken, type SamplingOptions } from './sampler.js';

export interface GenerationRequest {
  readonly prompt: readonly number[];
  /** The same seed gives the same text, whatever else is in the batch. */
  readonly seed: number;
  readonly constraint?: PoemConstraint;
}

export interface GenerationOptions {
  readonly sampling: SamplingOptions;
  readonly maxNewTokens: number;
  readonly adapter?: Adapter;
  /** Called with each new token: which request, and the text so far. */
  readonly onToken?: (request: number, text: string) => void;
  readonly signal?: AbortSignal;
}

export interface Generation {
  readonly text: string;
  readonly tokens: readonly number[];
  /** Log-probability of the tokens under the model, which knows nothing of the constraint. */
  readonly logProbability: number;
  /** Whether the model ended the text itself. */
  readonly finished: boolean;
}

interface Sequence {
  readonly request: GenerationRequest;
  readonly random: Random;
  readonly tokens: number[];
  readonly written: Set<number>;
  state: ConstraintState | undefined;
  logProbability: number;
  finished: boolean;
}

/** Writes one text a request. @throws what the signal was aborted with */
export async function generate(
  decoder: Decoder,
  tokenizer: Tokenizer,
  requests: readonly GenerationRequest[],
  options: GenerationOptions,
): Promise<Generation[]> {
  const sequences = requests.map((request): Sequence => ({
    request,
    random: new Random(request.seed),
    tokens: [],
    written: new Set(),
    state: request.constraint?.start(),
    logProbability: 0,
    finished: false,
  }));
  const state = await decoder.prefill(
    requests.map(({ prompt }) => prompt),
    options.maxNewTokens,
    options.adapter,
  );
  for (let count = 0; count < options.maxNewTokens; count += 1) {
    options.signal?.throwIfAborted();
    sequences.forEach((sequence, index) => {
      if (sequence.finished) return;
      const logits = state.logits(index);
      const token = drawToken(sequence, logits, options.sampling);
      sequence.logProbability += (logits[token] ?? NaN) - state.logSumExp(index);
      append(sequence, token, tokenizer);
      if (!sequence.finished) options.onToken?.(index, tokenizer.decode(sequence.tokens));
    });
    if (sequences.every(({ finished }) => finished) || count + 1 === options.maxNewTokens) break;
    await state.feed(sequences.map(({ tokens }) => [tokens.at(-1) ?? tokenizer.endOfTurn]));
  }
  return sequences.map(({ tokens, logProbability, finished }) => ({
    text: tokenizer.decode(tokens),
    tokens,
    logProbability,
    finished,
  }));
}

function append(sequence: Sequence, token: number, tokenizer: Tokenizer): void {
  if (token === tokenizer.endOfTurn || token === tokenizer.endOfText) {
    sequence.finished = true;
    return;
  }
  sequence.tokens.push(token);
  sequence.written.add(token);
  const { constraint } = sequence.request;
  if (constraint && sequence.state) sequence.state = constraint.next(sequence.state, token);
}

/** Draws among the allowed tokens; one that would write a known line is put aside, and another drawn. */
function drawToken(
  { request: { constraint }, state, random, written }: Sequence,
  logits: Float32Array,
  sampling: SamplingOptions,
): number {
  if (!constraint || !state) return sampleToken(logits, sampling, random, undefined, written);
  let allowed = constraint.allowed(state);
  for (;;) {
    const token = sampleToken(logits, sampling, random, allowed, written);
    if (!constraint.refuses(state, token)) return token;
    allowed = allowed.filter((id) => id !== token);
  }
}
