/**
 * A network for decoding: new tokens read against a key-value cache. The cache is only read; what is to be added to it is an output, so that a
 * run costs what is new and not what is kept.
 */
import type { Value } from '../tensor/graph.js';
import { emit } from '../tensor/emit.js';
import { logSumExp } from '../tensor/operators.js';
import { concat, gather, range, shapeOf, slice, unsqueeze } from '../tensor/shape-operators.js';
import { decoder, type NetworkOptions } from './network.js';

export const CACHE_PARTS = ['key', 'value'] as const;
export type CachePart = (typeof CACHE_PARTS)[number];

/** The name of a layer's part of the key-value cache. */
export function cacheName(layer: number, part: CachePart): string {
  return `cache.${layer}.${part}`;
}

/**
 * Builds a decoding graph for B sequences and T new tokens each, `tokens` = B · T.
 *
 * Inputs: `token_ids` int64 [tokens], `positions` int64 [B, T], the cache float [B, kv_heads, capacity, head_dim] for each layer and
 * part, `mask` float [B, 1, group · T, capacity + T] (0 where a token sees another, a large negative number where not; once for each
 * query head of a group), `widths` int64 [2] (capacity and T), `logit_rows` int64 [W] (which tokens want logits).
 *
 * Outputs: `logits` [W, vocabulary], `log_sum_exp` [W], `added` [layers · 2 · B, kv_heads, T, head_dim]: keys, then values of each layer.
 */
export function buildDecodingGraph(options: NetworkOptions): void {
  const { graph, config } = options;
  const tokenIds = graph.input('token_ids', 'int64', ['tokens']);
  const positions = graph.input('positions', 'int64', ['rows', 'length']);
  const mask = graph.input('mask', 'float32', ['rows', 1, 'group*length', 'width']);
  const widths = graph.input('widths', 'int64', [2]);
  const logitRows = graph.input('logit_rows', 'int64', ['wanted']);
  const added: Value[] = [];
  const hidden = decoder(options, tokenIds, {
    positions,
    mask,
    widths,
    order: () => ({ queries: positions, keys: keyPositions(positions, widths) }),
    remember(layer, fresh) {
      added.push(fresh.key, fresh.value);
      return [{ key: cacheInput(options, layer, 'key'), value: cacheInput(options, layer, 'value') }, fresh];
    },
  });
  const logits = options.weights.logits(gather(hidden, logitRows));
  graph.output('logits', logits);
  graph.output('log_sum_exp', logSumExp(logits, [1], false));
  graph.output('added', concat(added, 0, `${2 * config.numHiddenLayers}*rows`));
}

/** Where what may be seen stands: a cached token at the place that it has in the cache, then the new ones. */
function keyPositions(positions: Value, widths: Value): Value {
  const { graph } = positions;
  const capacity = slice(widths, 0, 0, 1);
  const cached = unsqueeze(range(graph.integers([0]), capacity, 'capacity'), [0]);
  const size = concat([slice(shapeOf(positions), 0, 0, 1), capacity], 0, 2);
  const shape = ['rows', 'capacity'];
  const places = emit('Expand', { graph, inputs: [cached, size], shape, type: 'int64' });
  return concat([places, positions], 1, 'width');
}

function cacheInput({ graph, config }: NetworkOptions, layer: number, part: CachePart): Value {
  const shape = ['rows', config.numKeyValueHeads, 'capacity', config.headDim] as const;
  return graph.input(cacheName(layer, part), 'float32', shape);
}
