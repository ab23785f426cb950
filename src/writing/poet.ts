/** The poet: a model with an adapter, loaded once, writing many poems; what is asked of it at the same time it writes together. */
import { existsSync } from 'node:fs';
import { LRUCache } from 'lru-cache';
import { Type } from 'typebox';
import type { DecodingDtype } from '../model/frozen-base.js';
import { openModelWithTokenizer } from '../model/folder.js';
import { loadAdapter, type Adapter } from '../model/lora.js';
import type { ChatMessage } from '../model/chat-template.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { shapeOf, type FormName } from '../poetry/forms/forms.js';
import type { LineIndex } from '../poetry/line-index.js';
import { InputError } from '../support/errors.js';
import { kept } from '../support/kept.js';
import { resolvePath } from '../support/package-files.js';
import { Random } from '../support/random.js';
import { checked } from '../support/schema.js';
import { SeedSchema } from '../support/settings.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { beamSearch } from './decoding/beam-search.js';
import { PoemConstraint, type ConstraintTokens } from './constraints/constraint.js';
import { Decoder } from './decoding/decoder.js';
import { Generator, type Generation, type GenerationRequest } from './decoding/generate.js';
import { constraintsOf, type Constraints } from './constraints/constraint-schema.js';
import { planPoem } from './constraints/plan.js';
import { suggestMends, type Suggestion, type SuggestOptions } from './suggest.js';
import {
  MaxTokensSchema,
  SAMPLING_DEFAULTS,
  SamplingSchema,
  type SamplingOptions,
} from './decoding/generation-settings.js';
import { VerseVocabulary } from './constraints/verse-vocabulary.js';
import { ordersOf, writeBest, writeCandidates, type ConstrainedOrder, type PoemWriter } from './writer.js';
import { streamPoems, type PoemPiece } from './stream.js';
import { formOf, forModel, type BatchOptions, type WriteOptions } from './write-request.js';
import { describePoem, type PoemOrder, type WrittenPoem } from './written-poem.js';

export interface PoetOptions extends RuntimeOptions {
  /** A Hugging Face model folder. */
  readonly model: string;
  /** A PEFT adapter folder. */
  readonly adapter?: string;
  /** Precision of the base; float32 where absent. */
  readonly dtype?: DecodingDtype;
  /** Lines that are known: novelty is measured against them. */
  readonly knownLines?: LineIndex;
  /** Poems decoded together, 32 where absent; more wait for their turn. */
  readonly sequences?: number;
}

export interface PoetParts {
  /** What the poems' `model` says. */
  readonly name: string;
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  readonly adapter?: Adapter;
  readonly knownLines?: LineIndex;
  /** Poems decoded together; more wait for their turn. */
  readonly sequences?: number;
}

export interface AnswerOptions {
  /** Holds the answer to a form; free where absent. */
  readonly form?: FormName;
  readonly constraints?: Constraints;
  readonly sampling?: Partial<SamplingOptions>;
  /** At most so many, and no more than there is room for behind the conversation. */
  readonly maxNewTokens: number;
  /** Ends the answer before the first of these. */
  readonly stop?: readonly string[];
  readonly seed: number;
  readonly onToken?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** A conversation that leaves no room for an answer. */
export class ContextLengthError extends InputError {
  constructor(
    readonly tokens: number,
    readonly most: number,
  ) {
    super(
      `messages: found ${tokens} tokens, expected at most ${most} with an answer: the model is run with so many`,
    );
  }
}

/** Constraints kept for requests to come: what they have worked out is worth keeping. */
const CONSTRAINTS_KEPT = 16;

/** Tokens beyond the characters of a poem and its layout. */
const ROOM = 24;

/** A given character that is no token of its own takes so many. */
const BYTES_A_CHARACTER = 4;

const PartialSampling = Type.Partial(SamplingSchema);

const AnswerSchema = Type.Object({
  sampling: Type.Optional(PartialSampling),
  maxNewTokens: MaxTokensSchema,
  seed: SeedSchema,
  stop: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
});

export class Poet implements PoemWriter {
  private readonly constraints = new LRUCache<string, PoemConstraint>({ max: CONSTRAINTS_KEPT });
  private readonly tokens: ConstraintTokens;
  private readonly generator: Generator;

