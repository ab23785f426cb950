/**
 * Where the weights of a new adapter begin, by the names of PEFT's init_lora_weights.
 *
 * OLoRA (arXiv 2406.01775) and PiSSA (arXiv 2404.02948) begin with parts of the base's own weights, which they take out of the base. Here the base stays
 * what it is: the adapter has twice the rank, and its second half, which is never trained, takes the same parts out. So PEFT writes such adapters
 * for a base that is not changed (path_initial_model_for_weight_conversion), and everything that reads adapters reads them.
 */
import { InputError } from '../support/errors.js';
import { Random } from '../support/random.js';
import type { ModelFolder } from './folder.js';
import { initialiseAdapter, loraScaling, type Adapter, type LoraConfig, type LoraPair } from './lora.js';
import { leadingQr, principalParts, type LowRank, type Weight } from './low-rank.js';
import { outputEmbeddingName } from './network-weights.js';
import { readTensor, type FloatTensor } from './safetensors.js';
import { wholeTensors } from './whole-tensors.js';

export const LORA_STARTS = ['gaussian', 'olora', 'pissa'] as const;

/** True for PEFT's own: A uniform, B zero. */
export type LoraStart = true | (typeof LORA_STARTS)[number];

/** Whether an adapter begins with parts of the base, and has a half that takes them out. */
export const isTakenFromBase = (start: LoraStart): boolean => start === 'olora' || start === 'pissa';

/** A new adapter of these settings. @throws InputError where the base lacks a weight, or the rank is more than its size */
export async function newLora(
  model: ModelFolder,
  config: LoraConfig,
  seed: number,
  start: LoraStart,
): Promise<Adapter> {
  return withWholeTensors(await newPairs(model, config, seed, start), model);
}

async function newPairs(
  model: ModelFolder,
  config: LoraConfig,
  seed: number,
  start: LoraStart,
): Promise<Adapter> {
  const plain = initialiseAdapter(model.config, config, seed);
  if (start === true) return plain;
  if (start === 'gaussian')
    return { config, layers: mapPairs(plain, (pair, name) => gaussian(pair, name, seed)) };
  const layers = new Map<string, LoraPair<FloatTensor>>();
  for (const [name, { a, b }] of plain.layers) {
    const weight = await weightOf(model, name, b.shape[0] ?? 0, a.shape[1] ?? 0);
    if (config.r > Math.min(weight.out, weight.in)) {
      const most = Math.min(weight.out, weight.in);
      throw new InputError(
        `r: found ${config.r}, expected at most ${most} with init_lora_weights ${start}: ${name}`,
      );
    }
    const parts =
      start === 'olora'
        ? leadingQr(weight, config.r)
        : scaled(principalParts(weight, config.r, seed), 1 / Math.sqrt(loraScaling(config)));
    layers.set(name, withOpposite(parts, config.r, weight));
  }
  return { config: startConfig(config, start), layers };
}

/** The adapter with the base's own tensors where it trains them whole. */
async function withWholeTensors(adapter: Adapter, model: ModelFolder): Promise<Adapter> {
  const whole = new Map<string, FloatTensor>();
  for (const [name, shape] of wholeTensors(model.config, adapter.config)) {
    const entry = model.weights.get(name) ?? model.weights.get(outputEmbeddingName(model.config));
    if (!entry) throw new InputError(`${model.folder}: tensor ${name} is missing`);
    whole.set(name, { shape, data: Float32Array.from(await readTensor(entry)) });
  }
  return whole.size === 0 ? adapter : { ...adapter, whole };
}

/** The configuration that a new adapter gets: where it begins with parts of the base, twice the rank, which scales what it adds as before. */
export function startConfig(config: LoraConfig, start: LoraStart): LoraConfig {
  if (!isTakenFromBase(start)) return config;
  return { ...config, r: 2 * config.r, loraAlpha: config.loraAlpha * (config.useRslora ? Math.SQRT2 : 2) };
}

function mapPairs(
  { layers }: Adapter,
  change: (pair: LoraPair<FloatTensor>, name: string) => LoraPair<FloatTensor>,
): Map<string, LoraPair<FloatTensor>> {
  return new Map([...layers].map(([name, pair]) => [name, change(pair, name)]));
}

/** A normal with the standard deviation 1/r. */
function gaussian({ a, b }: LoraPair<FloatTensor>, name: string, seed: number): LoraPair<FloatTensor> {
  const random = Random.for(seed, 'lora', name);
  const [r = 1] = a.shape;
  return { a: { shape: a.shape, data: a.data.map(() => random.normal() / r) }, b };
}

async function weightOf(model: ModelFolder, name: string, out: number, inner: number): Promise<Weight> {
  const entry = model.weights.get(`${name}.weight`);
  if (!entry) throw new InputError(`${model.folder}: tensor ${name}.weight is missing`);
  return { data: await readTensor(entry), out, in: inner };
}

const scaled = ({ left, right }: LowRank, factor: number): LowRank => ({
  left: left.map((value) => value * factor),
  right: right.map((value) => value * factor),
});

/** A with the parts twice, B with them and with their opposite. */
function withOpposite(
  { left, right }: LowRank,
  r: number,
  { out, in: inner }: Weight,
): LoraPair<FloatTensor> {
  const a = new Float32Array(2 * r * inner);
  a.set(right);
  a.set(right, r * inner);
  const b = new Float32Array(2 * r * out);
  for (let row = 0; row < out; row += 1) {
    const part = left.subarray(row * r, (row + 1) * r);
    b.set(part, row * 2 * r);
    b.set(
      part.map((value) => -value),
      row * 2 * r + r,
    );
  }
  return { a: { shape: [2 * r, inner], data: a }, b: { shape: [out, 2 * r], data: b } };
}

/** Sets the gradient of the half that is not trained to zero. @param name of the input: A [2r, in], B [out, 2r], or what has no halves */
export function keepOpposite(
  gradient: Float32Array,
  [rows = 0, columns = 0]: readonly number[],
  name: string,
): void {
  if (name.endsWith('.lora_A')) gradient.fill(0, (rows / 2) * columns);
  if (!name.endsWith('.lora_B')) return;
  for (let row = 0; row < rows; row += 1) gradient.fill(0, row * columns + columns / 2, (row + 1) * columns);
}
