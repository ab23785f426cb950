/** Who may ask: programs and pages of this machine, or whoever has the token; never another site's page. */
import { timingSafeEqual, createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { StudioError } from './errors.js';

export interface SecurityOptions {
  /** The address that the studio listens on. */
  readonly host: string;
  /** Asked for by every route but the page's own files, where it is set. */
  readonly token?: string;
  /** Origins of other sites whose pages may ask. */
  readonly allowedOrigins: readonly string[];
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}

/** Whether those who reach the studio may start work on its machine, and read its runs: only its owner may. */
export function isOwnerOnly({ host, token }: SecurityOptions): boolean {
  return isLoopback(host) || token !== undefined;
}

/** Paths of the interface; all others are files of the page. */
const INTERFACE = /^\/(?:api|v1)\//;

export function guard(app: FastifyInstance, options: SecurityOptions): void {
  app.addHook('onRequest', async (request) => {
    requireKnownHost(request, options);
    requireOwnPage(request, options);
    if (INTERFACE.test(request.url) && request.method !== 'OPTIONS') requireToken(request, options.token);
  });
}

/** A name of another site that was pointed at this machine (DNS rebinding) is not answered. */
function requireKnownHost({ hostname }: FastifyRequest, { host }: SecurityOptions): void {
  if (!isLoopback(host) || isLoopback(hostname)) return;
  throw new StudioError(403, 'permission_error', `host ${hostname}: expected localhost`);
}

/** Browsers say which page a request comes from; those of other sites are answered only where it was allowed. */
function requireOwnPage(
  { headers, protocol, host }: FastifyRequest,
  { allowedOrigins }: SecurityOptions,
): void {
  const { origin } = headers;
  if (origin === undefined || origin === `${protocol}://${host}` || allowedOrigins.includes(origin)) return;
  throw new StudioError(403, 'permission_error', `origin ${origin}: not allowed (--allow-origin)`);
}

/** Both are hashed, so that the comparison takes as long whatever was sent. */
function requireToken({ headers }: FastifyRequest, token: string | undefined): void {
  if (token === undefined) return;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const sent = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  if (!timingSafeEqual(digest(sent), digest(token))) {
    throw new StudioError(
      401,
      'authentication_error',
      'expected the studio’s token as Authorization: Bearer …',
    );
  }
}
