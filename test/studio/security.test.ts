/** Who gets in: every route, however its path is written. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStudio, type TestStudio } from '../studio.js';

/** Ways to write a path. Some lead to the route, some nowhere; none may get past the token. */
const SPELLINGS: Readonly<Record<string, (path: string) => string>> = {
  plain: (path) => path,
  'first letter encoded': (path) => path.replace(/^\/(.)/, (_, letter: string) => `/${encode(letter)}`),
  'last letter encoded': (path) => path.replace(/.$/, encode),
  'all letters encoded': (path) => path.replace(/[a-z]/gi, encode),
  'encoded in lower-case hexadecimal': (path) => path.replace(/[a-z]/gi, (one) => encode(one).toLowerCase()),
  'encoded twice': (path) =>
    path.replace(/^\/(.)/, (_, letter: string) => `/${encode(letter).replace('%', '%25')}`),
  'slash encoded': (path) => `/${path.slice(1).replace('/', '%2F')}`,
  'double slash before': (path) => `/${path}`,
  'double slash within': (path) => path.replace(/(.)\//, '$1//'),
  'dot segment': (path) => `/.${path}`,
  'two dots': (path) => `/x/..${path}`,
  'dots encoded': (path) => `/x/%2e%2e${path}`,
  'slash behind': (path) => `${path}/`,
  'upper case': (path) => path.toUpperCase(),
  query: (path) => `${path}?a=/studio.json`,
  fragment: (path) => `${path}#/studio.json`,
  semicolon: (path) => `${path};a=b`,
  'whole URL': (path) => `http://localhost${path}`,
  'byte of nothing': (path) => `${path}%00`,
};

const encode = (letter: string): string => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly token?: string;
}

describe.each(['127.0.0.1', '0.0.0.0'])('a studio with a token on %s', (host) => {
  let studio: TestStudio;
  let routes: { method: string; path: string }[];
  beforeAll(async () => {
    studio = await startStudio({ host, token: 'poem', allowedOrigins: ['https://poems.example'] });
    const document = (await (await fetch(`${studio.address}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({
        method: method.toUpperCase(),
        path: path.replace(/\{\w+\}/g, 'x'),
      })),
    );
  });
  afterAll(() => studio.app.close());

  /** Sends the path as it is written: clients of the standard library would tidy it. */
  const ask = ({ method, path, token }: Asked): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = {
        host: 'localhost',
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: token }),
      };
      const { port } = new URL(studio.address);
      const sent = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      });
      sent.on('error', reject);
      sent.end();
    });

  it.each(Object.entries(SPELLINGS))('is closed by every way to write a path: %s', async (_, spell) => {
    expect(routes.length).toBeGreaterThan(12);
    const open: string[] = [];
    for (const { method, path } of routes) {
      for (const asked of new Set([method, 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE'])) {
        for (const token of [undefined, 'Bearer wrong', 'Bearer ', 'Basic poem', 'poem']) {
          const status = await ask({ method: asked, path: spell(path), token });
          // What is only read may be looked for among the page's files, where it is not (404) or is no path of a file (400, 403).
          const reads = !['POST', 'PUT', 'DELETE'].includes(asked);
          const closed = status === 401 || (reads && [400, 403, 404].includes(status));
          if (!closed) open.push(`${asked} ${spell(path)} ${token}: ${status}`);
        }
      }
    }
    expect(open).toEqual([]);
  });

  it('opens to the token, in whatever case its scheme is written', async () => {
    for (const token of ['Bearer poem', 'bearer poem', 'BEARER poem', 'Bearer  poem']) {
      expect(await ask({ method: 'GET', path: '/v1/models', token })).toBe(200);
      expect(await ask({ method: 'GET', path: '/%76%31/models', token })).toBe(200);
      expect(await ask({ method: 'HEAD', path: '/api/studio', token })).toBe(200);
    }
  });

  it('shows its page and its description to everybody, and lets browsers ask what they may', async () => {
    for (const path of ['/', '/studio.json', '/openapi.json', '/%6fpenapi.json']) {
      expect(await ask({ method: 'GET', path })).toBe(200);
    }
    const preflight = await fetch(`${studio.address}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: { origin: 'https://poems.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    const refused = await fetch(`${studio.address}/v1/models`, {
      headers: { origin: 'https://poems.example' },
    });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([
      401,
      'https://poems.example',
    ]);
  });
});

it.each(['', ' ', '\t', 'two words', 'poem\n', ' poem'])('a token %j is refused', async (token) => {
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    await expect(startStudio({ host, token })).rejects.toThrow('--token (SHIREN_TOKEN): expected');
  }
});
