/**
 * Qwen3 (arXiv 2505.09388) as a graph: the dense decoder with grouped-query attention, normalised queries and
 * keys, rotary positions and gated feed-forward layers.
 *
 * Activations are [tokens, width] everywhere but inside attention. `training` reads rows of packed segments under a mask
 * that is an input; `decoding-graph.ts` reads new tokens against a key-value cache. Both share every layer.
 */
import { checkpoint } from '../tensor/differentiate.js';
import { emit } from '../tensor/emit.js';
import type { Dimension, Graph, Value } from '../tensor/graph.js';
import { rmsNorm, rotaryEmbedding, softmax, swiglu } from '../tensor/neural-operators.js';
import {
  add,
  concat,
  gemm,
  matmul,
  multiply,
  reshape,
  reshapeLike,
  reshapeTo,
  shapeOf,
  split,
  subtract,
  transpose,
} from '../tensor/operators.js';
import type { Qwen3Config } from './config.js';
import { doraScale } from './dora.js';
import type { LoraValues } from './lora.js';
import type { NetworkWeights } from './network-weights.js';
import {
  PROJECTIONS,
  PROJECTION_STACKS,
  projectionPath,
  projectionShape,
  type Projection,
} from './weights.js';

export interface NetworkOptions {
  readonly graph: Graph;
  readonly config: Qwen3Config;
  readonly weights: NetworkWeights;
  /** Adapter weights, if there is an adapter. */
  readonly lora?: LoraValues;
  /** Changes what an adapter reads, for training: gets the input and a name for it. */
  readonly adapterInput?: (x: Value, name: string) => Value;
  /** Rows of the rotary tables: more than the largest position. */
  readonly positions: number;
  /** Keep only what enters each block, and compute the rest once more on the way back. */
  readonly checkpointing?: boolean;
}

/** Attention: (layer, query and key normalised, [tokens, heads, size], value [tokens, heads · size]) → [tokens, heads · size]. */
export type Attention = (layer: number, query: Value, key: Value, value: Value) => Value;

