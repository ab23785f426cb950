/**
 * Grouped-query attention (arXiv 2305.13245), written once: training, decoding and exported graphs differ in what keys and values
 * a layer's queries meet, and in their mask.
 */
import { emit } from '../tensor/emit.js';
import type { Dimension, Graph, Value } from '../tensor/graph.js';
import { rotaryEmbedding, softmax } from '../tensor/neural-operators.js';
import { add, cast, greater, matmul, scale, subtract } from '../tensor/operators.js';
import {
  concat,
  reshape,
  reshapeLike,
  reshapeTo,
  shapeOf,
  splitBy,
  transpose,
  unsqueeze,
} from '../tensor/shape-operators.js';
import type { LayerType, ModelConfig } from './config.js';
import { rotaryTables } from './rotary.js';

/** What a mask adds where a token does not see another: far below every score, and finite. */
export const UNSEEN = -1e9;

/** Keys and values of some tokens: [rows, kv_heads, tokens, size] each. */
export interface KeyValue {
  readonly key: Value;
  readonly value: Value;
}

/** Where new tokens stand, int64 [rows, length], and where those that they may see, [rows, width]; one row where all are alike. */
export interface TokenOrder {
  readonly queries: Value;
  readonly keys: Value;
}

/** Where a graph's tokens stand, and what they see. */
export interface AttentionContext {
  /** Where each new token stands in its text: int64 [rows, length]. */
  readonly positions: Value;
  /** float [rows, 1, group · length, width]: 0 where a token sees another, {@link UNSEEN} where not; once for each query head of a group. */
  readonly mask: Value;
  /** The order in which tokens stand, for windows: that of the positions where absent. Asked for where a layer has a window. */
  readonly order?: () => TokenOrder;
  /** What a layer's queries meet, whose widths together are the mask's; the new keys and values alone where absent. */
  readonly remember?: (layer: number, fresh: KeyValue) => readonly KeyValue[];
  /** The widths of those, if there are several: int64 [parts]. */
  readonly widths?: Value;
}

/** (layer, query, key and value [tokens, heads · size], or [tokens, heads, size]) → [tokens, heads · size] */
export type Attention = (layer: number, query: Value, key: Value, value: Value) => Value;

/** @param positions rows of the rotary tables: more than the largest position */
export function groupedAttention(
  graph: Graph,
  config: ModelConfig,
  positions: number,
  context: AttentionContext,
): Attention {
  const { headDim, numAttentionHeads, numKeyValueHeads, layerTypes } = config;
  const toHeads = headLayout(graph, context.positions, headDim, [numAttentionHeads, numKeyValueHeads]);
  const rotary = new Map(
    typesOf(config).map((type) => [type, rotaryTables(graph, config.rotary[type], headDim, positions)]),
  );
  const masks = new Map(typesOf(config).map((type) => [type, maskOf(type, config, positions, context)]));
  return (layer, query, key, value) => {
    const type = layerTypes[layer] as LayerType;
    const { cosines, sines } = rotary.get(type)!;
    const rotate = (x: Value): Value => rotaryEmbedding(x, context.positions, cosines, sines);
    const q = rotate(toHeads(query, numAttentionHeads));
    const fresh = {
      key: rotate(toHeads(key, numKeyValueHeads)),
      value: toHeads(value, numKeyValueHeads),
    };
    const seen = context.remember?.(layer, fresh) ?? [fresh];
    const folded = reshape(q, ['rows', numKeyValueHeads, 'group*length', headDim]);
    const attended = attend(folded, seen, config.attentionScale, masks.get(type)!, context.widths);
    return reshape(transpose(reshapeLike(attended, q), [0, 2, 1, 3]), [
      'tokens',
      numAttentionHeads * headDim,
    ]);
  };
}

const typesOf = ({ layerTypes }: ModelConfig): LayerType[] => [...new Set(layerTypes)];

/** softmax(s · q · keysᵀ + mask) · values over keys and values that stand in several places, without joining them. */
function attend(
  query: Value,
  seen: readonly KeyValue[],
  alpha: number,
  mask: Value,
  widths: Value | undefined,
): Value {
  const scores = seen.map(({ key }) => matmul(query, key, { transB: true, alpha }));
  const shares = softmax(add(concat(scores, 3, mask.shape[3] as Dimension), mask));
  const parts =
    seen.length === 1 || !widths
      ? [shares]
      : splitBy(
          shares,
          3,
          widths,
          seen.map(({ key }) => key.shape[2] as Dimension),
        );
  return parts.map((part, index) => matmul(part, (seen[index] as KeyValue).value)).reduce(add);
}

/** The mask of a type of layer: where no text outgrows the window, sliding layers see what the others do. */
function maskOf(
  type: LayerType,
  { slidingWindow, numAttentionHeads, numKeyValueHeads }: ModelConfig,
  positions: number,
  { mask, positions: standing, order }: AttentionContext,
): Value {
  if (type === 'full_attention' || slidingWindow === undefined || slidingWindow >= positions) return mask;
  const group = numAttentionHeads / numKeyValueHeads;
  const places = order?.() ?? { queries: standing, keys: standing };
  return add(mask, maskOfGroups(windowMask(places, slidingWindow), group));
}

/** [rows, 1, length, width]: 0 where a key is fewer than `window` tokens before a query. */
function windowMask({ queries, keys }: TokenOrder, window: number): Value {
  const { graph } = queries;
  const distance = subtract(
    unsqueeze(cast(queries, 'float32'), [1, 3]),
    unsqueeze(cast(keys, 'float32'), [1, 2]),
  );
  return scale(cast(greater(distance, graph.scalar(window - 1)), 'float32'), UNSEEN);
}

/**
 * [tokens, heads · size], or [tokens, heads, size], → [rows, heads, length, size], for given numbers of heads. Rows and length are
 * known only when the graph runs: they are read off the positions [rows, length].
 */
function headLayout(
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
