/** Decoding with a key-value cache: prompts in, the next token's logits out, many sequences at once. */
import type { ModelFolder } from '../../model/folder.js';
import type { ModelConfig } from '../../model/config.js';
import { UNSEEN } from '../../model/attention.js';
import { loraInputs, loraTensors, type Adapter, type LoraConfig } from '../../model/lora.js';
import { freezeForDecoding, type DecodingDtype } from '../../model/frozen-base.js';
import { withOwn } from '../../model/whole-tensors.js';
import { buildDecodingGraph } from '../../model/decoding-graph.js';
import { InputError } from '../../support/errors.js';
import type { RuntimeOptions } from '../../tensor/device.js';
import { Graph } from '../../tensor/graph.js';
import { floats, type ArrayWithShape } from '../../tensor/arrays.js';
import { Session } from '../../tensor/session.js';
import { KeyValueCache } from './key-value-cache.js';

export interface DecoderOptions extends RuntimeOptions {
  /** Shape of the adapters that will be fed; none for the base model alone. */
  readonly lora?: LoraConfig;
  /** Precision of the base. */
  readonly dtype?: DecodingDtype;
  /** Longest sequence, prompt included. */
  readonly positions?: number;
}

/** A model ready to write. One decoder serves many adapters of one shape, one after another. */
export class Decoder {
  private constructor(
    readonly model: ModelFolder,
    private readonly session: Session,
    readonly positions: number,
  ) {}

  static async create(model: ModelFolder, options: DecoderOptions = {}): Promise<Decoder> {
    const graph = new Graph();
    const positions = Math.min(options.positions ?? 1024, model.config.maxPositionEmbeddings);
    const lora = options.lora && loraInputs(graph, model.config, options.lora);
    const base = await freezeForDecoding(model, options.dtype, options);
    const weights = withOwn(base.attach(graph), lora?.whole);
    buildDecodingGraph({ graph, config: model.config, weights, lora, positions });
    const session = await Session.create(graph, base.session);
    return new Decoder(model, session, positions);
  }

  /**
   * Reads the prompts; the logits of each one's next token are then in {@link DecodingState.logits}.
   *
   * @param newTokens how many tokens may follow each prompt
   */
  async prefill(
    prompts: readonly (readonly number[])[],
    newTokens: number,
    adapter?: Adapter,
  ): Promise<DecodingState> {
    this.requirePositions(Math.max(...prompts.map(({ length }) => length)) + newTokens);
    const state = new DecodingState(this, adapter);
    await state.add(prompts);
    return state;
  }

  /** @throws InputError for a sequence that is longer than the decoder was made for */
  requirePositions(tokens: number): void {
    if (tokens > this.positions) {
      throw new InputError(`${tokens} tokens, prompt included: expected at most ${this.positions}`);
    }
  }

