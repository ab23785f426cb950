/** Where a graph's weights come from: frozen in the model's own file, or fed as inputs so that they can be trained. */
import path from 'node:path';
import { InputError } from '../support/errors.js';
import type { Graph, MemoKind, Value } from '../tensor/graph.js';
import { cast } from '../tensor/operators.js';
import type { SafetensorsType, TensorEntry } from './safetensors.js';

/** Gives the weight of a name as a float value of the graph. */
export type Parameters = (name: string, shape: readonly number[]) => Value;

const ELEMENT_TYPE = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I8: 'int8',
  U8: 'uint8',
} as const satisfies Record<SafetensorsType, string>;

/** Weights of a graph that lie in the checkpoint, in the type they are stored in. Two uses of one weight share it. */
const STORED: MemoKind<Value> = { label: 'stored weights' };

/** The folder that the weights of a graph lie in, by their entries. */
const FOLDER: MemoKind<string> = { label: 'folder of the weights' };

/** A weight as an external initialiser that points into the checkpoint: nothing is copied on disk. */
export function storedParameter(
  graph: Graph,
  entries: ReadonlyMap<string, TensorEntry>,
  name: string,
): Value {
  return graph.memo(STORED, name, () => {
    const entry = entries.get(name);
    if (!entry) throw new InputError(`weight ${name} is not in the model`);
    const folder = graph.memo(FOLDER, entries, () => weightsFolder(entries));
    const location = { file: path.relative(folder, entry.file), offset: entry.offset, length: entry.length };
    return graph.external(name, ELEMENT_TYPE[entry.type], entry.shape, location);
  });
}

/** Frozen weights as floats: ONNX Runtime folds the cast once while loading. */
export function frozenParameters(graph: Graph, entries: ReadonlyMap<string, TensorEntry>): Parameters {
  const known = new Map<string, Value>();
  return (name) => {
    const before = known.get(name);
    if (before) return before;
    const value = storedParameter(graph, entries, name);
    const float = value.type === 'float32' ? value : graph.composite(() => cast(value, 'float32'));
    known.set(name, float);
    return float;
  };
}

/** Weights as inputs of the graph, for training all of them. */
export function trainableParameters(graph: Graph): { parameters: Parameters; values: Map<string, Value> } {
  const values = new Map<string, Value>();
  const parameters: Parameters = (name, shape) => {
    const before = values.get(name);
    if (before) return before;
    const value = graph.input(name, 'float32', shape);
    values.set(name, value);
    return value;
  };
  return { parameters, values };
}

/** The innermost folder that holds all of a model's weight files, for a session that reads them in place. */
export function weightsFolder(entries: ReadonlyMap<string, TensorEntry>): string {
  const files = new Set([...entries.values()].map(({ file }) => path.dirname(file)));
  return [...files].reduce((common, next) => {
    while (path.relative(common, next).startsWith('..')) common = path.dirname(common);
    return common;
  });
}
