/**
 * Tensors of the base that an adapter trains whole: biases (PEFT's `bias`), embeddings, output and norms (`modules_to_save`). They take the place of the
 * base's own wherever the network reads these.
 */
import { InputError } from '../support/errors.js';
import type { Graph, Value } from '../tensor/graph.js';
import { tokenSoftmax } from '../tensor/neural-operators.js';
import { gemm } from '../tensor/operators.js';
import { gather } from '../tensor/shape-operators.js';
import type { ModelConfig } from './config.js';
import { adaptedProjections, type LoraConfig } from './lora-config.js';
import { EMBEDDING, type NetworkWeights } from './network-weights.js';
import { PROJECTIONS } from './projections.js';
import { weightShapes } from './weights.js';

const OUTPUT = 'lm_head.weight';

/** The modules of a model that can be trained whole, by the names of their tensors. */
function modules(model: ModelConfig): Map<string, string> {
  const named = [...weightShapes(model).keys(), OUTPUT].filter((name) => name.endsWith('.weight'));
  const whole = named.map((name) => [name.slice(0, -'.weight'.length), name] as const);
  return new Map(whole.filter(([module]) => !PROJECTIONS.some((projection) => module.endsWith(projection))));
}

/**
 * The tensors that an adapter trains whole, with their shapes, in a fixed order.
 *
 * @throws InputError for a module that the model has not, or that gets a low-rank adapter
 */
export function wholeTensors(model: ModelConfig, lora: LoraConfig): Map<string, readonly number[]> {
  const shapes = weightShapes(model);
  const table = [model.vocabSize, model.hiddenSize];
  const found = new Map<string, readonly number[]>();
  const known = modules(model);
  for (const wanted of lora.modulesToSave ?? []) {
    // PEFT compares the ends of paths, so that norm is every norm.
    const matching = [...known].filter(([module]) => module.endsWith(wanted));
    if (matching.length === 0) {
      const names = [...new Set([...known.keys()].map((module) => module.split('.').at(-1)))].join(', ');
      throw new InputError(`modules_to_save: found ${wanted}, expected some of ${names}`);
    }
    for (const [, name] of matching) found.set(name, shapes.get(name) ?? table);
  }
  const adapted = new Set(adaptedProjections(model, lora).map(({ path }) => path));
  for (const [name, shape] of shapes) {
    if (!name.endsWith('.bias')) continue;
    const wanted =
      lora.bias === 'all' || (lora.bias === 'lora_only' && adapted.has(name.slice(0, -'.bias'.length)));
    if (wanted) found.set(name, shape);
  }
  return found;
}

/** The name of a graph's input for a tensor that is trained whole. */
export const wholeInputName = (name: string): string => `${name}.whole`;

/** Declares the tensors that an adapter trains whole as inputs of a graph, by their names in the checkpoint. */
export function wholeInputs(graph: Graph, model: ModelConfig, lora: LoraConfig): Map<string, Value> {
  return new Map(
    [...wholeTensors(model, lora)].map(([name, shape]) => [
      name,
      graph.input(wholeInputName(name), 'float32', [...shape]),
    ]),
  );
}

/** The base's weights, those of an adapter's own in their place. */
export function withOwn(
  weights: NetworkWeights,
  own: ReadonlyMap<string, Value> | undefined,
): NetworkWeights {
  if (!own || own.size === 0) return weights;
  const [table, output] = [own.get(EMBEDDING), own.get(OUTPUT)];
  return {
    ...weights,
    vector: (name, size) => own.get(name) ?? weights.vector(name, size),
    embed: (tokenIds) => (table ? gather(table, tokenIds) : weights.embed(tokenIds)),
    logits: (hidden) => (output ? gemm(hidden, output, { transB: true }) : weights.logits(hidden)),
    tokenSoftmax: (hidden, targets) =>
      output ? tokenSoftmax(hidden, output, targets) : weights.tokenSoftmax(hidden, targets),
  };
}
