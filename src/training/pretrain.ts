/** Pre-training: every weight of a small model, from nothing, on token sequences. */
import { availableParallelism } from 'node:os';
import { architectureOf } from '../model/architectures/registry.js';
import { floatWeights } from '../model/network-weights.js';
import { trainableParameters } from '../model/parameters.js';
import type { ModelConfig } from '../model/config.js';
import type { FloatTensor } from '../model/safetensors.js';
import { weightShapes } from '../model/weights.js';
import { Random } from '../support/random.js';
import { Graph } from '../tensor/graph.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { SessionPool, shared } from '../tensor/session-pool.js';
import { buildTrainingGraph, trainingPositions } from './graph.js';
import { sftLoss } from './losses.js';
import type { Example, ExampleSource } from './objective.js';
import { SFT_OBJECTIVE } from './objectives/sft.js';
import { treeLength, type TokenTree } from './packing.js';
import type { TokenDocuments } from './documents.js';
import { shareCount } from './shares.js';
import { Stepper } from './stepper.js';
import { ThroughputLog } from './throughput.js';
import { Trainer, type TrainerCallbacks, type TrainerSettings } from './trainer.js';

export interface PretrainOptions extends RuntimeOptions {
  readonly config: ModelConfig;
  /** Documents to learn, each opened by the end-of-text token. */
  readonly documents: TokenDocuments;
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
  /** metrics.jsonl, throughput.jsonl and the checkpoint lie in here. */
  readonly folder: string;
  readonly callbacks?: TrainerCallbacks;
  /** Stops after the step under way; what was done is kept. */
  readonly signal?: AbortSignal;
}

/** Normal(0, 0.02) weights, smaller where they write into the residual stream; gains 1, biases 0. */
export function initialiseWeights(config: ModelConfig, seed: number): Map<string, FloatTensor> {
  const weights = new Map<string, FloatTensor>();
  const { gainOffset = 0 } = architectureOf(config);
  for (const [name, shape] of weightShapes(config)) {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    if (shape.length === 1) {
      const start = name.endsWith('.bias') ? 0 : 1 - gainOffset;
      weights.set(name, { shape, data: new Float32Array(size).fill(start) });
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

/** Each epoch is a shuffle of the documents, cut into steps of about so many tokens. */
class DocumentSource implements ExampleSource<Example> {
  readonly stepsPerEpoch: number;
  private epoch = -1;
  /** Places of the epoch's documents, the next one last. */
  private queue: number[] = [];
  private next = 0;

  constructor(
    private readonly documents: TokenDocuments,
    private readonly seed: number,
    private readonly tokensPerStep: number,
    readonly totalSteps: number,
  ) {
    this.stepsPerEpoch = Math.max(1, documents.size / tokensPerStep);
  }

  ofStep(step: number) {
    if (step < this.next) [this.epoch, this.queue, this.next] = [-1, [], 0];
    while (this.next < step) this.take();
    const examples = this.take().map((tree) => ({ tree }));
    return { examples, places: examples.map((_, index) => index) };
  }

  private take(): TokenTree[] {
    const batch: TokenTree[] = [];
    this.next += 1;
    for (let room = this.tokensPerStep; ;) {
      if (this.queue.length === 0) {
        this.epoch += 1;
        this.queue = Random.for(this.seed, 'epoch', this.epoch).shuffle([
          ...Array(this.documents.length).keys(),
        ]);
      }
      const document = this.documents.at(this.queue[this.queue.length - 1] as number);
      const size = treeLength(document);
      if (size > room && batch.length > 0) return batch;
      this.queue.pop();
      batch.push(document);
      room -= size;
    }
  }
}

/** Documents that are evaluated together. */
const EVALUATED_TOGETHER = 32;

/**
 * Trains; goes on from the checkpoint where there is one.
 *
 * @returns the weights, or undefined if the signal stopped it before the end
 */
export async function pretrain(
  options: PretrainOptions,
): Promise<ReadonlyMap<string, FloatTensor> | undefined> {
  const { rowLength: row_length } = options;
  const runner = createRunner(options, true);
  const scorer = createRunner(options, false);
  const initial = [...initialiseWeights(options.config, options.seed)];
  const weights = new Map(initial.map(([name, tensor]) => [name, shared(tensor)]));
  const stepper = new Stepper(runner, weights, {
    beta1: 0.9,
    beta2: 0.98,
    epsilon: 1e-8,
    weightDecay: options.weightDecay,
  });
  try {
    const trainer = await Trainer.create({
      settings: trainerSettings(options),
      learning: {
        objective: SFT_OBJECTIVE,
        source: new DocumentSource(options.documents, options.seed, options.tokensPerStep, options.steps),
        validation: options.validation.map((tree) => ({ tree })),
      },
      stepper,
      folder: options.folder,
      callbacks: withThroughput(options),
      decays: (name) => (weights.get(name)?.shape.length ?? 0) > 1,
      evaluation: {
        row_length,
        per_device_train_batch_size: EVALUATED_TOGETHER,
        atOnce: scorer.atOnce,
        run: (feeds) => scorer.run({ ...feeds, ...Object.fromEntries(weights) }),
      },
    });
    if (!(await trainer.train(options.signal))) return undefined;
    await trainer.save();
    return weights;
  } finally {
    await runner.release();
    await scorer.release();
  }
}

/** The callbacks of a run, and its throughput written down. */
function withThroughput({ folder, callbacks }: PretrainOptions): TrainerCallbacks {
  const log = new ThroughputLog(folder);
  return {
    ...callbacks,
    onProgress: (progress) => {
      const { step, totalSteps, metrics } = progress;
      if (metrics) log.add(step, metrics.num_tokens, step === totalSteps);
      callbacks?.onProgress?.(progress);
    },
  };
}

function trainerSettings(options: PretrainOptions): TrainerSettings {
  return {
    name: 'pretrain',
    per_device_train_batch_size: Number.MAX_SAFE_INTEGER,
    shares: shareCount(options.tokensPerStep),
    row_length: options.rowLength,
    learning_rate: options.learningRate,
    lr_scheduler_type: 'cosine',
    warmup_ratio: 0,
    warmup_steps: options.warmupSteps,
    max_grad_norm: 1,
    report_to: 'none',
    save_steps: options.saveSteps,
    sample_steps: 0,
    eval_steps: options.evalSteps,
    load_best_model_at_end: false,
    early_stopping_patience: 0,
    seed: options.seed,
  };
}

/** The loss of a batch; with the gradients of all weights, or alone. On the processor as many run at once as a step has shares. */
function createRunner(options: PretrainOptions, gradients: boolean): SessionPool {
  const { config, rowLength, threads = availableParallelism(), device = 'cpu' } = options;
  const graph = new Graph();
  const { parameters, values } = trainableParameters(graph);
  const network = {
    graph,
    config,
    weights: floatWeights(config, parameters),
    positions: trainingPositions(config, rowLength),
  };
  buildTrainingGraph(network, () => (gradients ? values : new Map()), sftLoss);
  const atOnce = device === 'cpu' ? Math.min(threads, shareCount(options.tokensPerStep)) : 1;
  return SessionPool.create(graph, atOnce, { threads, device });
}
