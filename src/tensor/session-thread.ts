/** What runs on a thread of a session pool: one session, and runs of it one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { InputError, messageOf } from '../support/errors.js';
import type { Arrays, ArrayWithShape } from './arrays.js';
import { Session, type SessionModel, type SessionOptions } from './session.js';

/** What the thread is started with. */
export interface SessionThreadData {
  readonly model: SessionModel;
  readonly options: SessionOptions;
}

/** What it answers to inputs; of an error whether it is the user's. */
export type RunAnswer =
  { readonly outputs: Arrays } | { readonly error: string; readonly isInputError: boolean };

if (!parentPort) throw new Error('session-thread is the entry of a worker thread');
const port = parentPort;
const { model, options } = workerData as SessionThreadData;
const session = Session.open(model, options);
// The first run says what is wrong, if anything is.
session.catch(() => undefined);
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
    return { error: messageOf(error), isInputError: error instanceof InputError };
  }
}

port.on('message', (inputs: Arrays) => {
  void answer(inputs).then((result) => {
    const outputs = 'outputs' in result ? Object.values(result.outputs) : [];
    // Outputs that crossed from a device as one are parts of one buffer.
    const buffers = new Set(outputs.map(({ data }) => data.buffer as ArrayBuffer));
    port.postMessage(result, [...buffers]);
  });
});
