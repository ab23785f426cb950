/** Memory that a stage takes, told before it is begun. */
import os from 'node:os';
import type { ModelConfig } from '../model/config.js';
import type { ModelFolder } from '../model/folder.js';
import { outlineBase } from '../model/frozen-base.js';
import { adaptedProjections, type LoraConfig } from '../model/lora.js';
import { startConfig } from '../model/lora-start.js';
import { wholeTensors } from '../model/whole-tensors.js';
import { weightShapes } from '../model/weights.js';
import { InputError } from '../support/errors.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { graphMemory } from '../tensor/peak-memory.js';
import { sftLoss } from '../training/losses.js';
import { stepCost, type BatchSize, type StageOutlook } from '../training/outlook.js';
import type { StageRecipe } from '../training/recipe.js';
import { loraConfig } from '../training/train-stage.js';
import { loraTrainingGraph, sessionsAtOnce } from '../training/trainer-session.js';

const GIGABYTE = 2 ** 30;
/** Bytes of an adapter's weight in float32, of its gradient, and of Adam's two moments. */
const BYTES_A_TRAINED_WEIGHT = 16;
/** Of the adapter that is the reference, and of the gradients that the last run handed out. */
const BYTES_A_COPIED_WEIGHT = 8;
const BYTES_A_FROZEN_WEIGHT = { float32: 4, int8: 1 } as const;

/** Bytes of an int8 base's weight: it is there for both directions. */
const BYTES_AN_INTEGER_WEIGHT = 2;

/**
 * Measured (bench/memory.ts), as the rest is not: what Node.js and the runtime take without a model, what a node of a session takes, and how
 * much more the runtime's arena takes than the values that are in it. With checkpointing values of many lifetimes lie in it by turns.
 */
const PROCESS = 200e6;
const NODE = 15e3;
const ARENA = { float32: 1.06, int8: 1.2, checkpointing: 2 } as const;

/** Bytes that this machine has, or that the process may have of it (cgroup). */
export function machineMemory(): number {
  // Zero, or more than there is, where nothing limits it.
  return Math.min(os.totalmem(), process.constrainedMemory() || Infinity);
}

/** Bytes that the base and the adapter of a stage take alone, with what Adam keeps; activations, which depend on the data, come on top. */
export function leastMemory(stage: StageRecipe, model: ModelConfig): { base: number; adapter: number } {
  return {
    base: frozenWeights(model) * BYTES_A_FROZEN_WEIGHT[stage.base_dtype],
    adapter: trainedWeights(stage, model) * BYTES_A_TRAINED_WEIGHT,
  };
}

const frozenWeights = (model: ModelConfig): number =>
  sum([...weightShapes(model).values()].map((shape) => shape.reduce((a, b) => a * b, 1)));

/** The adapter that a stage trains: a new one may have twice the rank asked for. */
const adapterConfig = (stage: StageRecipe): LoraConfig =>
  stage.adapter_from === null ? startConfig(loraConfig(stage), stage.init_lora_weights) : loraConfig(stage);

function trainedWeights(stage: StageRecipe, model: ModelConfig): number {
  const config = adapterConfig(stage);
  const whole = [...wholeTensors(model, config).values()].map((shape) => shape.reduce((a, b) => a * b, 1));
  return sum([...adaptedProjections(model, config).map((one) => config.r * (one.in + one.out)), ...whole]);
}

/**
 * Refuses a stage that no luck makes fit.
 *
 * @param memory bytes that there are
 * @throws InputError with what it needs, what there is, and what to change
 */
export function requireMemory(stage: StageRecipe, model: ModelConfig, memory = machineMemory()): void {
  const { base, adapter } = leastMemory(stage, model);
  if (base + adapter <= memory) return;
  const [needed, there, ofBase, ofAdapter] = [base + adapter, memory, base, adapter].map(gigabytes);
  const change =
    adapter > base ? 'a smaller r, or fewer target_modules' : 'base_dtype: int8, or a smaller model';
  throw new InputError(
    `${stage.name}: needs ${needed} GB of memory at least (base ${ofBase}, adapter with r ${stage.r} ${ofAdapter}), found ${there} GB, expected ${change}`,
  );
}

/** What a stage takes, in bytes, when it takes most. */
export interface StageMemory {
  /** The program, its sessions, and the examples. */
  readonly program: number;
  readonly base: number;
  /** The adapter, its gradient, the optimiser, and the reference. */
  readonly adapter: number;
  /** What a micro-batch makes; of the largest one. */
  readonly batch: number;
  /** Of stages that write answers of their own: the base once more, laid out for decoding, and the keys and values. */
  readonly sampling: number;
  readonly total: number;
  /** The largest micro-batch. */
  readonly largest: BatchSize;
}

