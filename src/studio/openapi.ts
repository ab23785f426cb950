/** The OpenAPI document: what every route takes, and every status that it answers. */
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { ErrorSchema } from './schemas.js';

export interface InterfaceOptions {
  readonly version: string;
  readonly token?: string;
}

/** What goes wrong, by status: the same words wherever it does. */
const REFUSALS = {
  400: 'what was asked cannot be done: the message names the key, what was found and what was expected',
  401: 'the studio’s token is missing or another',
  403: 'another site’s page, or what only the studio’s owner may',
  404: 'there is none of this name',
  409: 'not in the state that this needs',
  413: 'more bytes than a request may have',
  415: 'expected application/json',
  429: 'too much is under way: retry-after says when to come again',
  500: 'a fault of the studio, which its own output tells',
  503: 'the studio is ending',
  504: 'the time for one request is over',
  507: 'the file of votes is full',
} as const;
type Refusal = keyof typeof REFUSALS;

/** The refusals of a route, for its schema. */
export function refusals(...statuses: readonly Refusal[]): Record<number, TSchema> {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      Type.Object(ErrorSchema.properties, { description: REFUSALS[status] }),
    ]),
  );
}

/** The refusals of a route that has a model write. */
export const WRITING = [404, 429, 503, 504] as const satisfies readonly Refusal[];

/** An answer of another kind than JSON. */
export const contentOf = (description: string, types: Readonly<Record<string, TSchema>>) => ({
  description,
  content: Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, { schema }])),
});

/** Server-sent events. */
export const EVENTS = {
  'text/event-stream': Type.Object({
    event: Type.Optional(Type.String()),
    data: Type.String({ description: 'JSON' }),
  }),
};

/** The refusals that a route has for what it is: of who asks, and of how it is asked. */
function commonRefusals(
  { method, schema }: RouteOptions,
  { token }: InterfaceOptions,
): Record<number, TSchema> {
  const hasBody = method === 'POST';
  const isChecked = hasBody || (schema?.querystring ?? schema?.params) !== undefined;
  return refusals(
    ...(isChecked ? [400 as const] : []),
    ...(token === undefined ? [] : [401 as const]),
    403,
    ...(hasBody ? [413 as const, 415 as const] : []),
    500,
  );
}

/** Describes the routes that are registered from now on, in /openapi.json's words. */
export async function describeRoutes(app: FastifyInstance, options: InterfaceOptions): Promise<void> {
  app.addHook('onRoute', (route) => {
    if (route.schema === undefined || route.schema.hide) return;
    const own = route.schema.response as Record<number, unknown> | undefined;
    route.schema = { ...route.schema, response: { ...commonRefusals(route, options), ...own } };
  });
  await app.register(swagger, { openapi: documentHead(options), transform: nameWildcard });
}

/** The rest of a path has a name in the document, which the router has not. */
const nameWildcard: FastifyDynamicSwaggerOptions['transform'] = ({ schema, url }) =>
  url.endsWith('*')
    ? { url: url.replace('*', ':model'), schema: { ...schema, params: WILDCARD } }
    : { url, schema };
const WILDCARD = Type.Object({ model: Type.String({ description: 'an id, which may be a path' }) });

function documentHead({ version, token }: InterfaceOptions) {
  const scheme = { bearer: { type: 'http' as const, scheme: 'bearer' } };
  return {
    openapi: '3.1.0',
    info: { title: '诗人 shiren studio', version, description: 'Tang poems over HTTP.' },
    tags: [
      { name: 'openai', description: 'As OpenAI’s: any client of theirs works' },
      { name: 'studio', description: 'What the page uses' },
    ],
    ...(token === undefined ? {} : { components: { securitySchemes: scheme }, security: [{ bearer: [] }] }),
  };
}
