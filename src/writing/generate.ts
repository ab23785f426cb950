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
  /** Mean log-probability a token, among the tokens allowed. */
  readonly score: number;
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

/** Writes one text a request. */
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
      step(sequence, state.logits(index), tokenizer, options.sampling);
      if (!sequence.finished) options.onToken?.(index, tokenizer.decode(sequence.tokens));
    });
    if (sequences.every(({ finished }) => finished) || count + 1 === options.maxNewTokens) break;
    await state.feed(sequences.map(({ tokens }) => [tokens.at(-1) ?? tokenizer.endOfTurn]));
  }
  return sequences.map(({ tokens, logProbability, finished }) => ({
    text: tokenizer.decode(tokens),
    tokens,
    score: logProbability / Math.max(1, tokens.length + Number(finished)),
    finished,
  }));
}

function step(
  sequence: Sequence,
  logits: Float32Array,
  tokenizer: Tokenizer,
  sampling: SamplingOptions,
): void {
  const { constraint } = sequence.request;
  const allowed = constraint && sequence.state && constraint.allowed(sequence.state);
  const { token, logProbability } = sampleToken(logits, sampling, sequence.random, allowed, sequence.written);
  sequence.logProbability += logProbability;
  if (token === tokenizer.endOfTurn || token === tokenizer.endOfText) {
    sequence.finished = true;
    return;
  }
  sequence.tokens.push(token);
  sequence.written.add(token);
  if (constraint && sequence.state) {
    sequence.state = constraint.advance(sequence.state, [...tokenizer.decode([token])]);
  }
}
