/** Generation: sequences that come and go while a batch is decoded, each with its own random numbers and, if asked, its own constraint. */
import type { Adapter } from '../../model/lora.js';
import type { Tokenizer } from '../../model/tokenizer.js';
import { Random } from '../../support/random.js';
import { checked } from '../../support/schema.js';
import type { ConstraintState, PoemConstraint } from '../constraints/constraint.js';
import { DecodingState, type Decoder } from './decoder.js';
import { SequencesSchema, type SamplingOptions } from './generation-settings.js';
import { sampleToken } from './sampler.js';
import { certainLength, stopIn } from './stop-sequences.js';

export interface GenerationRequest {
  readonly prompt: readonly number[];
  /** The same seed gives the same text, whatever else is in the batch. */
  readonly seed: number;
  readonly constraint?: PoemConstraint;
  readonly sampling: SamplingOptions;
  readonly maxNewTokens: number;
  /** Ends the text before the first of these. */
  readonly stop?: readonly string[];
  /**
   * Called with each new token: the text so far, which the whole text begins with. A character of several tokens is told when it is
   * whole, and what may begin a stop sequence when it is known that it does not.
   */
  readonly onToken?: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface Generation {
  readonly text: string;
  readonly tokens: readonly number[];
  /** Log-probability of the tokens under the model, which knows nothing of the constraint. */
  readonly logProbability: number;
  /** Whether the text came to its end: the model's own, or one of `stop`. */
  readonly finished: boolean;
  /** The token that ended it; absent where it was cut off or ended before one of `stop`. */
  readonly end?: number;
}

/** Sequences decoded together where nothing else is said. */
export const SEQUENCES_AT_ONCE = 32;

export interface GeneratorOptions {
  readonly adapter?: Adapter;
  /** Sequences decoded together; more wait for their turn. */
  readonly sequences?: number;
}

/** A request under way. */
class Sequence {
  readonly tokens: number[] = [];
  private readonly random: Random;
  private readonly written = new Set<number>();
  private state: ConstraintState | undefined;
  private logProbability = 0;
  private finished = false;
  private endToken: number | undefined;
  /** The text where it ended before one of `stop`. */
  private cut: string | undefined;
  /** The text as it was told last. */
  private shown = '';

  constructor(
    readonly request: GenerationRequest,
    private readonly resolve: (generation: Generation) => void,
    readonly reject: (error: unknown) => void,
  ) {
    this.random = new Random(request.seed);
    this.state = request.constraint?.start();
  }

  /** Takes the next token. @returns whether more are to come */
  advance(logits: Float32Array, logSumExp: number, tokenizer: Tokenizer): boolean {
    const { constraint, onToken, stop = [], maxNewTokens } = this.request;
    const token = this.draw(logits);
    this.logProbability += (logits[token] ?? NaN) - logSumExp;
    if (tokenizer.endTokens.has(token)) {
      this.finished = true;
      this.endToken = token;
      return false;
    }
    this.tokens.push(token);
    this.written.add(token);
    if (constraint && this.state) this.state = constraint.next(this.state, token);
    if (onToken || stop.length > 0) {
      const text = tokenizer.decode(this.tokens).replace(/\uFFFD+$/u, '');
      const end = stopIn(text, stop);
      this.finished = end !== undefined;
      this.cut = this.finished ? text.slice(0, end) : undefined;
      this.show(this.cut ?? text.slice(0, certainLength(text, stop)));
    }
    return !this.finished && this.tokens.length < maxNewTokens;
  }

  /** Draws among the allowed tokens; one that would write a known line is put aside, and another drawn. */
  private draw(logits: Float32Array): number {
    const { constraint, sampling } = this.request;
    const { state, random, written } = this;
    if (!constraint || !state) return sampleToken(logits, sampling, random, undefined, written);
    let allowed = constraint.allowed(state);
    for (;;) {
      const token = sampleToken(logits, sampling, random, allowed, written);
      if (!constraint.refuses(state, token)) return token;
      allowed = allowed.filter((id) => id !== token);
    }
  }

  private show(text: string): void {
    this.shown = text;
    this.request.onToken?.(text);
  }

  end(tokenizer: Tokenizer): void {
    const { tokens, logProbability, finished, endToken: end } = this;
    const text = this.cut ?? tokenizer.decode(tokens);
    // What was held back, and was no stop sequence.
    if (text !== this.shown) this.show(text);
    this.resolve({ text, tokens, logProbability, finished, ...(end === undefined ? {} : { end }) });
  }
}

/**
 * Writes texts by one model. What is asked for at the same time is decoded together: a request joins the batch at the next
 * token, and leaves it when its text ends.
 */
export class Generator {
  private waiting: Sequence[] = [];
  private active: Sequence[] = [];
  private running = false;

  constructor(
    private readonly decoder: Decoder,
    private readonly tokenizer: Tokenizer,
    private readonly options: GeneratorOptions = {},
  ) {
    checked(SequencesSchema, options.sequences ?? SEQUENCES_AT_ONCE, 'sequences');
  }

  /** Writes one text. @throws what the signal was aborted with; InputError for a prompt that is too long */
  async generate(request: GenerationRequest): Promise<Generation> {
    this.decoder.requirePositions(request.prompt.length + request.maxNewTokens);
    request.signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      this.waiting.push(new Sequence(request, resolve, reject));
      if (this.running) return;
      this.running = true;
      // Requests that are made in one go begin together.
      queueMicrotask(() => void this.run());
    });
  }

  /** Decodes until nothing is asked for. What the model remembers is then freed. */
  private async run(): Promise<void> {
    const state = new DecodingState(this.decoder, this.options.adapter);
    try {
      while (this.active.length + this.waiting.length > 0) {
        // Whoever was told to stop does not wait for room to hear of it.
        this.waiting = this.waiting.filter((sequence) => !rejectAborted(sequence));
        await this.admit(state);
        if (this.active.length === 0) continue;
        await state.feed(this.active.map(({ tokens }) => tokens.at(-1) ?? this.tokenizer.endOfTurn));
        this.advance(state, 0);
      }
    } catch (error) {
      for (const sequence of [...this.active, ...this.waiting.splice(0)]) sequence.reject(error);
      this.active = [];
    } finally {
      this.running = false;
    }
  }

  /** Reads the prompts of those who wait, as far as there is room. */
  private async admit(state: DecodingState): Promise<void> {
    const room = (this.options.sequences ?? SEQUENCES_AT_ONCE) - this.active.length;
    const admitted = this.waiting.splice(0, room);
    if (admitted.length === 0) return;
    const before = this.active.length;
    this.active.push(...admitted);
    await state.add(admitted.map(({ request }) => request.prompt));
    this.advance(state, before);
  }

  /** Draws the next token of the sequences from `first`; those that end leave the batch. */
  private advance(state: DecodingState, first: number): void {
    const stay = this.active.map((sequence, index) => {
      if (index < first) return true;
      if (rejectAborted(sequence)) return false;
      try {
        if (sequence.advance(state.logits(index), state.logSumExp(index), this.tokenizer)) return true;
        sequence.end(this.tokenizer);
      } catch (error) {
        sequence.reject(error);
      }
      return false;
    });
    if (stay.every(Boolean)) return;
    const kept = [...stay.keys()].filter((index) => stay[index]);
    this.active = kept.map((index) => this.active[index] as Sequence);
    state.select(kept);
  }
}

function rejectAborted({ request: { signal }, reject }: Sequence): boolean {
  if (!signal?.aborted) return false;
  reject(signal.reason);
  return true;
}
