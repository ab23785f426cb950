/** What the studio answers when it cannot do what it is asked, in the shape that OpenAI's clients read. */
import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { InputError, messageOf, oneLine } from '../support/errors.js';
import { problemOf } from '../support/schema.js';
import { ContextLengthError } from '../writing/poet.js';

/** What a refusal says beside its message. */
export interface ErrorDetails {
  /** The key of the request that is refused. */
  readonly param?: string;
  /** What programs tell errors by; the status where absent. */
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal with its HTTP status. */
export class StudioError extends Error {
  override readonly name = 'StudioError';

  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }
}

export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: number | string;
  };
}

interface Described {
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers?: ErrorDetails['headers'];
}

/** What went wrong as status and body. Only mistakes of ours are not told in full. */
export function describeError(error: unknown): Described {
  const answer = (status: number, type: string, message: string, details: ErrorDetails = {}): Described => {
    const { param = null, code = status, headers } = details;
    return { status, body: { error: { message: oneLine(message), type, param, code } }, headers };
  };
  if (error instanceof StudioError) return answer(error.status, error.type, error.message, error.details);
  if (error instanceof ContextLengthError) {
    const details = { param: 'messages', code: 'context_length_exceeded' };
    return answer(400, 'invalid_request_error', error.message, details);
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
  const { status, body, headers = {} } = describeError(error);
  if (status === 500) request.log.error(error);
  void reply.code(status).headers(headers).send(body);
}

/** Checks requests by their schemas: a refusal is the sentence that the command line and the library say. What a URL holds is text, and read as what its schema has. */
export const requestValidator: FastifySchemaCompiler<TSchema> =
  ({ schema, httpPart }) =>
  (given: unknown) => {
    const value: unknown = httpPart === 'body' ? given : Value.Convert(schema, given);
    const problem = problemOf(schema, value);
    if (problem === undefined) return { value };
    // A problem begins with the key where it has one.
    const [, param] = /^([^\s:]+): /u.exec(problem) ?? [];
    return { error: new StudioError(400, 'invalid_request_error', problem, { param }) };
  };
