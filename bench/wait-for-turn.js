/** Loaded before a command by bench/by-turns.ts: what the command prints is sent with the processor time used so far, and then it waits. */
import { readSync, writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  console.log = (line) => {
    const { user, system } = process.cpuUsage();
    writeSync(1, `${JSON.stringify({ line, cpu: (user + system) / 1e6 })}\n`);
    while (!goesOn()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  };
}

/** Whether the byte that ends the wait is there; the input of a process may be one that does not block. */
function goesOn() {
  try {
    readSync(0, new Uint8Array(1));
    return true;
  } catch (error) {
    if (error.code === 'EAGAIN') return false;
    throw error;
  }
}