  /** From parts that are loaded already; {@link Poet.load} does that. */
  constructor(private readonly parts: PoetParts) {
    const { decoder, tokenizer, adapter, sequences } = parts;
    this.generator = new Generator(decoder, tokenizer, { adapter, sequences });
    this.tokens = {
      vocabulary: VerseVocabulary.of(tokenizer, decoder.model.config.vocabSize),
      endOfTurn: tokenizer.endOfTurn,
      encode: (text) => tokenizer.encodeWithin(text),
    };
  }

  /** Loads a model and its adapter. @throws InputError for a folder that is not what it should be */
  static async load(options: PoetOptions): Promise<Poet> {
    const { model, tokenizer } = await openModelWithTokenizer(options.model, options.adapter);
    const folder = options.adapter === undefined ? undefined : resolvePath(options.adapter);
    if (folder !== undefined && !existsSync(folder))
      throw new InputError(`${folder}: no such adapter folder`);
    const adapter = folder === undefined ? undefined : await loadAdapter(folder, model.config);
    const decoder = await Decoder.create(model, {
      lora: adapter?.config,
      dtype: options.dtype,
      threads: options.threads,
      device: options.device,
    });
    const name = options.adapter ?? options.model;
    const { knownLines, sequences } = options;
    return new Poet({ name, decoder, tokenizer, adapter, knownLines, sequences });
  }

  /**
   * Writes poems, each the best of several candidates by its score. The same seed gives the same poem.
   *
   * @throws InputError for a request that cannot be met, with the reason and what could be relaxed
   */
  async write(options: WriteOptions): Promise<WrittenPoem[]> {
    if (options.beams !== undefined && options.beams > 1) return this.searchAll(options, options.beams);
    return writeBest(this, options);
  }

  /** Like {@link Poet.write}, with all candidates of each poem, the best first. */
  async writeCandidates(options: WriteOptions): Promise<WrittenPoem[][]> {
    if (options.beams !== undefined && options.beams > 1) {
      throw new InputError('beams: beam search writes one poem: expected write, not writeCandidates');
    }
    return writeCandidates(this, options);
  }

  /** Like {@link Poet.write}, piece by piece while the poems grow: `for await (const { text } of poet.stream({ form }))`. */
  stream(options: WriteOptions): AsyncGenerator<PoemPiece, void, void> {
    return streamPoems(this, options);
  }

  /** Whether an order can be met. @throws InputError with the reason and what could be relaxed */
  check({ form, seed, constraints = {} }: ConstrainedOrder): void {
    this.constraint(form, seed, constraints);
  }

  async writeAll(orders: readonly ConstrainedOrder[], options: BatchOptions = {}): Promise<WrittenPoem[]> {
    const { onToken } = options;
    checked(PartialSampling, options.sampling ?? {}, 'sampling');
    const requests = orders.map((order, index) => ({
      ...this.request(order, { ...options, ...order.constraints }),
      onToken: onToken && ((text: string) => onToken(index, text)),
    }));
    const poems = requests.map((request) => this.generator.generate(request));
    // Where one cannot be written, nobody asks for the others any more: all are waited for.
    const settled = await Promise.allSettled(poems);
    return settled.map((one, index) => {
      if (one.status === 'rejected') throw one.reason;
      return this.describe(orders[index] as PoemOrder, one.value);
    });
  }

  /** For each fault of a poem up to three single characters that mend it, in the order in which the model likes them. */
  async suggest(lines: readonly string[], options: SuggestOptions = {}): Promise<Suggestion[]> {
    return suggestMends({ ...this.parts, vocabulary: this.tokens.vocabulary }, lines, options);
  }

