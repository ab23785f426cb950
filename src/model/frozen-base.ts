/** A base model whose weights do not change, ready to be built into graphs, in one of several precisions. */
import { InputError } from '../support/errors.js';
import type { RuntimeOptions } from '../tensor/device.js';
import type { Graph } from '../tensor/graph.js';
import { hasExactIntegerProducts } from '../tensor/integer-products.js';
import { narrowActivations } from '../tensor/quantized-products.js';
import type { SessionOptions } from '../tensor/session.js';
import { blockDerivation } from './blocks.js';
import { derivedFile, plannedEntries } from './derived-file.js';
import type { ModelFolder } from './folder.js';
import { INT8 } from './int8.js';
import { floatWeights, type NetworkWeights } from './network-weights.js';
import { frozenParameters, weightsFolder } from './parameters.js';
import { blockWeights, int8Weights } from './quantized-weights.js';
import type { TensorEntry } from './safetensors.js';
import { checkFinite, checkIntactWeights } from './weights.js';

/** Precisions of the base that adapters are trained on. */
export const BASE_DTYPES = ['float32', 'int8'] as const;
export type BaseDtype = (typeof BASE_DTYPES)[number];

/** Precisions of the base that poems are written with. */
export const DECODING_DTYPES = ['float32', 'int8', 'int4'] as const;
export type DecodingDtype = (typeof DECODING_DTYPES)[number];

export interface FrozenBase {
  readonly model: ModelFolder;
  /** Declares the weights in a graph. */
  attach(graph: Graph): NetworkWeights;
  /** What the session of such a graph needs. */
  readonly session: SessionOptions;
}

/** The options of a runtime among those of something larger. */
const pickRuntime = ({ threads, device }: RuntimeOptions): RuntimeOptions => ({ threads, device });

/** Weights read from the checkpoint in place, and turned into floats as a session loads. */
async function floatBase(
  model: ModelFolder,
  prepacking: boolean,
  runtime: RuntimeOptions,
): Promise<FrozenBase> {
  const { config, weights } = model;
  await checkFinite(weights);
  await checkIntactWeights(weights);
  return {
    model,
    attach: (graph) => floatWeights(config, frozenParameters(graph, weights)),
    session: { ...pickRuntime(runtime), weightsFolder: weightsFolder(weights), prepacking },
  };
}

/** Weights read from a derived file, repacked for the integer kernels; the file's own pages are let go. */
async function derivedBase(
  model: ModelFolder,
  entries: ReadonlyMap<string, TensorEntry>,
  runtime: RuntimeOptions,
  attach: (graph: Graph) => NetworkWeights,
): Promise<FrozenBase> {
  await checkIntactWeights(model.weights);
  const session = { ...pickRuntime(runtime), weightsFolder: weightsFolder(entries), prepacking: true };
  return { model, attach, session };
}

/** Prepares a model for training adapters on it, and for scoring. */
export async function freezeBase(
  model: ModelFolder,
  dtype: BaseDtype = 'float32',
  runtime: RuntimeOptions = {},
): Promise<FrozenBase> {
  if (dtype === 'float32') return floatBase(model, false, runtime);
  const { device = 'cpu' } = runtime;
  if (device !== 'cpu') {
    throw new InputError(
      `base_dtype ${dtype} with --device ${device}: products of rounded rows are the processor's alone; expected float32`,
    );
  }
  const entries = await derivedFile(model, INT8);
  const exact = await hasExactIntegerProducts();
  return derivedBase(model, entries, runtime, (graph) => {
    if (!exact) narrowActivations(graph);
    return int8Weights(graph, model.config, entries);
  });
}

/** A base as {@link freezeBase} prepares it, of which only shapes are known: its graphs are looked at, and not run. */
export function outlineBase(model: ModelFolder, dtype: BaseDtype): FrozenBase {
  const entries = dtype === 'float32' ? model.weights : plannedEntries(model, INT8);
  const attach = (graph: Graph): NetworkWeights =>
    dtype === 'float32'
      ? floatWeights(model.config, frozenParameters(graph, entries))
      : int8Weights(graph, model.config, entries);
  return { model, attach, session: {} };
}

/** Prepares a model for decoding. */
export async function freezeForDecoding(
  model: ModelFolder,
  dtype: DecodingDtype = 'float32',
  runtime: RuntimeOptions = {},
): Promise<FrozenBase> {
  if (dtype === 'float32') return floatBase(model, true, runtime);
  const bits = dtype === 'int8' ? 8 : 4;
  const entries = await derivedFile(model, blockDerivation(bits));
  return derivedBase(model, entries, runtime, (graph) => blockWeights(graph, model.config, entries, bits));
}
