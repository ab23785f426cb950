/** Low-rank adapters (LoRA, arXiv 2106.09685) in PEFT's format: configuration, weights, and their place in a graph. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../support/errors.js';
import { isRecord, readJson, writeJson } from '../support/files.js';
import { Random } from '../support/random.js';
import type { Graph, Value } from '../tensor/graph.js';
import type { ModelConfig } from './config.js';
import { adaptedProjections, loraScaling, type LoraConfig } from './lora-config.js';
import { wholeInputName, wholeInputs, wholeTensors } from './whole-tensors.js';
import { readSafetensors, writeSafetensors, type FloatTensor } from './safetensors.js';
import {
  patternProblem,
  PROJECTIONS,
  projectionPath,
  type Projection,
  type TargetModules,
} from './projections.js';

export { adaptedProjections, loraScaling, type LoraConfig } from './lora-config.js';

/** A [r, in] and B [out, r] of one projection; with DoRA the lengths [out] of its rows. */
export interface LoraPair<T> {
  readonly a: T;
  readonly b: T;
  readonly magnitude?: T;
}

/** An adapter in memory, by projection path (`model.layers.0.self_attn.q_proj`). */
export interface Adapter {
  readonly config: LoraConfig;
  readonly layers: ReadonlyMap<string, LoraPair<FloatTensor>>;
  /** Tensors of the base that are trained whole, by their names in the checkpoint. */
  readonly whole?: ReadonlyMap<string, FloatTensor>;
}

/** An adapter inside a graph. */
export interface LoraValues {
  /** lora_alpha / r */
  readonly scaling: number;
  readonly layers: ReadonlyMap<string, LoraPair<Value>>;
  /** What takes the place of the base's own tensors. */
  readonly whole: ReadonlyMap<string, Value>;
}

/** A new adapter as PEFT makes one: A uniform within ±1/√in (Kaiming with a = √5), B zero. */
export function initialiseAdapter(model: ModelConfig, config: LoraConfig, seed: number): Adapter {
  const absent = config.layersToTransform?.find((layer) => layer >= model.numHiddenLayers);
  if (absent !== undefined) {
    throw new InputError(
      `layers_to_transform: the model has no layer ${absent}, expected 0 to ${model.numHiddenLayers - 1}`,
    );
  }
  const adapted = adaptedProjections(model, config);
  if (adapted.length === 0) {
    throw new InputError(
      `target_modules: ${JSON.stringify(config.targetModules)} matches no linear layer, expected paths as ${projectionPath(0, 'q_proj')}`,
    );
  }
  const layers = new Map<string, LoraPair<FloatTensor>>();
  for (const { path: name, out, in: inner } of adapted) {
    const random = Random.for(seed, 'lora', name);
    const bound = 1 / Math.sqrt(inner);
    const a = Float32Array.from({ length: config.r * inner }, () => (2 * random.next() - 1) * bound);
    layers.set(name, {
      a: { shape: [config.r, inner], data: a },
      b: { shape: [out, config.r], data: new Float32Array(out * config.r) },
    });
  }
  return { config, layers };
}

type LoraPart = 'A' | 'B' | 'magnitude_vector';

/** Names of the adapter's graph inputs. */
function loraInputName(projection: string, part: LoraPart): string {
  return `${projection}.lora_${part}`;
}

/** Declares an adapter's weights as inputs of a graph. */
export function loraInputs(graph: Graph, model: ModelConfig, config: LoraConfig): LoraValues {
  const layers = new Map<string, LoraPair<Value>>();
  for (const { path: name, out, in: inner } of adaptedProjections(model, config)) {
    layers.set(name, {
      a: graph.input(loraInputName(name, 'A'), 'float32', [config.r, inner]),
      b: graph.input(loraInputName(name, 'B'), 'float32', [out, config.r]),
      ...(config.useDora
        ? { magnitude: graph.input(loraInputName(name, 'magnitude_vector'), 'float32', [out]) }
        : {}),
    });
  }
  return { scaling: loraScaling(config), layers, whole: wholeInputs(graph, model, config) };
}

