/** What the studio answers when it cannot do what it is asked, in the shape that OpenAI's clients read. */
import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify';
import { InputError, messageOf, oneLine } from '../support/errors.js';
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

export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, body, retryAfter } = describeError(error);
  if (status === 500) request.log.error(error);
  if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
  void reply.code(status).send(body);
}

/** A request that its schema refuses, in one line that names the key. */
export function describeValidation(errors: readonly FastifySchemaValidationError[], where: string): Error {
  const [first] = errors;
  const key = (first?.instancePath ?? '').slice(1).replaceAll('/', '.') || where;
  const allowed = first?.params['allowedValues'];
  if (first?.keyword === 'boolean') return new InputError(`${key}: unknown key`);
  if (Array.isArray(allowed)) return new InputError(`${key}: expected one of ${allowed.join(', ')}`);
  return new InputError(`${key}: ${first?.message ?? 'not as expected'}`);
}
