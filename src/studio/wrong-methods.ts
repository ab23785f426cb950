/** A path that has routes, asked by a method that none of them answers to: 405, with those that there are (RFC 9110, 15.5.6). */
import type { FastifyInstance, RouteOptions } from 'fastify';
import { StudioError } from './errors.js';

/**
 * Watches the routes that are registered from now on.
 *
 * @returns registers, for each of them, the methods that are left; called when all routes are there. Paths that are files of the page
 *   have none: any path could be one
 */
export function watchMethods(app: FastifyInstance): (last: FastifyInstance) => void {
  const routes = new Map<string, { methods: Set<string>; config: RouteOptions['config'] }>();
  let watching = true;
  app.addHook('onRoute', ({ url, method, config }) => {
    if (!watching || /^\/?\*/u.test(url)) return;
    const known = routes.get(url) ?? { methods: new Set<string>(), config };
    for (const one of [method].flat()) known.methods.add(one);
    routes.set(url, known);
  });
  return (last) => {
    watching = false;
    for (const [url, { methods, config }] of routes) {
      const allowed = [...methods].sort().join(', ');
      const others = app.supportedMethods.filter((method) => !methods.has(method));
      const refuse = (asked: string): StudioError =>
        new StudioError(405, 'invalid_request_error', `${asked}: expected ${allowed}`, {
          headers: { allow: allowed },
        });
      last.route({
        method: others,
        url,
        schema: { hide: true },
        config: { ...config },
        // Before a body is read, which would be refused for what it holds.
        onRequest: async (request) => {
          throw refuse(`${request.method} ${request.url}`);
        },
        handler: async () => undefined,
      });
    }
  };
}
