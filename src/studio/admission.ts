/** How much the studio takes on: a stated number of poems under way or waiting, and a stated time for each request. */
import { StudioError } from './errors.js';

export interface AdmissionOptions {
  /** Poems (candidates included) under way or waiting; who asks for more is told to come again. */
  readonly depth: number;
  /** Milliseconds that one request may take, waiting included. */
  readonly timeLimit: number;
}

/** How fast a new time changes the mean. */
const SMOOTHING = 0.2;

export class Admission {
  private pending = 0;
  /** Set when the studio ends before its work does. */
  private readonly closing = new AbortController();
  /** Milliseconds that a poem has taken lately, in the batch that it was written in. */
  private perPoem = 250;

  constructor(readonly options: AdmissionOptions) {}

  /** Poems under way or waiting. */
  get load(): number {
    return this.pending;
  }

  /** Ends the work under way, and what would come: those who asked are told so. */
  end(): void {
    this.closing.abort(new StudioError(503, 'server_error', 'the studio is ending'));
  }

  /**
   * Does work for so many poems, with a signal that is set when the caller has gone or the time is over.
   *
   * @throws StudioError 429 where there is no room, with the seconds after which there should be
   */
  async run<T>(poems: number, caller: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { depth, timeLimit } = this.options;
    if (poems > depth) {
      throw new StudioError(
        400,
        'invalid_request_error',
        `${poems} poems at once: expected at most ${depth}`,
      );
    }
    if (this.pending + poems > depth) {
      const wait = Math.max(1, Math.ceil((this.pending * this.perPoem) / 2000));
      const message = `${this.pending} poems are under way, the queue holds ${depth}: come again in ${wait} s`;
      throw new StudioError(429, 'rate_limit_error', message, { headers: { 'retry-after': String(wait) } });
    }
    this.pending += poems;
    const started = performance.now();
    const load = this.pending;
    // Not AbortSignal.any with AbortSignal.timeout: Node.js 20 may collect that timeout before it fires.
    const controller = new AbortController();
    const leave = (): void => controller.abort(caller.reason);
    const end = (): void => controller.abort(this.closing.signal.reason);
    if (caller.aborted) leave();
    if (this.closing.signal.aborted) end();
    caller.addEventListener('abort', leave, { once: true });
    this.closing.signal.addEventListener('abort', end, { once: true });
    const timer = setTimeout(
      () => controller.abort(new DOMException('time limit', 'TimeoutError')),
      timeLimit,
    );
    try {
      const answer = await work(controller.signal);
      const took = (performance.now() - started) / load;
      this.perPoem += SMOOTHING * (took - this.perPoem);
      return answer;
    } finally {
      clearTimeout(timer);
      caller.removeEventListener('abort', leave);
      this.closing.signal.removeEventListener('abort', end);
      this.pending -= poems;
    }
  }
}
