/** Sessions side by side: in a browser one, whose threads are the runtime's. */
import type { Arrays } from '../tensor/arrays.js';
import type { Graph } from '../tensor/graph.js';
import { Session, type Runner, type SessionOptions } from '../tensor/session.js';

export class SessionPool implements Runner {
  readonly atOnce = 1;

  private constructor(private readonly session: Promise<Session>) {}

  static create(graph: Graph, _size: number, options: SessionOptions = {}): SessionPool {
    const session = Session.create(graph, options);
    // The first run says what is wrong, if anything is.
    session.catch(() => undefined);
    return new SessionPool(session);
  }

  async run(inputs: Arrays): Promise<Arrays> {
    return (await this.session).run(inputs);
  }

  async release(): Promise<void> {
    await (await this.session).release();
  }
}