  /** @internal */
  run(feeds: Record<string, ArrayWithShape>): Promise<Record<string, ArrayWithShape>> {
    return this.session.run(feeds);
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** The sequences under way. They may begin and end at different times. */
export class DecodingState {
  private readonly cache: KeyValueCache;
  private readonly adapterFeeds: Record<string, ArrayWithShape>;
  private readonly vocabulary: number;
  private lengths: number[] = [];
  private scores: NextTokenScores[] = [];

  constructor(
    private readonly decoder: Decoder,
    adapter?: Adapter,
  ) {
    const { config } = decoder.model;
    this.cache = new KeyValueCache(config);
    this.vocabulary = config.vocabSize;
    this.adapterFeeds = adapter ? Object.fromEntries(loraTensors(adapter)) : {};
  }

  /** How many sequences are under way. */
  get batch(): number {
    return this.lengths.length;
  }

  /** The logits of a sequence's next token. */
  logits(sequence: number): Float32Array {
    return this.scoresOf(sequence).logits;
  }

  /** log Σ exp of those logits: a token's log-probability is its logit less this. */
  logSumExp(sequence: number): number {
    return this.scoresOf(sequence).logSumExp;
  }

  /** Begins sequences after those under way. Equal prompts are read once. */
  async add(prompts: readonly (readonly number[])[]): Promise<void> {
    const longest = Math.max(...prompts.map(({ length }) => length));
    const before = this.batch;
    this.cache.reserve(before + prompts.length, longest, before);
    const keys = prompts.map((prompt) => prompt.join(' '));
    const different = [...new Set(keys)];
    const parents = keys.map((key) => different.indexOf(key));
    const read = different.map((key) => prompts[keys.indexOf(key)] ?? []);
    const scores = await this.run(before, read, new Array<number>(read.length).fill(0));
    this.cache.reorder(parents, before);
    this.lengths.push(...prompts.map(({ length }) => length));
    this.scores.push(...parents.map((parent) => scores[parent] as NextTokenScores));
  }

  /** Appends a token to each sequence. */
  async feed(tokens: readonly number[]): Promise<void> {
    this.cache.reserve(this.batch, Math.max(...this.lengths) + 1, this.batch);
    this.scores = await this.run(
      0,
      tokens.map((token) => [token]),
      this.lengths,
    );
    this.lengths = this.lengths.map((length) => length + 1);
  }

  /** The sequences become those named, as they are now: to end some, or to go on twice from one. */
  select(parents: readonly number[]): void {
    this.cache.reserve(parents.length, 0, this.batch);
    this.cache.reorder(parents);
    this.lengths = parents.map((parent) => this.lengths[parent] ?? 0);
    this.scores = parents.map((parent) => this.scores[parent] as NextTokenScores);
  }

  /** Feeds tokens to the rows from `start`, which hold so many tokens already. */
  private async run(
    start: number,
    tokens: readonly (readonly number[])[],
    lengths: readonly number[],
  ): Promise<NextTokenScores[]> {
    const counts = tokens.map(({ length }) => length);
    const width = Math.max(...counts);
    const inputs = decodingInputs(tokens, lengths, this.cache.capacity, this.decoder.model.config);
    const outputs = await this.decoder.run({
      ...this.adapterFeeds,
      ...this.cache.inputs(start, tokens.length),
      ...inputs,
      widths: { data: BigInt64Array.of(BigInt(this.cache.capacity), BigInt(width)), shape: [2] },
    });
    this.cache.append(floats(outputs, 'added'), start, lengths, counts);
    const logits = floats(outputs, 'logits');
    const normalisers = floats(outputs, 'log_sum_exp');
    return tokens.map((_, index) => ({
      logits: logits.subarray(index * this.vocabulary, (index + 1) * this.vocabulary),
      logSumExp: normalisers[index] ?? NaN,
    }));
  }

  private scoresOf(sequence: number): NextTokenScores {
    const scores = this.scores[sequence];
    if (!scores) throw new Error(`sequence ${sequence}: ${this.batch} are under way`);
    return scores;
  }
}

interface NextTokenScores {
  readonly logits: Float32Array;
  readonly logSumExp: number;
}

/** Ids, positions and mask of new tokens after sequences of given lengths, padded to the longest. */
function decodingInputs(
  tokens: readonly (readonly number[])[],
  lengths: readonly number[],
  capacity: number,
  { numAttentionHeads, numKeyValueHeads }: ModelConfig,
): Record<string, ArrayWithShape> {
  const batch = tokens.length;
  const width = Math.max(...tokens.map(({ length }) => length));
  const group = numAttentionHeads / numKeyValueHeads;
  const ids = new BigInt64Array(batch * width);
  const positions = new BigInt64Array(batch * width);
  const total = capacity + width;
  const mask = new Float32Array(batch * group * width * total).fill(UNSEEN);
  tokens.forEach((sequence, row) => {
    const before = lengths[row] ?? 0;
    for (let at = 0; at < width; at += 1) {
      ids[row * width + at] = BigInt(sequence[at] ?? 0);
      positions[row * width + at] = BigInt(before + Math.min(at, sequence.length - 1));
      for (let head = 0; head < group; head += 1) {
        const line = ((row * group + head) * width + at) * total;
        mask.fill(0, line, line + before);
        mask.fill(0, line + capacity, line + capacity + at + 1);
      }
    }
  });
  return {
    token_ids: { data: ids, shape: [ids.length] },
    positions: { data: positions, shape: [batch, width] },
    mask: { data: mask, shape: [batch, 1, group * width, total] },
    logit_rows: {
      data: BigInt64Array.from(tokens, (sequence, row) => BigInt(row * width + sequence.length - 1)),
      shape: [batch],
    },
  };
}