/** y = x · Wᵀ for projections of one input, plus alpha/r · (x · Aᵀ) · Bᵀ where the adapter has the projection. */
function project(
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

/** All matrices of a layer's adapter. */
function adapterValues({ lora }: NetworkOptions, layer: number): Value[] {
  return PROJECTIONS.flatMap((projection) => {
    const adapter = lora?.layers.get(projectionPath(layer, projection));
    return adapter ? (Object.values(adapter) as Value[]) : [];
  });
}

function normaliseHeads(options: NetworkOptions, x: Value, name: string, heads: number): Value {
  const { headDim, rmsNormEps } = options.config;
  return rmsNorm(reshape(x, ['tokens', heads, headDim]), options.weights.gain(name, headDim), rmsNormEps);
}

/** What a mask adds where a token does not see another: far below every score, and finite. */
export const UNSEEN = -1e9;

/** All layers: hidden states [tokens, hidden] of token ids, by an attention of one's own. */
export function decoder(options: NetworkOptions, tokenIds: Value, attention: Attention): Value {
  const { config, weights } = options;
  const { hiddenSize, rmsNormEps, numAttentionHeads, numKeyValueHeads } = config;
  const norm = (x: Value, name: string): Value => rmsNorm(x, weights.gain(name, hiddenSize), rmsNormEps);
  const block = (layer: number, x: Value): Value => {
    const prefix = `model.layers.${layer}`;
    const apply = (input: Value, projections: readonly Projection[]): Value[] =>
      project(options, input, layer, projections);
    const [qkv, o, gateUp, down] = PROJECTION_STACKS;
    const [q, k, value] = apply(norm(x, `${prefix}.input_layernorm.weight`), qkv) as [Value, Value, Value];
    const query = normaliseHeads(options, q, `${prefix}.self_attn.q_norm.weight`, numAttentionHeads);
    const key = normaliseHeads(options, k, `${prefix}.self_attn.k_norm.weight`, numKeyValueHeads);
    const [attended] = apply(attention(layer, query, key, value), o) as [Value];
    const y = add(x, attended);
    const middle = norm(y, `${prefix}.post_attention_layernorm.weight`);
    const [gate, up] = apply(middle, gateUp) as [Value, Value];
    const [output] = apply(swiglu(gate, up), down) as [Value];
    return add(y, output);
  };
  let x = weights.embed(tokenIds);
  for (let layer = 0; layer < config.numHiddenLayers; layer += 1) {
    const build = (input: Value): Value => block(layer, input);
    x = options.checkpointing ? checkpoint(x, adapterValues(options, layer), build) : build(x);
  }
  return norm(x, 'model.norm.weight');
}

export function rotaryTables({ graph, config, positions }: NetworkOptions): { cosines: Value; sines: Value } {
  const half = config.headDim / 2;
  const angle = (index: number): number =>
    Math.floor(index / half) * config.ropeTheta ** (-(index % half) / half);
  const table = (name: string, of: (x: number) => number): Value => {
    const data = Float32Array.from({ length: positions * half }, (_, index) => of(angle(index)));
    return graph.constant(name, 'float32', [positions, half], data);
  };
  return { cosines: table('cosines', Math.cos), sines: table('sines', Math.sin) };
}

/**
 * [tokens, heads · size], or [tokens, heads, size], → [rows, heads, length, size], for given numbers of heads. Rows and length are
 * known only when the graph runs: they are read off the positions [rows, length].
 */
export function headLayout(
  graph: Graph,
  positions: Value,
  headDim: number,
  counts: readonly number[],
): (x: Value, heads: number) => Value {
  const shapes = new Map(
    counts.map((heads) => [
      heads,
      graph.composite(() => concat([shapeOf(positions), graph.integers([heads, headDim])], 0, 4)),
    ]),
  );
  return (x, heads) =>
    transpose(reshapeTo(x, shapes.get(heads) as Value, ['rows', 'length', heads, headDim]), [0, 2, 1, 3]);
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

export function packedInputs(graph: Graph): PackedInputs {
  return {
    tokenIds: graph.input('token_ids', 'int64', ['tokens']),
    positions: graph.input('positions', 'int64', ['rows', 'length']),
    mask: graph.input('mask', 'float32', ['rows', 1, 'length', 'length']),
  };
}

/** A mask once for each query head that shares a key: [rows, 1, length, width] → [rows, 1, group · length, width]. */
export function maskOfGroups(mask: Value, group: number): Value {
  const [rows, one, , width] = mask.shape as [Dimension, Dimension, Dimension, Dimension];
  return emit('Concat', {
    graph: mask.graph,
    inputs: Array.from({ length: group }, () => mask),
    shape: [rows, one, 'group*length', width],
    attributes: { axis: 2 },
  });
}

/** Hidden states [tokens, hidden] of packed rows: differentiable. */
export function packedHiddenStates(options: NetworkOptions, inputs: PackedInputs): Value {
  const { graph, config } = options;
  const { headDim, numAttentionHeads, numKeyValueHeads } = config;
  const group = numAttentionHeads / numKeyValueHeads;
  const { cosines, sines } = rotaryTables(options);
  const mask = maskOfGroups(inputs.mask, group);
  const toHeads = headLayout(graph, inputs.positions, headDim, [numAttentionHeads, numKeyValueHeads]);
  return decoder(options, inputs.tokenIds, (_, query, key, value) => {
    const rotate = (x: Value): Value => rotaryEmbedding(x, inputs.positions, cosines, sines);
    const q = rotate(toHeads(query, numAttentionHeads));
    const k = rotate(toHeads(key, numKeyValueHeads));
    const v = toHeads(value, numKeyValueHeads);
    const folded = reshape(q, ['rows', numKeyValueHeads, 'group*length', headDim]);
    const scores = matmul(folded, k, { transB: true, alpha: headDim ** -0.5 });
    const attended = matmul(softmax(add(scores, mask)), v);
    return reshape(transpose(reshapeLike(attended, q), [0, 2, 1, 3]), [
      'tokens',
      numAttentionHeads * headDim,
    ]);
  });
}
