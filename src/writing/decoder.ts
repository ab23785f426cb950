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

  /** Reads the prompts; the logits of each one's next token are then in {@link DecodingState.logits}. */
  async prefill(prompts: readonly (readonly number[])[], adapter?: Adapter): Promise<DecodingState> {
    const state = new DecodingState(this, prompts.length, adapter);
    await state.feed(prompts);
    return state;
  }

  /** @internal */
  run(feeds: Record<string, ArrayWithShape>): Promise<Record<string, ArrayWithShape>> {
    return this.session.run(feeds);
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** The sequences under way and what the model remembers of them. */
export class DecodingState {
  private cache: Record<string, ArrayWithShape> = {};
  private readonly lengths: number[];
  private readonly adapterFeeds: Record<string, ArrayWithShape>;
  private readonly vocabulary: number;
  private values: Float32Array = new Float32Array();

  constructor(
    private readonly decoder: Decoder,
    readonly batch: number,
    adapter?: Adapter,
  ) {
    const { config } = decoder.model;
    this.lengths = new Array<number>(batch).fill(0);
    this.vocabulary = config.vocabSize;
    this.adapterFeeds = adapter ? Object.fromEntries(loraTensors(adapter)) : {};
    for (let layer = 0; layer < config.numHiddenLayers; layer += 1) {
      for (const part of ['key', 'value'] as const) {
        const shape = [batch, config.numKeyValueHeads, 0, config.headDim];
        this.cache[cacheName('past', layer, part)] = { data: new Float32Array(0), shape };
      }
    }
  }

  /** The logits of a sequence's next token. */
  logits(sequence: number): Float32Array {
    return this.values.subarray(sequence * this.vocabulary, (sequence + 1) * this.vocabulary);
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
    if (longest > this.decoder.positions) {
      throw new Error(
        `${longest} tokens are more than the ${this.decoder.positions} the decoder was made for`,
      );
    }
    const outputs = await this.decoder.run({
      ...this.adapterFeeds,
      ...this.cache,
      token_ids: { data: ids, shape: [ids.length] },
      batch_shape: { data: BigInt64Array.of(BigInt(this.batch), BigInt(width)), shape: [2] },
      last_positions: { data: Int32Array.from(this.lengths, (length) => length - 1), shape: [this.batch] },
      total_length: { data: Int32Array.of(longest), shape: [1] },
      logit_rows: { data: rows, shape: [this.batch] },
    });
    this.values = floats(outputs, 'logits');
    for (const name of Object.keys(this.cache)) {
      const present = outputs[name.replace('past', 'present')];
      if (present) this.cache[name] = present;
    }
  }
}
