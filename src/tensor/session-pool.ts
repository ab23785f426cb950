/**
 * Sessions of one graph, each on a thread of its own, that run at once. Two runs side by side share nothing but memory, where two
 * threads of one run wait for each other after every operator.
 */
import { Worker } from 'node:worker_threads';
import { InputError } from '../support/errors.js';
import type { Arrays, ArrayWithShape } from './arrays.js';
import type { Graph } from './graph.js';
import type { RunAnswer, SessionThreadData } from './session-thread.js';
import { modelOf, type Runner, type SessionOptions } from './session.js';

/** The entry of the threads. From source (tests, benchmarks) it is compiled as it is imported. */
function startThread(workerData: SessionThreadData): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./session-thread.js', import.meta.url), { workerData });
  }
  const entry = JSON.stringify(new URL('./session-thread.ts', import.meta.url).href);
  // Resolved here: the thread's own script stands in the folder that the process was started in.
  const compiler = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const script = `import(${compiler}).then(({ tsImport }) => tsImport(${entry}, ${entry}))`;
  return new Worker(script, { workerData, eval: true });
}

interface Waiting {
  readonly resolve: (outputs: Arrays) => void;
  readonly reject: (error: Error) => void;
}

/** A session on a thread of its own. Runs asked for while one is under way wait their turn. */
class SessionThread {
  private readonly worker: Worker;
  private readonly waiting: Waiting[] = [];
  private ended: Error | undefined;

  constructor(data: SessionThreadData) {
    this.worker = startThread(data);
    // A thread that nobody waits for keeps no process from its end.
    this.worker.unref();
    this.worker.on('message', (answer: RunAnswer) => {
      const next = this.waiting.shift();
      if (this.waiting.length === 0) this.worker.unref();
      if ('outputs' in answer) next?.resolve(answer.outputs);
      else next?.reject(answer.isInputError ? new InputError(answer.error) : new Error(answer.error));
    });
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('the thread of a session ended')));
  }

  run(inputs: Arrays): Promise<Arrays> {
    if (this.ended) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.worker.ref();
      this.worker.postMessage(inputs);
    });
  }

  async release(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

export class SessionPool implements Runner {
  private next = 0;

  get atOnce(): number {
    return this.threads.length;
  }

  private constructor(private readonly threads: readonly SessionThread[]) {}

  /**
   * @param size how many sessions
   * @param options those of each; `threads` are divided among them
   */
  static create(graph: Graph, size: number, options: SessionOptions = {}): SessionPool {
    const model = modelOf(graph, options.device);
    const threads = Math.max(1, Math.floor((options.threads ?? size) / size));
    const data = { model, options: { ...options, threads } };
    return new SessionPool(Array.from({ length: size }, () => new SessionThread(data)));
  }

  /** Runs on the session whose turn it is. Inputs in shared memory are read when that run starts, others now. */
  run(inputs: Arrays): Promise<Arrays> {
    const thread = this.threads[this.next] as SessionThread;
    this.next = (this.next + 1) % this.threads.length;
    return thread.run(inputs);
  }

  async release(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.release()));
  }
}

/** Copies in memory that threads share. */
export function shared<T extends ArrayWithShape<Float32Array>>({
  data,
  shape,
}: T): ArrayWithShape<Float32Array> {
  const copy = new Float32Array(new SharedArrayBuffer(data.byteLength));
  copy.set(data);
  return { data: copy, shape };
}
