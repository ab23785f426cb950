/** How a studio ends: what is under way may finish, within a stated time. */
import { setTimeout as after } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Admission } from './admission.js';
import type { Jobs } from './jobs.js';
import type { ModelShelf } from './model-shelf.js';

/** Milliseconds that a studio takes to end, at most. */
export const GRACE = 10_000;

/** The part of that time in which work may finish; in the rest those who wait are told, and memory is freed. */
const FOR_WORK = 0.7;
const FOR_ANSWERS = 0.95;

export interface Ending {
  readonly jobs: Jobs;
  readonly admission: Admission;
  readonly shelf: ModelShelf;
  /** Milliseconds. */
  readonly grace: number;
}

/**
 * Makes closing a studio end within its grace period: requests and jobs finish what they can; then poems are broken off, jobs killed
 * (they go on from their last checkpoint), and connections cut, those whose request never came whole among them.
 */
export function endWithin(app: FastifyInstance, { jobs, admission, shelf, grace }: Ending): void {
  const timers: NodeJS.Timeout[] = [];
  let stopped = Promise.resolve();
  app.addHook('preClose', (done) => {
    stopped = jobs.close(grace * FOR_WORK);
    timers.push(after(() => admission.end(), grace * FOR_WORK));
    timers.push(after(() => app.server.closeAllConnections(), grace * FOR_ANSWERS));
    done();
  });
  app.addHook('onClose', async () => {
    await stopped;
    // A model that is being loaded cannot be told to stop.
    const released = shelf.release();
    await Promise.race([
      released,
      setTimeout(grace * (1 - FOR_ANSWERS) * FOR_WORK, undefined, { ref: false }),
    ]);
    timers.forEach(clearTimeout);
  });
}