/** The adapter's weights by graph input name: what to feed, and what to train. */
export function loraTensors(adapter: Adapter): Map<string, FloatTensor> {
  const tensors = new Map<string, FloatTensor>();
  for (const [name, { a, b, magnitude }] of adapter.layers) {
    tensors.set(loraInputName(name, 'A'), a);
    tensors.set(loraInputName(name, 'B'), b);
    if (magnitude) tensors.set(loraInputName(name, 'magnitude_vector'), magnitude);
  }
  for (const [name, tensor] of adapter.whole ?? []) tensors.set(wholeInputName(name), tensor);
  return tensors;
}

/** A copy that training may change without changing the original. */
export function copyAdapter(adapter: Adapter): Adapter {
  const copy = ({ shape, data }: FloatTensor): FloatTensor => ({ shape, data: data.slice() });
  const layers = new Map(
    [...adapter.layers].map(([name, { a, b, magnitude }]) => [
      name,
      { a: copy(a), b: copy(b), ...(magnitude ? { magnitude: copy(magnitude) } : {}) },
    ]),
  );
  const { config, whole } = adapter;
  if (!whole) return { config, layers };
  return { config, layers, whole: new Map([...whole].map(([name, tensor]) => [name, copy(tensor)])) };
}

/** PEFT's names of tensors that are trained whole: biases stand in the layer that was adapted. */
function wholePeftNames(name: string): string[] {
  const inner = name.replace(/\.bias$/u, '.base_layer.bias');
  return [`base_model.model.${inner}`, `base_model.model.${name}`];
}

const peftName = (projection: string, part: LoraPart): string =>
  `base_model.model.${projection}.lora_${part}${part === 'magnitude_vector' ? '' : '.weight'}`;

/** Writes `adapter_config.json` and `adapter_model.safetensors` as PEFT names and reads them. */
export async function saveAdapter(folder: string, adapter: Adapter, base: string | null): Promise<void> {
  const tensors = new Map<string, FloatTensor>();
  for (const [name, { a, b, magnitude }] of adapter.layers) {
    tensors.set(peftName(name, 'A'), a);
    tensors.set(peftName(name, 'B'), b);
    if (magnitude) tensors.set(peftName(name, 'magnitude_vector'), magnitude);
  }
  for (const [name, tensor] of adapter.whole ?? []) {
    const [inner = name, outer = name] = wholePeftNames(name);
    tensors.set(adapter.layers.has(name.replace(/\.bias$/u, '')) ? inner : outer, tensor);
  }
  await writeSafetensors(path.join(folder, 'adapter_model.safetensors'), tensors);
  await writeJson(path.join(folder, 'adapter_config.json'), {
    base_model_name_or_path: base,
    bias: adapter.config.bias ?? 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    layers_to_transform: adapter.config.layersToTransform ?? null,
    lora_alpha: adapter.config.loraAlpha,
    lora_dropout: adapter.config.loraDropout,
    modules_to_save: adapter.config.modulesToSave ?? null,
    peft_type: 'LORA',
    r: adapter.config.r,
    target_modules: adapter.config.targetModules,
    task_type: 'CAUSAL_LM',
    use_dora: adapter.config.useDora ?? false,
    use_rslora: adapter.config.useRslora ?? false,
  });
}