/** The memory of a stage whose micro-batches are known. On a device other than the processor it is the memory beside it that is told. */
export function stageMemory(
  stage: StageRecipe,
  model: ModelFolder,
  { looked }: Pick<StageOutlook, 'looked'>,
  longest: number,
  runtime: RuntimeOptions = {},
): StageMemory {
  const { config } = model;
  const { graph } = loraTrainingGraph({
    base: outlineBase(model, stage.base_dtype),
    adapter: { config: adapterConfig(stage) },
    ...{
      longest,
      loss: sftLoss,
      entropy: stage.type === 'grpo',
      checkpointing: stage.gradient_checkpointing,
    },
  });
  const arena = stage.gradient_checkpointing ? ARENA.checkpointing : ARENA[stage.base_dtype];
  const trained = trainedWeights(stage, config);
  const ofBatch = ({ rows, length, losses }: BatchSize): number => {
    const { inputs, peak } = graphMemory(graph, { rows, length, losses, tokens: rows * length });
    return inputs - trained * 4 + peak * arena;
  };
  const sizes = candidates(looked).map((size) => ({ size, bytes: ofBatch(size) }));
  const largest = sizes.reduce((most, one) => (one.bytes > most.bytes ? one : most));
  const sessions = sessionsAtOnce(config, stage.gradient_accumulation_steps, runtime);
  const parts = {
    program: PROCESS + sessions * graph.nodes.length * NODE,
    base:
      sessions *
      frozenWeights(config) *
      (stage.base_dtype === 'int8' ? BYTES_AN_INTEGER_WEIGHT : BYTES_A_FROZEN_WEIGHT.float32),
    adapter: trained * (BYTES_A_TRAINED_WEIGHT + BYTES_A_COPIED_WEIGHT),
    batch: sessions * largest.bytes,
    sampling: samplingMemory(stage, config),
  };
  return { ...parts, largest: largest.size, total: sum(Object.values(parts)) };
}

/** The shortest and the longest rows, the most tokens, the most loss: one of these takes most. */
function candidates(looked: readonly (readonly BatchSize[])[]): BatchSize[] {
  const all = looked.flat();
  const most = (measure: (size: BatchSize) => number): BatchSize[] =>
    all
      .slice(0, 1)
      .map((first) => all.reduce((best, one) => (measure(one) > measure(best) ? one : best), first));
  return [
    ...most((size) => stepCost([size])),
    ...most(({ rows, length }) => rows * length),
    ...most(({ losses }) => losses),
  ];
}

/** Answers that are decoded together. */
const DECODED_TOGETHER = 64;
/** A decoder's weights lie in memory as they are and repacked. */
const BYTES_A_DECODING_WEIGHT = 8;

/** What writing answers takes: the base laid out for decoding, keys and values, and the session that scores answers where one is kept. */
function samplingMemory(stage: StageRecipe, config: ModelConfig): number {
  const decoder = frozenWeights(config) * BYTES_A_DECODING_WEIGHT;
  if (stage.type !== 'grpo' && stage.type !== 'iterative_dpo') return stage.sample_steps > 0 ? decoder : 0;
  const scores = stage.type === 'iterative_dpo' || stage.beta > 0 || stage.num_iterations > 1;
  const scorer = scores ? frozenWeights(config) * BYTES_A_FROZEN_WEIGHT[stage.base_dtype] : 0;
  const tokens = stage.type === 'grpo' ? stage.max_length + stage.max_completion_length : stage.max_length;
  const perToken = config.numHiddenLayers * config.numKeyValueHeads * config.headDim * 2 * 4;
  const together = Math.min(DECODED_TOGETHER, answersOf(stage));
  return decoder + scorer + together * (tokens * perToken + config.vocabSize * 4);
}

const answersOf = (stage: Extract<StageRecipe, { type: 'grpo' | 'iterative_dpo' }>): number =>
  stage.type === 'grpo'
    ? stage.per_device_train_batch_size * stage.gradient_accumulation_steps
    : stage.prompts_per_round * stage.num_generations;

/**
 * Refuses a stage that clearly does not fit: one that takes a tenth more than there is.
 *
 * @param memory bytes that there are
 * @throws InputError with what it takes, what there is, and what to change
 */
export function requireRoom(stage: StageRecipe, needed: StageMemory, memory = machineMemory()): void {
  if (needed.total <= 1.1 * memory) return;
  const { rows, length } = needed.largest;
  const shares = [
    `base ${gigabytes(needed.base)}`,
    `adapter with r ${stage.r} ${gigabytes(needed.adapter)}`,
    `a micro-batch of ${rows} × ${length} tokens ${gigabytes(needed.batch)}`,
    ...(needed.sampling > 0 ? [`sampling ${gigabytes(needed.sampling)}`] : []),
  ].join(', ');
  throw new InputError(
    `${stage.name}: needs about ${gigabytes(needed.total)} GB of memory (${shares}), found ${gigabytes(memory)} GB, expected ${changes(stage, needed)}`,
  );
}

/** What to change first, where it takes most. */
function changes(stage: StageRecipe, { base, adapter, batch, sampling }: StageMemory): string {
  const most = Math.max(base, adapter, batch, sampling);
  if (most === adapter) return 'a smaller r, or fewer target_modules';
  if (most === batch) {
    return [
      ...(stage.per_device_train_batch_size > 1
        ? [`a per_device_train_batch_size below ${stage.per_device_train_batch_size}`]
        : []),
      `a max_length below ${stage.max_length}`,
      ...(stage.gradient_checkpointing ? [] : ['gradient_checkpointing: true']),
    ].join(', or ');
  }
  return most === base && stage.base_dtype === 'float32'
    ? 'base_dtype: int8, or a smaller model'
    : 'a smaller model';
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const gigabytes = (bytes: number): string => (bytes / GIGABYTE).toFixed(1);
