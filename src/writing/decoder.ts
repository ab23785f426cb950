/** Decoding with a key-value cache: prompts in, the next token's logits out, many sequences at once. */
import type { ModelFolder } from '../model/folder.js';
import { loraInputs, loraTensors, type Adapter, type LoraConfig } from '../model/lora.js';
import { freezeForDecoding, type DecodingDtype } from '../model/frozen-base.js';
import { buildDecodingGraph, cacheName } from '../model/qwen3.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { Graph } from '../tensor/graph.js';
import { floats, Session, type ArrayWithShape } from '../tensor/session.js';

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
    const weights = base.attach(graph);
    buildDecodingGraph({ graph, config: model.config, weights, lora, positions });
    const session = await Session.create(graph, base.session);
    return new Decoder(model, session, positions);
  }

  /**
   * Reads the prompts; the logits of each one's next token are then in {@link DecodingState.logits}.
   *
   * @param newTokens how many tokens may follow each prompt: memory is taken for so many
   */
  async prefill(
    prompts: readonly (readonly number[])[],
    newTokens: number,
    adapter?: Adapter,
  ): Promise<DecodingState> {
    const capacity = Math.max(...prompts.map((prompt) => prompt.length)) + newTokens;
    if (capacity > this.positions) {
      throw new Error(`${capacity} tokens are more than the ${this.positions} the decoder was made for`);
    }
    const state = new DecodingState(this, prompts.length, capacity, adapter);
    await state.feed(prompts);
    return state;
  }

  /** @internal */
  run(
    feeds: Record<string, ArrayWithShape>,
    into: Record<string, ArrayWithShape>,
  ): Promise<Record<string, ArrayWithShape>> {
    return this.session.run(feeds, into);
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** The sequences under way and what the model remembers of them. */
export class DecodingState {
  /** Keys and values of all tokens so far, which the graph reads and adds to in place. */
  private readonly past: Record<string, ArrayWithShape> = {};
  private readonly present: Record<string, ArrayWithShape> = {};
  private readonly lengths: number[];
  private readonly adapterFeeds: Record<string, ArrayWithShape>;
  private readonly vocabulary: number;
  private values: Float32Array = new Float32Array();
  private normalisers: Float32Array = new Float32Array();

  constructor(
    private readonly decoder: Decoder,
    readonly batch: number,
    private readonly capacity: number,
    adapter?: Adapter,
  ) {
    const { config } = decoder.model;
    this.lengths = new Array<number>(batch).fill(0);
    this.vocabulary = config.vocabSize;
    this.adapterFeeds = adapter ? Object.fromEntries(loraTensors(adapter)) : {};
    for (let layer = 0; layer < config.numHiddenLayers; layer += 1) {
      for (const part of ['key', 'value'] as const) {
        const shape = [batch, config.numKeyValueHeads, capacity, config.headDim];
        const size = shape.reduce((product, dimension) => product * dimension, 1);
        const cache = { data: new Float32Array(size), shape };
        this.past[cacheName('past', layer, part)] = cache;
        this.present[cacheName('present', layer, part)] = cache;
      }
    }
  }

  /** The logits of a sequence's next token. */
  logits(sequence: number): Float32Array {
    return this.values.subarray(sequence * this.vocabulary, (sequence + 1) * this.vocabulary);
  }

  /** log Σ exp of those logits: a token's log-probability is its logit less this. */
  logSumExp(sequence: number): number {
    return this.normalisers[sequence] ?? NaN;
  }

  /**
   * Appends tokens to the sequences. The first call may append prompts of different lengths; later ones one token each.
   */
  async feed(tokens: readonly (readonly number[])[]): Promise<void> {
    const width = Math.max(...tokens.map((ids) => ids.length));
    const ids = new BigInt64Array(this.batch * width);
    const rows = new BigInt64Array(this.batch);
    tokens.forEach((sequence, index) => {
      sequence.forEach((id, at) => (ids[index * width + at] = BigInt(id)));
      rows[index] = BigInt(index * width + sequence.length - 1);
      this.lengths[index] = (this.lengths[index] ?? 0) + sequence.length;
    });
    const longest = Math.max(...this.lengths);
    if (longest > this.capacity)
      throw new Error(`${longest} tokens are more than the ${this.capacity} asked for`);
    const feeds = {
      ...this.adapterFeeds,
      ...this.past,
      token_ids: { data: ids, shape: [ids.length] },
      batch_shape: { data: BigInt64Array.of(BigInt(this.batch), BigInt(width)), shape: [2] },
      last_positions: { data: Int32Array.from(this.lengths, (length) => length - 1), shape: [this.batch] },
      total_length: { data: Int32Array.of(longest), shape: [1] },
      logit_rows: { data: rows, shape: [this.batch] },
    };
    const outputs = await this.decoder.run(feeds, this.present);
    this.values = floats(outputs, 'logits');
    this.normalisers = floats(outputs, 'log_sum_exp');
  }

  /** Replaces each sequence by one of the sequences as they are now (for beam search). Their logits are those of the last {@link feed}. */
  reorder(parents: readonly number[]): void {
    for (const { data } of Object.values(this.past)) {
      const size = data.length / this.batch;
      const before = data.slice();
      parents.forEach((parent, index) => {
        if (parent !== index)
          data.set(before.subarray(parent * size, (parent + 1) * size) as never, index * size);
      });
    }
  }
}
