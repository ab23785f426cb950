/** Sessions for LoRA training and for scoring: the frozen base read in place, adapter weights as inputs. */
import type { FrozenBase } from '../model/frozen-base.js';
import { loraInputs, loraTensors, type Adapter } from '../model/lora.js';
import { Graph, type Value } from '../tensor/graph.js';
import { Session } from '../tensor/session.js';
import { Dropout } from './dropout.js';
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
  readonly optimizer?: AdamWOptions;
}

/** Compiles the training graph of an adapter. Dropout is that of the adapter's configuration. */
export async function createLoraStepper(
  options: LoraTrainerOptions,
): Promise<{ session: Session; stepper: Stepper; dropout: Dropout | undefined }> {
  const { base, adapter } = options;
  const { config } = base.model;
  const graph = new Graph();
  const lora = loraInputs(graph, config, adapter.config);
  const trained = new Map<string, Value>();
  for (const pair of lora.layers.values()) {
    for (const value of Object.values(pair) as Value[]) trained.set(value.name, value);
  }
  const weights = base.attach(graph);
  const positions = trainingPositions(config, options.longest);
  const { checkpointing } = options;
  const { loraDropout } = adapter.config;
  const dropout = loraDropout > 0 ? new Dropout(graph, loraDropout) : undefined;
  const adapterInput = dropout?.apply;
  buildTrainingGraph(
    { graph, config, weights, lora, positions, checkpointing, adapterInput },
    () => trained,
    options.loss,
    options.entropy,
  );
  const session = await Session.create(graph, base.session);
  const stepper = new Stepper(session, loraTensors(adapter), options.optimizer);
  return { session, stepper, dropout };
}

/** Compiles a graph that only scores: outputs `logps`. The adapter is fed with each run, if there is one. */
export async function createScorer(base: FrozenBase, longest: number, adapter?: Adapter): Promise<Session> {
  const graph = new Graph();
  const { config } = base.model;
  const lora = adapter && loraInputs(graph, config, adapter.config);
  const weights = base.attach(graph);
  const positions = trainingPositions(config, longest);
  buildTrainingGraph({ graph, config, weights, lora, positions }, () => new Map());
  return Session.create(graph, base.session);
}
