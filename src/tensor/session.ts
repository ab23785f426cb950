/** Running a graph: an ONNX Runtime session, with plain typed arrays in and out. */
import { messageOf } from '../support/errors.js';
import type { Arrays, ArrayWithShape, TensorData } from './arrays.js';
import { deviceError, requireDevice, type Device, type RuntimeOptions } from './device.js';
import type { Graph } from './graph.js';
import { lower } from './lowering.js';
import { encodeModel } from './onnx.js';
import { apart, stacked, type Stack } from './transfers.js';
import { externalWeights, onnxRuntime, providerOf, type InferenceSession, type Tensor } from './runtime.js';

export interface SessionOptions extends RuntimeOptions {
  /** Folder that holds the files of external initialisers. */
  readonly weightsFolder?: string;
  /** Repack weights for speed; costs their memory twice. Off by default. */
  readonly prepacking?: boolean;
}

function toTensor({ data, shape }: ArrayWithShape): Tensor {
  const { Tensor } = onnxRuntime();
  if (data instanceof Float32Array) return new Tensor('float32', data, shape);
  if (data instanceof Uint8Array) return new Tensor('uint8', data, shape);
  if (data instanceof BigInt64Array) return new Tensor('int64', data, shape);
  return new Tensor('int32', data, shape);
}

/** A graph as the runtime reads it, for one device. Plain data: it may be sent to another thread. */
export interface SessionModel {
  readonly bytes: Uint8Array;
  readonly stackedInputs: readonly Stack[];
  readonly stackedOutputs: readonly Stack[];
}

/** Writes a graph for a device; the processor where none is given. */
export function modelOf(graph: Graph, device: Device = 'cpu'): SessionModel {
  requireDevice(device);
  const lowered = lower(graph, device);
  const { stackedInputs, stackedOutputs } = lowered;
  return { bytes: encodeModel(lowered), stackedInputs, stackedOutputs };
}

/** What runs a graph: inputs by name in, outputs by name out. */
export interface Runner {
  /** Runs that go on side by side; others wait. Where there are several, inputs are read before `run` returns. */
  readonly atOnce: number;
  run(inputs: Arrays): Promise<Arrays>;
  release(): Promise<void>;
}

/** A compiled graph. Free its memory with {@link Session.release}. */
export class Session implements Runner {
  readonly atOnce = 1;

  private constructor(
    private readonly session: InferenceSession,
    private readonly stackedInputs: readonly Stack[],
    private readonly stackedOutputs: readonly Stack[],
  ) {}

  /** Compiles a graph. */
  static async create(graph: Graph, options: SessionOptions = {}): Promise<Session> {
    return Session.open(modelOf(graph, options.device), options);
  }

  /** Compiles what {@link modelOf} wrote for the same device. */
  static async open(model: SessionModel, options: SessionOptions = {}): Promise<Session> {
    // Weights stay out of the arena, which grows by doubling.
    const settings: Record<string, string> = { use_device_allocator_for_initializers: '1' };
    if (!options.prepacking) settings['disable_prepacking'] = '1';
    const external = externalWeights(options.weightsFolder);
    const { device = 'cpu' } = options;
    const session = await onnxRuntime()
      .InferenceSession.create(model.bytes, {
        ...external,
        executionProviders: [providerOf(device)],
        graphOptimizationLevel: 'all',
        // Patterns are kept for every shape that is met: with packed batches, whose shapes vary, they cost time and gigabytes.
        enableMemPattern: false,
        logSeverityLevel: 3,
        ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
        extra: { session: { ...settings, ...(external.extra?.['session'] as object | undefined) } },
      })
      .catch((error: unknown) => {
        if (device === 'cpu') throw error;
        throw deviceError(device, messageOf(error).split('\n')[0] ?? '');
      });
    return new Session(session, model.stackedInputs, model.stackedOutputs);
  }

  /** Runs the graph on its inputs by name; returns its outputs by name. */
  async run(inputs: Arrays): Promise<Record<string, ArrayWithShape>> {
    const feeds: Record<string, Tensor> = {};
    for (const [name, array] of Object.entries(stacked(inputs, this.stackedInputs))) {
      feeds[name] = toTensor(array);
    }
    const outputs: Record<string, ArrayWithShape> = {};
    for (const [name, tensor] of Object.entries(await this.session.run(feeds))) {
      outputs[name] = { data: tensor.data as TensorData, shape: tensor.dims };
    }
    return apart(outputs, this.stackedOutputs);
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
