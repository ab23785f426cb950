/**
 * A decoder-only network as a graph: embeddings, the layers of its architecture, a last normalisation.
 *
 * Activations are [tokens, width] everywhere but inside attention. Training reads rows of packed segments under a mask that is an
 * input; `decoding-graph.ts` reads new tokens against a key-value cache. Both share every layer.
 */
import { checkpoint } from '../tensor/differentiate.js';
import type { Graph, Value } from '../tensor/graph.js';
import { rmsNorm } from '../tensor/neural-operators.js';
import { add, gemm, multiply, scale, subtract } from '../tensor/operators.js';
import { concat, reshape, split } from '../tensor/shape-operators.js';
import type { Block } from './architectures/architecture.js';
import { architectureOf } from './architectures/registry.js';
import { groupedAttention, maskOfGroups, type Attention, type AttentionContext } from './attention.js';
import type { ModelConfig } from './config.js';
import { doraScale } from './dora.js';
import type { LoraValues } from './lora.js';
import type { NetworkWeights } from './network-weights.js';
import {
  PROJECTIONS,
  PROJECTION_STACKS,
  projectionPath,
  projectionShape,
  type Projection,
} from './projections.js';

export interface NetworkOptions {
  readonly graph: Graph;
  readonly config: ModelConfig;
  readonly weights: NetworkWeights;
  /** Adapter weights, if there is an adapter. */
  readonly lora?: LoraValues;
  /** Changes what an adapter reads, for training: gets the input and a name for it. */
  readonly adapterInput?: (x: Value, name: string) => Value;
  /** Changes the embeddings, for training. */
  readonly embeddingInput?: (x: Value) => Value;
  /** Rows of the rotary tables: more than the largest position. */
  readonly positions: number;
  /** Keep only what enters each block, and compute the rest once more on the way back. */
  readonly checkpointing?: boolean;
}

/** Projections of one input, with their biases where they have any. */
function project(
  options: NetworkOptions,
  x: Value,
  layer: number,
  projections: readonly Projection[],
): Value[] {
  const { config, weights } = options;
  return adaptedProducts(options, x, layer, projections).map((product, index) => {
    const projection = projections[index] as Projection;
    if (!config.biases.includes(projection)) return product;
    const [out] = projectionShape(config, projection);
    return add(product, weights.vector(`${projectionPath(layer, projection)}.bias`, out));
  });
}

/** y = x · Wᵀ for projections of one input, plus alpha/r · (x · Aᵀ) · Bᵀ where the adapter has the projection. */
function adaptedProducts(
  options: NetworkOptions,
  x: Value,
  layer: number,
  projections: readonly Projection[],
): Value[] {
  const { config, weights, lora } = options;
  const paths = projections.map((projection) => projectionPath(layer, projection));
  const matrices = projections.map((projection, index) => ({
    name: `${paths[index]}.weight`,
    shape: projectionShape(config, projection),
  }));
  const bases = weights.linear(x, matrices);
  const adapters = paths.map((path) => lora?.layers.get(path));
  const thin = adapters.flatMap((adapter) => (adapter ? [adapter.a] : []));
  if (!lora || thin.length === 0) return bases;
  const dropped = options.adapterInput?.(x, `${paths[0]}.lora_dropout`) ?? x;
  const reduced = reduce(dropped, thin);
  return bases.map((base, index) => {
    const adapter = adapters[index];
    const matrix = matrices[index];
    const input = adapter && reduced.get(adapter.a);
    if (!input || !matrix) return base;
    const product = { transB: true, alpha: lora.scaling } as const;
    const factor = doraScale(weights, matrix, adapter, lora.scaling);
    if (!factor) return gemm(input, adapter.b, { ...product, c: base });
    if (dropped === x) return multiply(gemm(input, adapter.b, { ...product, c: base }), factor);
    // With dropout PEFT scales what the dropped input gives, and leaves the base's own product as it is.
    const [again] = weights.linear(dropped, [matrix]) as [Value];
    return add(base, subtract(multiply(gemm(input, adapter.b, { ...product, c: again }), factor), again));
  });
}

/** x · Aᵀ for each of the thin matrices A [r, in], in one product. */
function reduce(x: Value, thin: readonly Value[]): Map<Value, Value> {
  const ranks = thin.map(({ shape }) => Number(shape[0]));
  const [first] = thin;
  if (first && thin.length === 1) return new Map([[first, gemm(x, first, { transB: true })]]);
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const parts = split(gemm(x, concat(thin, 0, total), { transB: true }), 1, ranks);
  return new Map(thin.map((matrix, index) => [matrix, parts[index] as Value]));
}

