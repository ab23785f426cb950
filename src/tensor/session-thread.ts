/** What runs on the thread of a {@link ThreadedSession}: one session, and runs of it one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../support/errors.js';
import type { Arrays, ArrayWithShape } from './arrays.js';
import { Session, type SessionModel, type SessionOptions } from './session.js';

/** What the thread is started with. */
export interface SessionThreadData {
  readonly model: SessionModel;
  readonly options: SessionOptions;
}

/** What it answers to inputs. */
export type RunAnswer = { readonly outputs: Arrays } | { readonly error: string };

if (!parentPort) throw new Error('session-thread is the entry of a worker thread');
const port = parentPort;
const { model, options } = workerData as SessionThreadData;
const session = Session.open(model, options);
const copies = new Map<string, Float32Array>();

/** The runtime reads no shared memory: what is shared is copied, into the same buffer each time. */
function own(name: string, array: ArrayWithShape): ArrayWithShape {
  if (!(array.data instanceof Float32Array) || !(array.data.buffer instanceof SharedArrayBuffer))
    return array;
  let copy = copies.get(name);
  if (!copy) copies.set(name, (copy = new Float32Array(array.data.length)));
  copy.set(array.data);
  return { data: copy, shape: array.shape };
}

async function answer(inputs: Arrays): Promise<RunAnswer> {
  try {
    const owned = Object.entries(inputs).map(([name, array]) => [name, own(name, array)]);
    return { outputs: await (await session).run(Object.fromEntries(owned) as Arrays) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

port.on('message', (inputs: Arrays) => {
  void answer(inputs).then((result) => {
    const moved = 'outputs' in result ? Object.values(result.outputs).map(({ data }) => data.buffer) : [];
    port.postMessage(result, moved as ArrayBuffer[]);
  });
});
