/** Sessions for LoRA training and for scoring: the frozen base read in place, adapter weights as inputs. */
import { availableParallelism } from 'node:os';
import type { ModelConfig } from '../model/config.js';
import type { FrozenBase } from '../model/frozen-base.js';
import { keepOpposite } from '../model/lora-start.js';
import { loraInputs, loraTensors, type Adapter } from '../model/lora.js';
import { weightShapes } from '../model/weights.js';
import { withOwn } from '../model/whole-tensors.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { Graph, type Value } from '../tensor/graph.js';
import { Session, type Runner } from '../tensor/session.js';
import { SessionPool } from '../tensor/session-pool.js';
import { Dropout } from './dropout.js';
import { EmbeddingNoise, type Noise } from './noise.js';
import { buildTrainingGraph, trainingPositions, type LossBuilder } from './graph.js';
import type { AdamWOptions } from './adamw.js';
import { Stepper } from './stepper.js';

export interface LoraTrainerOptions {
  readonly base: FrozenBase;
  /** Changed in place by training. */
  readonly adapter: Adapter;
  readonly loss: LossBuilder;
  /** Whether the graph gives the entropy of each prediction too. */
  readonly entropy?: boolean;
  /** The longest example, in tokens. */
  readonly longest: number;
  readonly checkpointing?: boolean;
  /** Micro-batches of a step: those of a small base run side by side. 1 where absent. */
  readonly microBatches?: number;
  readonly optimizer?: AdamWOptions;
  /** Whether the second half of the adapter's rank takes parts out of the base, and stays. */
  readonly hasOpposite?: boolean;
  /** NEFTune's alpha; no noise where 0 or absent. */
  readonly noise?: number;
}

/** Parameters of a base that each of several sessions may have for itself: 128 MB of floats. */
const SMALL_BASE = 32e6;

/** How many micro-batches of a step run side by side: those of a small base on the processor, as far as there are threads. */
export function sessionsAtOnce(config: ModelConfig, microBatches: number, runtime: RuntimeOptions): number {
  const { threads = availableParallelism(), device = 'cpu' } = runtime;
  const sizes = [...weightShapes(config).values()].map((shape) => shape.reduce((a, b) => a * b, 1));
  const isSmall = sizes.reduce((sum, size) => sum + size, 0) <= SMALL_BASE;
  return device === 'cpu' && isSmall ? Math.min(threads, microBatches) : 1;
}

/** A session, or several that run micro-batches side by side. */
function createRunner(graph: Graph, base: FrozenBase, microBatches: number): Promise<Runner> {
  const { threads = availableParallelism() } = base.session;
  const atOnce = sessionsAtOnce(base.model.config, microBatches, base.session);
  if (atOnce === 1) return Session.create(graph, base.session);
  return Promise.resolve(SessionPool.create(graph, atOnce, { ...base.session, threads }));
}

/** The training graph of an adapter, and what it is fed at random. Dropout is that of the adapter's configuration. */
export function loraTrainingGraph({
  base,
  adapter,
  longest,
  checkpointing,
  noise: alpha,
  loss,
  entropy,
}: Omit<LoraTrainerOptions, 'adapter'> & { readonly adapter: Pick<Adapter, 'config'> }): {
  graph: Graph;
  noise: Noise | undefined;
} {
  const { config } = base.model;
  const graph = new Graph();
  const lora = loraInputs(graph, config, adapter.config);
  const trained = new Map<string, Value>();
  for (const pair of lora.layers.values()) {
    for (const value of Object.values(pair) as Value[]) trained.set(value.name, value);
  }
  for (const value of lora.whole.values()) trained.set(value.name, value);
  const weights = withOwn(base.attach(graph), lora.whole);
  const positions = trainingPositions(config, longest);
  const { loraDropout } = adapter.config;
  const dropout = loraDropout > 0 ? new Dropout(graph, loraDropout) : undefined;
  const adapterInput = dropout?.apply;
  const neftune = alpha ? new EmbeddingNoise(graph, alpha, config.hiddenSize) : undefined;
  const embeddingInput = neftune?.apply;
  buildTrainingGraph(
    { graph, config, weights, lora, positions, checkpointing, adapterInput, embeddingInput },
    () => trained,
    loss,
    entropy,
  );
  const noise: Noise | undefined = (dropout ?? neftune) && {
    feeds: (batch, random) => ({
      ...dropout?.feeds(batch.rows * batch.length, random),
      ...neftune?.feeds(batch, random),
    }),
  };
  return { graph, noise };
}

/** Compiles the training graph of an adapter. */
export async function createLoraStepper(
  options: LoraTrainerOptions,
): Promise<{ session: Runner; stepper: Stepper; noise: Noise | undefined }> {
  const { graph, noise } = loraTrainingGraph(options);
  const session = await createRunner(graph, options.base, options.microBatches ?? 1);
  const tensors = loraTensors(options.adapter);
  const keep = options.hasOpposite
    ? (name: string, gradient: Float32Array): void =>
        keepOpposite(gradient, tensors.get(name)?.shape ?? [], name)
    : undefined;
  const stepper = new Stepper(session, tensors, options.optimizer, keep);
  return { session, stepper, noise };
}

/** Compiles a graph that only scores: outputs `logps`. The adapter is fed with each run, if there is one. */
export async function createScorer(base: FrozenBase, longest: number, adapter?: Adapter): Promise<Session> {
  const graph = new Graph();
  const { config } = base.model;
  const lora = adapter && loraInputs(graph, config, adapter.config);
  const weights = withOwn(base.attach(graph), lora?.whole);
  const positions = trainingPositions(config, longest);
  buildTrainingGraph({ graph, config, weights, lora, positions }, () => new Map());
  return Session.create(graph, base.session);
}
