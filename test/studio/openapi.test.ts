/** The document of the interface, held against what the studio answers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, startStudio, type TestStudio } from '../studio.js';

interface Operation {
  readonly responses: Readonly<Record<string, { content?: Record<string, unknown>; description: string }>>;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

describe('the document', () => {
  let studio: TestStudio;
  let paths: Record<string, Record<string, Operation>>;
  beforeAll(async () => {
    studio = await startStudio({ token: 'poem' });
    const document = await fetch(`${studio.address}/openapi.json`);
    ({ paths } = (await document.json()) as { paths: typeof paths });
  });
  afterAll(() => studio.app.close());

  const authorization = { authorization: 'Bearer poem' };
  const ask = (method: string, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${studio.address}${path.replace(/\{\w+\}/gu, 'x')}`, {
      ...init,
      method: method.toUpperCase(),
      headers: { ...authorization, ...init.headers },
    });

  it('says one answer of success of every route, and what it is', () => {
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { responses }] of Object.entries(methods)) {
        const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
        expect(good.length, `${method} ${path}`).toBe(1);
        for (const { description } of Object.values(responses))
          expect(description).not.toBe('Default Response');
      }
    }
  });

  it('names the parameters of every path', () => {
    for (const [path, methods] of Object.entries(paths)) {
      const named = [...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(methods)) {
        expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(named);
      }
    }
    expect(Object.keys(paths)).toContain('/v1/models/{model}');
  });

  it.each<[string, RequestInit]>([
    ['nothing', {}],
    ['no token', { headers: { authorization: '' } }],
    ['another site’s page', { headers: { origin: 'https://evil.example' } }],
    ['a body of another kind', { body: 'x', headers: { 'content-type': 'application/xml' } }],
    ['a body that is not JSON', { body: '{', headers: { 'content-type': 'application/json' } }],
    [
      'a body that is too large',
      { body: 'x'.repeat(2 ** 21), headers: { 'content-type': 'application/json' } },
    ],
    ['a body of the wrong shape', { body: '[[]]', headers: { 'content-type': 'application/json' } }],
  ])('has the status that every route answers to %s', async (_, init) => {
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { responses }] of Object.entries(methods)) {
        if (method === 'get' && init.body !== undefined) continue;
        const answer = await ask(method, path, init);
        await answer.body?.cancel();
        expect(Object.keys(responses), `${method} ${path}`).toContain(String(answer.status));
      }
    }
  });

  it('has all the methods of a path: any other is told them', async () => {
    for (const [path, methods] of Object.entries(paths)) {
      const right = new Set(Object.keys(methods).map((method) => method.toUpperCase()));
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        if (right.has(method)) continue;
        const answer = await ask(method, path);
        const allowed = new Set(answer.headers.get('allow')?.split(', '));
        allowed.delete('HEAD');
        expect([method, path, answer.status, allowed]).toEqual([method, path, 405, right]);
        const { error } = (await answer.json()) as { error: { message: string; type: string } };
        expect(error.type).toBe('invalid_request_error');
      }
    }
  });

  it('tells nobody the methods of a path who has not the token', async () => {
    const answer = await ask('PUT', '/api/jobs', { headers: { authorization: '' } });
    expect([answer.status, answer.headers.get('allow')]).toEqual([401, null]);
  });

  it('is of routes alone: what is no route is not found, by whatever method', async () => {
    for (const method of ['GET', 'POST', 'DELETE'])
      expect((await ask(method, '/api/nothing')).status).toBe(404);
  });

  it('refuses what its schemas do, naming the key', async () => {
    const messages = [[], ['x'], [null], [[]], [{ role: 'user' }], [{ role: 'user', content: [[]] }]];
    for (const one of messages) {
      const answer = await post(
        `${studio.address}/v1/chat/completions`,
        { model: 'models/miniature', messages: one },
        { headers: authorization },
      );
      const { error } = (await answer.json()) as { error: { param: string; code: unknown } };
      expect([answer.status, error.param]).toEqual([400, expect.stringMatching(/^messages/u)]);
    }
  });

  it('has errors of the shape that OpenAI’s have', async () => {
    const answer = await post(
      `${studio.address}/v1/chat/completions`,
      { model: 'gpt-4', messages: [{ role: 'user', content: '春' }] },
      { headers: authorization },
    );
    expect([answer.status, await answer.json()]).toEqual([
      404,
      {
        error: {
          message: expect.stringContaining('model gpt-4') as unknown,
          type: 'not_found_error',
          param: 'model',
          code: 'model_not_found',
        },
      },
    ]);
  });

  it('has models that are not there not found, before anything is looked for elsewhere', async () => {
    for (const body of [
      { model: 'nowhere' },
      { model: 'src' },
      { model: 'models/miniature', adapter: 'src' },
    ]) {
      const answer = await post(`${studio.address}/api/models`, body, { headers: authorization });
      expect([body, answer.status]).toEqual([body, 404]);
    }
  });
});
