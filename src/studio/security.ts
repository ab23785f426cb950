/** Who may ask: programs and pages of this machine, or whoever has the token; never another site's page. */
import { timingSafeEqual, createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InputError } from '../support/errors.js';
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

/** Whether an address is reached from this machine only. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}

/** Whether those who reach the studio may start work on its machine, and read its runs: only its owner may. */
export function isOwnerOnly({ host, token }: SecurityOptions): boolean {
  return isLoopback(host) || token !== undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route answers without the token; a route that does not say so does not. */
    isPublic?: boolean;
  }
}

/** The configuration of a route that answers without the token. */
export const PUBLIC = { config: { isPublic: true } } as const;

/** Answers to names of this machine only, and to pages of other sites only where they are allowed. */
export function guardOrigins(app: FastifyInstance, options: SecurityOptions): void {
  app.addHook('onRequest', async (request) => {
    requireKnownHost(request, options);
    requireOwnPage(request, options);
  });
}

/**
 * Asks for the token, also where no route was matched. Who may ask is decided by the route that was matched, never by how its path
 * was written.
 *
 * @throws InputError for a token that anybody, or nobody, could send
 */
export function guardRoutes(app: FastifyInstance, { token }: SecurityOptions): void {
  if (token !== undefined && !/^\S+$/u.test(token)) {
    throw new InputError('--token (SHIREN_TOKEN): expected a text without spaces, found spaces or nothing');
  }
  app.addHook('onRequest', async (request) => {
    if (!request.routeOptions.config?.isPublic) requireToken(request, token);
  });
}

/** Makes the routes that are registered in a scope, by whatever plugin, answer without the token. */
export function openRoutes(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, isPublic: true };
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
  const sent = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  if (!timingSafeEqual(digest(sent), digest(token))) {
    throw new StudioError(
      401,
      'authentication_error',
      'expected the studio’s token as Authorization: Bearer …',
    );
  }
}
