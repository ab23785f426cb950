/** Pre-training: every weight of a small model, from nothing, on token sequences. */
import { floatWeights } from '../model/network-weights.js';
import { trainableParameters } from '../model/parameters.js';
import type { ModelConfig } from '../model/config.js';
import type { FloatTensor } from '../model/safetensors.js';
import { weightShapes } from '../model/weights.js';
import { Random } from '../support/random.js';
import { Graph } from '../tensor/graph.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { floats } from '../tensor/arrays.js';
import { Session } from '../tensor/session.js';
import { restoreCheckpoint, saveCheckpoint } from './checkpoint.js';
import { batchFeeds, buildTrainingGraph, trainingPositions } from './graph.js';
import { lossTerms, sftFeeds, sftLoss } from './losses.js';
import { packTrees, treeLength, type TokenTree } from './packing.js';
import { learningRateAt } from './schedule.js';
import { Stepper } from './stepper.js';

export interface PretrainOptions extends RuntimeOptions {
  readonly config: ModelConfig;
  /** Documents to learn, each opened by the end-of-text token as its prompt. */
  readonly documents: readonly TokenTree[];
  /** Documents never trained on. */
  readonly validation: readonly TokenTree[];
  readonly steps: number;
  readonly tokensPerStep: number;
  readonly rowLength: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly seed: number;
  readonly evalSteps: number;
  readonly saveSteps: number;
  readonly checkpointFile: string;
  readonly onStep: (metrics: PretrainMetrics) => void | Promise<void>;
}

export interface PretrainMetrics {
  readonly step: number;
  readonly loss?: number;
  readonly grad_norm?: number;
  readonly learning_rate?: number;
  readonly tokens_per_second?: number;
  /** Mean loss a token on the validation documents. */
  readonly eval_loss?: number;
}

/** Normal(0, 0.02) weights, smaller where they write into the residual stream; gains 1. */
export function initialiseWeights(config: ModelConfig, seed: number): Map<string, FloatTensor> {
  const weights = new Map<string, FloatTensor>();
  for (const [name, shape] of weightShapes(config)) {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    if (shape.length === 1) {
      weights.set(name, { shape, data: new Float32Array(size).fill(1) });
      continue;
    }
    const random = Random.for(seed, 'weights', name);
    const residual = /o_proj|down_proj/.test(name);
    const deviation = residual ? 0.02 / Math.sqrt(2 * config.numHiddenLayers) : 0.02;
    weights.set(name, {
      shape,
      data: Float32Array.from({ length: size }, () => random.normal() * deviation),
    });
  }
  return weights;
}

/** The documents of step `step`: the order is a shuffle of each epoch, cut into steps of about `tokens` tokens. */
class DocumentOrder {
  private epoch = -1;
  private queue: TokenTree[] = [];

  constructor(
    private readonly documents: readonly TokenTree[],
    private readonly seed: number,
  ) {}

  next(tokens: number): TokenTree[] {
    const batch: TokenTree[] = [];
    for (let room = tokens; ;) {
      if (this.queue.length === 0) {
        this.epoch += 1;
        this.queue = Random.for(this.seed, 'epoch', this.epoch).shuffle(this.documents);
      }
      const document = this.queue[this.queue.length - 1] as TokenTree;
      const size = treeLength(document);
      if (size > room && batch.length > 0) return batch;
      this.queue.pop();
      batch.push(document);
      room -= size;
    }
  }
}

/** Trains; returns the weights. Goes on from the checkpoint where there is one. */
export async function pretrain(options: PretrainOptions): Promise<ReadonlyMap<string, FloatTensor>> {
  const { config } = options;
  const session = await createSession(options, true);
  const scorer = await createSession(options, false);
  const weights = initialiseWeights(config, options.seed);
  const stepper = new Stepper(session, weights, {
    beta1: 0.9,
    beta2: 0.98,
    epsilon: 1e-8,
    weightDecay: options.weightDecay,
  });
  const progress = await restoreCheckpoint(options.checkpointFile, stepper);
  const order = new DocumentOrder(options.documents, options.seed);
  const done = progress?.step ?? 0;
  for (let step = 0; step < done; step += 1) order.next(options.tokensPerStep);

  const isMatrix = (name: string): boolean => (weights.get(name)?.shape.length ?? 0) > 1;
  for (let step = done; step < options.steps; step += 1) {
    const started = performance.now();
    const batch = packTrees(order.next(options.tokensPerStep), options.rowLength);
    const outputs = await stepper.accumulate({
      ...batchFeeds(batch),
      ...sftFeeds(batch, lossTerms(batch)),
    });
    const learningRate = learningRateAt(
      {
        type: 'cosine',
        learningRate: options.learningRate,
        warmupSteps: options.warmupSteps,
        totalSteps: options.steps,
      },
      step,
    );
    const norm = stepper.update(learningRate, 1, isMatrix);
    await options.onStep({
      step: step + 1,
      loss: floats(outputs, 'loss')[0],
      grad_norm: norm,
      learning_rate: learningRate,
      tokens_per_second: batch.tokens / ((performance.now() - started) / 1000),
    });
    const last = step + 1 === options.steps;
    if (last || (step + 1) % options.evalSteps === 0) {
      await options.onStep({ step: step + 1, eval_loss: await evaluate(scorer, weights, options) });
    }
    if (last || (step + 1) % options.saveSteps === 0) {
      await saveCheckpoint(options.checkpointFile, stepper, { step: step + 1, metricLines: 0 });
    }
  }
  await session.release();
  await scorer.release();
  return weights;
}

/** The loss of a batch; with the gradients of all weights, or alone. */
async function createSession(options: PretrainOptions, gradients: boolean): Promise<Session> {
  const { config, rowLength, threads, device } = options;
  const graph = new Graph();
  const { parameters, values } = trainableParameters(graph);
  const network = {
    graph,
    config,
    weights: floatWeights(config, parameters),
    positions: trainingPositions(config, rowLength),
  };
  buildTrainingGraph(network, () => (gradients ? values : new Map()), sftLoss);
  return Session.create(graph, { threads, device });
}

/** Mean loss a token over the validation documents. */
async function evaluate(
  scorer: Session,
  weights: ReadonlyMap<string, FloatTensor>,
  options: PretrainOptions,
): Promise<number> {
  let sum = 0;
  let count = 0;
  const size = 32;
  for (let start = 0; start < options.validation.length; start += size) {
    const batch = packTrees(options.validation.slice(start, start + size), options.rowLength);
    const feeds = { ...batchFeeds(batch), ...sftFeeds(batch, 1), ...Object.fromEntries(weights) };
    sum += floats(await scorer.run(feeds), 'loss')[0] ?? NaN;
    count += lossTerms(batch);
  }
  return sum / count;
}