/** Reads a PEFT adapter folder. @throws InputError if it is not a LoRA that fits the model */
export async function loadAdapter(folder: string, model: ModelConfig): Promise<Adapter> {
  const file = path.join(folder, 'adapter_config.json');
  if (!existsSync(file))
    throw new InputError(`${folder}: not an adapter folder, adapter_config.json is missing`);
  const config = parseAdapterConfig(await readJson(file), file);
  const weights = path.join(folder, 'adapter_model.safetensors');
  const tensors = await readSafetensors(weights);
  const take = (name: string, shape: readonly number[]): FloatTensor => {
    const tensor = tensors.get(name);
    if (!tensor) throw new InputError(`${weights}: tensor ${name} is missing`);
    if (tensor.shape.join() !== shape.join()) {
      const expected = shape.join(', ');
      throw new InputError(
        `${weights}: tensor ${name}: shape [${tensor.shape.join(', ')}], expected [${expected}]`,
      );
    }
    return tensor;
  };
  const layers = new Map<string, LoraPair<FloatTensor>>();
  for (const { path: name, out, in: inner } of adaptedProjections(model, config)) {
    layers.set(name, {
      a: take(peftName(name, 'A'), [config.r, inner]),
      b: take(peftName(name, 'B'), [out, config.r]),
      ...(config.useDora ? { magnitude: take(peftName(name, 'magnitude_vector'), [out]) } : {}),
    });
  }
  const whole = new Map<string, FloatTensor>();
  for (const [name, shape] of wholeTensors(model, config)) {
    const [inner = name, outer = name] = wholePeftNames(name);
    whole.set(name, take(tensors.has(inner) ? inner : outer, shape));
  }
  return whole.size === 0 ? { config, layers } : { config, layers, whole };
}

function isTargetModules(value: unknown): value is TargetModules {
  if (typeof value === 'string') return patternProblem(value) === undefined;
  return Array.isArray(value) && value.every((item) => PROJECTIONS.includes(item as Projection));
}

function parseAdapterConfig(json: unknown, file: string): LoraConfig {
  if (!isRecord(json)) throw new InputError(`${file}: expected an object`);
  if (json['peft_type'] !== 'LORA') {
    throw new InputError(`${file}: peft_type is ${JSON.stringify(json['peft_type'])}, expected "LORA"`);
  }
  if (json['lora_bias'] === true) throw new InputError(`${file}: lora_bias is true, expected false`);
  const { r, lora_alpha: loraAlpha, lora_dropout: loraDropout = 0, target_modules: targets } = json;
  if (typeof r !== 'number' || typeof loraAlpha !== 'number' || typeof loraDropout !== 'number') {
    throw new InputError(`${file}: r, lora_alpha and lora_dropout must be numbers`);
  }
  if (!isTargetModules(targets)) {
    throw new InputError(
      `${file}: target_modules is ${JSON.stringify(targets)}, expected some of ${PROJECTIONS.join(', ')}, or a regular expression`,
    );
  }
  const { bias = 'none', modules_to_save: modules } = json;
  if (bias !== 'none' && bias !== 'all' && bias !== 'lora_only') {
    throw new InputError(`${file}: bias is ${JSON.stringify(bias)}, expected none, all or lora_only`);
  }
  const isList = Array.isArray(modules) && modules.every((item) => typeof item === 'string');
  if (!isList && (modules ?? null) !== null) {
    throw new InputError(`${file}: modules_to_save is ${JSON.stringify(modules)}, expected a list of names`);
  }
  const layers = json['layers_to_transform'] ?? undefined;
  const single = typeof layers === 'number' ? [layers] : layers;
  if (single !== undefined && !(Array.isArray(single) && single.every((item) => Number.isInteger(item)))) {
    throw new InputError(
      `${file}: layers_to_transform is ${JSON.stringify(layers)}, expected a list of layer numbers`,
    );
  }
  return {
    r,
    loraAlpha,
    loraDropout,
    targetModules: targets,
    ...(single === undefined ? {} : { layersToTransform: single as number[] }),
    ...(json['use_rslora'] === true ? { useRslora: true } : {}),
    ...(json['use_dora'] === true ? { useDora: true } : {}),
    ...(bias === 'none' ? {} : { bias }),
    ...(isList && modules.length > 0 ? { modulesToSave: modules } : {}),
  };
}