/** All that an adapter has of a layer. */
function adapterValues({ lora }: NetworkOptions, layer: number): Value[] {
  const pairs = PROJECTIONS.flatMap((projection) => {
    const adapter = lora?.layers.get(projectionPath(layer, projection));
    return adapter ? (Object.values(adapter) as Value[]) : [];
  });
  const whole = [...(lora?.whole ?? [])].filter(([name]) => name.startsWith(`model.layers.${layer}.`));
  return [...pairs, ...whole.map(([, value]) => value)];
}

/** What a normalisation multiplies with. */
function gainOf({ graph, config, weights }: NetworkOptions, name: string, size: number): Value {
  const { gainOffset } = architectureOf(config);
  const stored = weights.vector(name, size);
  return gainOffset === undefined ? stored : add(stored, graph.scalar(gainOffset));
}

/** The parts of a layer, for its architecture to put together. */
function blockParts(options: NetworkOptions, layer: number, attend: Attention): Block {
  const { config } = options;
  const { rmsNormEps, hiddenSize, headDim, numAttentionHeads, numKeyValueHeads } = config;
  const [qkv, o, gateUp, down] = PROJECTION_STACKS;
  const apply = (x: Value, projections: readonly Projection[]): Value[] =>
    project(options, x, layer, projections);
  const gain = (name: string, size: number): Value =>
    gainOf(options, `model.layers.${layer}.${name}.weight`, size);
  const normaliseHeads = (x: Value, name: string, heads: number): Value =>
    rmsNorm(reshape(x, ['tokens', heads, headDim]), gain(`self_attn.${name}`, headDim), rmsNormEps);
  return {
    norm: (x, name) => rmsNorm(x, gain(name, hiddenSize), rmsNormEps),
    attention(x, { headNorms = false } = {}) {
      const [q, k, value] = apply(x, qkv) as [Value, Value, Value];
      const query = headNorms ? normaliseHeads(q, 'q_norm', numAttentionHeads) : q;
      const key = headNorms ? normaliseHeads(k, 'k_norm', numKeyValueHeads) : k;
      const [output] = apply(attend(layer, query, key, value), o) as [Value];
      return output;
    },
    feedForward(x, activate) {
      const [gate, up] = apply(x, gateUp) as [Value, Value];
      const [output] = apply(activate(gate, up), down) as [Value];
      return output;
    },
  };
}

/** Hidden states [tokens, hidden] of token ids that stand and see as the context says. */
export function decoder(options: NetworkOptions, tokenIds: Value, context: AttentionContext): Value {
  const { graph, config, weights, positions } = options;
  const architecture = architectureOf(config);
  const attend = groupedAttention(graph, config, positions, context);
  const embedded = weights.embed(tokenIds);
  const factor = architecture.embeddingScale?.(config);
  const entering = factor === undefined ? embedded : scale(embedded, factor);
  let x = options.embeddingInput?.(entering) ?? entering;
  for (let layer = 0; layer < config.numHiddenLayers; layer += 1) {
    const parts = blockParts(options, layer, attend);
    const build = (input: Value): Value => architecture.layer(parts, input);
    x = options.checkpointing ? checkpoint(x, adapterValues(options, layer), build) : build(x);
  }
  return rmsNorm(x, gainOf(options, 'model.norm.weight', config.hiddenSize), config.rmsNormEps);
}

/** The inputs of a training graph. R rows of T tokens; `tokens` = R · T. */
export interface PackedInputs {
  /** int64 [tokens] */
  readonly tokenIds: Value;
  /** int64 [R, T] */
  readonly positions: Value;
  /** float [R, 1, T, T]: 0 where row's token i sees token j, a large negative number where not. */
  readonly mask: Value;
}

/** The inputs of a network on packed rows: token ids [tokens], positions [rows, length], an additive mask [rows, 1, length, length]. */
export function packedInputs(graph: Graph): PackedInputs {
  return {
    tokenIds: graph.input('token_ids', 'int64', ['tokens']),
    positions: graph.input('positions', 'int64', ['rows', 'length']),
    mask: graph.input('mask', 'float32', ['rows', 1, 'length', 'length']),
  };
}

/** Hidden states [tokens, hidden] of packed rows: differentiable. */
export function packedHiddenStates(options: NetworkOptions, inputs: PackedInputs): Value {
  const { numAttentionHeads, numKeyValueHeads } = options.config;
  const mask = maskOfGroups(inputs.mask, numAttentionHeads / numKeyValueHeads);
  return decoder(options, inputs.tokenIds, { positions: inputs.positions, mask });
}
