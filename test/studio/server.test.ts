/** What the studio lets in, how much, and how it ends. */
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { ErrorBody } from '../../src/studio/errors.js';
import { post, startStudio, type TestStudio } from '../studio.js';

const LONG_POEM = { form: '七言律诗', themes: ['秋天'], candidates: 8 };
const errorOf = async (response: Response): Promise<ErrorBody['error']> =>
  ((await response.json()) as ErrorBody).error;

describe('the studio', () => {
  let studio: TestStudio;
  afterEach(() => studio.app.close());
  const load = async (): Promise<number> =>
    ((await (await fetch(`${studio.address}/api/studio`)).json()) as { load: number }).load;

  it('takes so many poems and tells the others when to come again', async () => {
    studio = await startStudio({ depth: 10 });
    const first = post(`${studio.address}/api/write`, LONG_POEM);
    await expect.poll(load, { timeout: 60_000 }).toBe(8);
    const refused = await post(`${studio.address}/api/write`, LONG_POEM);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await errorOf(refused)).message).toMatch(/8 poems are under way, the queue holds 10/);
    expect((await post(`${studio.address}/api/write`, { ...LONG_POEM, candidates: 2 })).status).toBe(200);
    expect(await (await first).text()).toContain('event: poems');
    await expect.poll(load).toBe(0);
  });

  it('stops the work of a caller who has gone', async () => {
    studio = await startStudio();
    const controller = new AbortController();
    let events = 0;
    const response = await post(`${studio.address}/api/write`, LONG_POEM, { signal: controller.signal });
    const reader = response.body!.getReader();
    while (events < 3) events += (await reader.read()).done ? 3 : 1;
    expect(await load()).toBe(8);
    controller.abort();
    await expect.poll(load, { timeout: 30_000 }).toBe(0);
  });

  it('ends a request whose time is over', async () => {
    studio = await startStudio({ timeLimit: 300 });
    const answer = await post(`${studio.address}/v1/chat/completions`, {
      model: 'models/miniature',
      messages: [{ role: 'user', content: '写一首七言律诗' }],
      n: 16,
    });
    expect(answer.status).toBe(504);
    expect((await errorOf(answer)).type).toBe('timeout_error');
  });

  it('takes a form by its short name, and tells ranges as the command line does', async () => {
    studio = await startStudio();
    const written = await post(`${studio.address}/api/write`, { form: '五绝', candidates: 1 });
    expect(await written.text()).toContain('"form":"五言绝句"');
    for (const [body, message] of [
      [{ candidates: 0 }, 'candidates: found 0, expected a whole number from 1 to 64'],
      [{ sampling: { topP: 2 } }, 'sampling.topP: found 2, expected a positive number up to 1'],
      [{ seed: 0.5 }, 'seed: found 0.5, expected a whole number from 0 to 2^53 − 1'],
      [
        { constraints: { lineCount: 3 } },
        'constraints.lineCount: found 3, expected a whole number from 4 to 24',
      ],
    ] as const) {
      const answer = await post(`${studio.address}/api/write`, body);
      expect([answer.status, (await errorOf(answer)).message]).toEqual([400, message]);
    }
  });

  it('limits the size of what is sent, and names keys that it does not know', async () => {
    studio = await startStudio({ bodyLimit: 2000 });
    const large = await post(`${studio.address}/api/check`, { text: '山'.repeat(2000) });
    expect(large.status).toBe(413);
    const unknown = await post(`${studio.address}/api/write`, { themes: ['山'], temperature: 1 });
    expect([unknown.status, (await errorOf(unknown)).message]).toEqual([400, 'temperature: unknown key']);
    const form = await post(`${studio.address}/api/write`, { form: '十四行诗' });
    expect((await errorOf(form)).message).toMatch(/^form: found "十四行诗", expected one of 五言绝句, /);
    const impossible = await post(`${studio.address}/api/write`, {
      constraints: { acrosticEnd: '月人水心' },
    });
    expect([impossible.status, (await errorOf(impossible)).message]).toEqual([
      400,
      expect.stringContaining('share no rhyme group'),
    ]);
    const broken = await fetch(`${studio.address}/api/check`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"text":',
    });
    expect(broken.status).toBe(400);
  });

  it('asks for the token where it has one', async () => {
    studio = await startStudio({ token: '诗' });
    const ask = (authorization?: string): Promise<Response> =>
      fetch(`${studio.address}/v1/models`, { headers: authorization ? { authorization } : {} });
    expect((await ask()).status).toBe(401);
    expect((await ask('Bearer x')).status).toBe(401);
    expect((await fetch(studio.address)).status).toBe(200);
    const bearer = Buffer.from('Bearer 诗').toString('latin1');
    expect((await ask(bearer)).status).toBe(401);
    await studio.app.close();
    studio = await startStudio({ token: 'poem' });
    expect((await ask('Bearer poem')).status).toBe(200);
  });

  it('answers no page of another site, unless it is allowed', async () => {
    studio = await startStudio({ allowedOrigins: ['https://poems.example'] });
    const from = (origin: string): Promise<Response> =>
      post(`${studio.address}/api/check`, { text: '山' }, { headers: { origin } });
    expect((await from('https://evil.example')).status).toBe(403);
    expect((await from(studio.address)).status).toBe(200);
    const allowed = await from('https://poems.example');
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://poems.example',
    ]);
    // A name of another site that was pointed at this machine.
    const rebound = await new Promise<number>((resolve) => {
      const { port } = new URL(studio.address);
      request({ port, path: '/api/studio', headers: { host: 'evil.example' } }, ({ statusCode }) =>
        resolve(statusCode ?? 0),
      ).end();
    });
    expect(rebound).toBe(403);
  });

  it('says what its page may load', async () => {
    studio = await startStudio();
    const { headers } = await fetch(studio.address);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'self';.*frame-ancestors 'none'/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('lets others write, but only its owner train', async () => {
    studio = await startStudio({ host: '0.0.0.0' });
    expect((await post(`${studio.address}/api/check`, { text: '山' })).status).toBe(200);
    const train = await post(`${studio.address}/api/jobs/train`, { recipe: 'recipes/mini.yaml' });
    expect([train.status, (await errorOf(train)).message]).toEqual([403, expect.stringContaining('--token')]);
    expect((await fetch(`${studio.address}/api/runs/history?id=models`)).status).toBe(403);
  });

  it('finishes what is under way before it ends', async () => {
    studio = await startStudio({ grace: 120_000 });
    const answer = post(`${studio.address}/api/write`, { ...LONG_POEM, candidates: 2 });
    await expect.poll(load, { timeout: 60_000 }).toBe(2);
    await studio.app.close();
    expect(await (await answer).text()).toContain('event: poems');
  });

  it('describes its interface in OpenAPI', async () => {
    studio = await startStudio();
    const document = (await (await fetch(`${studio.address}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { summary?: string }>>;
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/v1/models', '/v1/chat/completions', '/api/write', '/api/jobs/{id}/events']),
    );
    const routes = Object.values(document.paths).flatMap((route) => Object.values(route));
    expect(routes.filter(({ summary }) => !summary)).toEqual([]);
  });

  it('reads no run outside its folders', async () => {
    studio = await startStudio();
    for (const id of ['/etc', '../..', 'models/miniature-dpo']) {
      const url = `${studio.address}/api/runs/history?id=${encodeURIComponent(id)}`;
      expect((await fetch(url)).status).toBe(404);
    }
    expect((await post(`${studio.address}/api/jobs/train`, { recipe: '/etc/passwd' })).status).toBe(404);
    expect((await fetch(`${studio.address}/..%2f..%2fpackage.json`)).status).toBe(404);
  });
});
