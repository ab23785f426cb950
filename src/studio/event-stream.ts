/** Server-sent events: answers that grow. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeError, StudioError } from './errors.js';

/** Nobody reads this answer; nginx’s number for it keeps it out of the log of errors. */
const GONE = new StudioError(499, 'client_closed_request', 'the caller has gone');

/** A signal that is set when the caller goes away before the answer is whole. */
export function callerSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) controller.abort(GONE);
  });
  if (request.raw.socket.destroyed) controller.abort(GONE);
  return controller.signal;
}

/** One event. Data is JSON, so it holds no line break. */
export type Send = (data: unknown, event?: string) => void;

/** Every so many milliseconds a comment keeps the connection alive through proxies. */
const HEARTBEAT = 15_000;

/**
 * Answers with events. The answer begins when `work` sends its first event: what it throws before is an ordinary error.
 *
 * @param last data that closes the stream, where the protocol has such (OpenAI's `[DONE]`)
 */
export async function streamEvents(
  reply: FastifyReply,
  work: (send: Send) => Promise<void>,
  last?: string,
): Promise<FastifyReply> {
  const stream = new Readable({ read: () => undefined });
  const push = (text: string): void => {
    if (!stream.destroyed) stream.push(text);
  };
  const heartbeat = setInterval(() => push(': \n\n'), HEARTBEAT);
  const { promise: begun, resolve: begin, reject: refuse } = withResolvers();
  let started = false;
  const send: Send = (data, event) => {
    push(`${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`);
    started = true;
    begin();
  };
  work(send)
    .catch((error: unknown) => (started ? send(describeError(error).body, 'error') : refuse(error)))
    .finally(() => {
      clearInterval(heartbeat);
      if (last !== undefined) push(`data: ${last}\n\n`);
      if (!stream.destroyed) stream.push(null);
      begin();
    });
  await begun;
  return reply.type('text/event-stream').header('cache-control', 'no-store').send(stream);
}

/** `Promise.withResolvers`, which Node.js 20 lacks. */
function withResolvers(): {
  promise: Promise<void>;
  resolve: () => void;
  reject: (reason: unknown) => void;
} {
  let resolve = (): void => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<void>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  return { promise, resolve, reject };
}
