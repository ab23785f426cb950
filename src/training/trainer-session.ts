/** Sessions for LoRA training and for scoring: the frozen base read in place, adapter weights as inputs. */
import type { ModelFolder } from '../model/folder.js';
import { loraInputs, loraTensors, type Adapter } from '../model/lora.js';
import { frozenParameters, weightsFolder } from '../model/parameters.js';
import { Graph, type Value } from '../tensor/graph.js';
import { Session } from '../tensor/session.js';
import { buildTrainingGraph, trainingPositions, type LossBuilder } from './graph.js';
import type { AdamWOptions } from './adamw.js';
import { Stepper } from './stepper.js';

export interface LoraTrainerOptions {
  readonly model: ModelFolder;
  /** Changed in place by training. */
  readonly adapter: Adapter;
  readonly loss: LossBuilder;
  /** The longest example, in tokens. */
  readonly longest: number;
  readonly optimizer?: AdamWOptions;
  readonly threads?: number;
}

/** Compiles the training graph of an adapter. */
export async function createLoraStepper(
  options: LoraTrainerOptions,
): Promise<{ session: Session; stepper: Stepper }> {
  const { model, adapter } = options;
  const graph = new Graph();
  const lora = loraInputs(graph, model.config, adapter.config);
  const trained = new Map<string, Value>();
  for (const { a, b } of lora.layers.values()) {
    trained.set(a.name, a);
    trained.set(b.name, b);
  }
  const network = {
    graph,
    config: model.config,
    parameters: frozenParameters(graph, model.weights),
    lora,
    positions: trainingPositions(model.config, options.longest),
  };
  buildTrainingGraph(network, () => trained, options.loss);
  const session = await Session.create(graph, {
    weightsFolder: weightsFolder(model.weights),
    threads: options.threads,
  });
  return { session, stepper: new Stepper(session, loraTensors(adapter), options.optimizer) };
}

/** Compiles a graph that only scores: outputs `logps`. The adapter is fed with each run, if there is one. */
export async function createScorer(
  model: ModelFolder,
  longest: number,
  adapter?: Adapter,
  threads?: number,
): Promise<Session> {
  const graph = new Graph();
  const lora = adapter && loraInputs(graph, model.config, adapter.config);
  const parameters = frozenParameters(graph, model.weights);
  const positions = trainingPositions(model.config, longest);
  buildTrainingGraph({ graph, config: model.config, parameters, lora, positions }, () => new Map());
  return Session.create(graph, { weightsFolder: weightsFolder(model.weights), threads });
}
