/** A base model whose weights do not change, ready to be built into graphs: in float32, or in int8. */
import type { Graph } from '../tensor/graph.js';
import type { SessionOptions } from '../tensor/session.js';
import type { ModelFolder } from './folder.js';
import { floatWeights, type NetworkWeights } from './network-weights.js';
import { frozenParameters, weightsFolder } from './parameters.js';
import { quantizedFile } from './quantized-file.js';
import { quantizedWeights } from './quantized-weights.js';
import { checkFinite } from './weights.js';

export const BASE_DTYPES = ['float32', 'int8'] as const;
export type BaseDtype = (typeof BASE_DTYPES)[number];

export interface FrozenBase {
  readonly model: ModelFolder;
  /** Declares the weights in a graph. */
  attach(graph: Graph): NetworkWeights;
  /** What the session of such a graph needs. */
  readonly session: SessionOptions;
}

/** Prepares a model's weights. Float weights are read by each session from the checkpoint, int8 ones from their copy. */
export async function freezeBase(model: ModelFolder, dtype: BaseDtype = 'float32'): Promise<FrozenBase> {
  const { config, weights } = model;
  if (dtype === 'float32') {
    await checkFinite(weights);
    return {
      model,
      attach: (graph) => floatWeights(config, frozenParameters(graph, weights)),
      session: { weightsFolder: weightsFolder(weights) },
    };
  }
  const entries = await quantizedFile(model);
  return {
    model,
    attach: (graph) => quantizedWeights(graph, config, entries),
    // Repacked for the integer kernels, which are a fifth faster for it; the file's own pages are let go.
    session: { weightsFolder: weightsFolder(entries), prepacking: true },
  };
}
