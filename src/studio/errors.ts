/** What the studio answers when it cannot do what it is asked, in the shape that OpenAI's clients read. */
import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { InputError, messageOf, oneLine } from '../support/errors.js';
import { problemOf } from '../support/schema.js';
import { ContextLengthError } from '../writing/poet.js';

/** A refusal with its HTTP status. */
export class StudioError extends Error {
  override readonly name = 'StudioError';

  /** @param retryAfter seconds after which to ask again */
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

export interface ErrorBody {
  readonly error: { readonly message: string; readonly type: string; readonly code: number | string };
}

/** What went wrong as status and body. Only mistakes of ours are not told in full. */
export function describeError(error: unknown): { status: number; body: ErrorBody; retryAfter?: number } {
  const answer = (status: number, type: string, message: string): { status: number; body: ErrorBody } => ({
    status,
    body: { error: { message: oneLine(message), type, code: status } },
  });
  if (error instanceof StudioError) {
    return { ...answer(error.status, error.type, error.message), retryAfter: error.retryAfter };
  }
  if (error instanceof ContextLengthError) {
    const { status, body } = answer(400, 'invalid_request_error', error.message);
    return { status, body: { error: { ...body.error, code: 'context_length_exceeded' } } };
  }
  if (error instanceof InputError) return answer(400, 'invalid_request_error', error.message);
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return answer(
      504,
      'timeout_error',
      'the time for one request is over: ask for less, or allow more (--time-limit)',
    );
  }
  const status = (error as Partial<FastifyError>).statusCode;
  if (status !== undefined && status < 500) return answer(status, 'invalid_request_error', messageOf(error));
  return answer(500, 'server_error', 'something went wrong here: the studio’s own output says more');
}

/** Answers with an error in the shape that OpenAI's clients read; what is a fault of ours goes to the log. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, body, retryAfter } = describeError(error);
  if (status === 500) request.log.error(error);
  if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
  void reply.code(status).send(body);
}

/** Checks requests by their schemas: a refusal is the sentence that the command line and the library say. What a URL holds is text, and read as what its schema has. */
export const requestValidator: FastifySchemaCompiler<TSchema> =
  ({ schema, httpPart }) =>
  (given: unknown) => {
    const value: unknown = httpPart === 'body' ? given : Value.Convert(schema, given);
    const problem = problemOf(schema, value);
    return problem === undefined ? { value } : { error: new InputError(problem) };
  };