  /** Answers a conversation. */
  async answer(
    messages: readonly ChatMessage[],
    options: AnswerOptions,
  ): Promise<Generation & { readonly promptTokens: number }> {
    const { form, constraints = {}, sampling, maxNewTokens, seed, stop, onToken, signal } = options;
    checked(AnswerSchema, { sampling, maxNewTokens, seed, stop });
    const prompt = this.parts.tokenizer.encodePrompt(messages);
    const room = this.parts.decoder.positions - prompt.length;
    if (room < 1) throw new ContextLengthError(prompt.length, this.parts.decoder.positions);
    const generation = await this.generator.generate({
      ...{ prompt, seed, stop, onToken, signal },
      maxNewTokens: Math.min(maxNewTokens, room),
      constraint: form && this.constraint(form, seed, constraints),
      sampling: { ...SAMPLING_DEFAULTS, ...sampling },
    });
    return { ...generation, promptTokens: prompt.length };
  }

  /** The likeliest poem of each order by beam search. */
  private async searchAll(options: WriteOptions, beams: number): Promise<WrittenPoem[]> {
    const { decoder, tokenizer, adapter } = this.parts;
    const poems: WrittenPoem[] = [];
    const { asked, restore } = await forModel(options);
    for (const order of ordersOf({ ...asked, candidates: 1 })) {
      const request = this.request(order, asked);
      const [best] = await beamSearch(decoder, tokenizer, request, beams, adapter);
      if (best) poems.push(restore(this.describe(order, best)));
    }
    return poems;
  }

  /** What was asked is kept by construction, so nothing is verified once more. */
  private describe(order: PoemOrder, { text, logProbability }: Generation): WrittenPoem {
    const { name, knownLines } = this.parts;
    return describePoem(order, text, name, logProbability, { known: knownLines });
  }

  private request({ prompt, form, seed }: PoemOrder, options: BatchOptions): GenerationRequest {
    const { acrostic, acrosticEnd, lines = [], required = [], signal, sampling, free } = options;
    const given = [acrostic, acrosticEnd, ...lines, ...required].join('');
    const { lines: shapes } = shapeOf(formOf(form), options.lineCount);
    const layout = shapes.reduce((sum, { length, breakAfter }) => sum + length + (breakAfter ? 2 : 1), 0);
    return {
      prompt: this.parts.tokenizer.encodePrompt([{ role: 'user', content: prompt }]),
      seed,
      constraint: free ? undefined : this.constraint(form, seed, options),
      sampling: { ...SAMPLING_DEFAULTS, ...sampling },
      maxNewTokens: layout * this.tokens.vocabulary.pieces.longest + ROOM + BYTES_A_CHARACTER * given.length,
      signal,
    };
  }

  /** The constraint of a request, kept for the next one that asks the same. Required words are placed by the seed: one each. */
  private constraint(form: FormName, seed: number, options: BatchOptions): PoemConstraint {
    const asked = constraintsOf(options);
    const { knownLines } = this.parts;
    if (options.original && !knownLines) {
      throw new InputError('original: needs an index of known lines (knownLines, --index)');
    }
    const drawn = (asked.required?.length ?? 0) > 0 ? seed : undefined;
    const key = JSON.stringify([form, asked, options.original ?? false, drawn]);
    const make = (): PoemConstraint => {
      const plan = planPoem(form, asked, this.tokens.vocabulary, Random.for(seed, 'places'));
      const constraint = new PoemConstraint(plan, this.tokens, options.original ? knownLines : undefined);
      if (constraint.lacksCharacters) {
        throw new InputError(
          `the model knows too few characters for ${plan.shape.lines.length} lines without using one twice: ask for fewer lines, or allow repeated-character`,
        );
      }
      return constraint;
    };
    return kept(this.constraints, key, make);
  }

  /** Frees the model's memory. */
  async release(): Promise<void> {
    await this.parts.decoder.release();
  }
}
