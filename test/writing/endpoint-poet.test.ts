import { afterEach, describe, expect, it } from 'vitest';
import { EndpointPoet } from '../../src/writing/endpoint-poet.js';
import { ChatServer, completion, type Answer } from '../chat-server.js';

const POEM = '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。';
const ORDER = { prompt: '写一首[五言绝句] 要求4句', form: '五言绝句', themes: [], seed: 3 } as const;

const refuse =
  (status: number, message: string): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after-ms': '5' });
    response.end(JSON.stringify({ error: { message } }));
  };
const wrongJson: Answer = (response) => {
  response.setHeader('content-type', 'application/json');
  response.end('{"choices": [{"mess');
};
const cutOff: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
  response.write('{"choices": [');
  setTimeout(() => response.destroy(), 20);
};
const silence: Answer = () => undefined;

describe('a poet behind an OpenAI-compatible endpoint', () => {
  let server: ChatServer | undefined;
  afterEach(() => server?.stop());

  async function poetOf(answers: readonly Answer[], timeout = 2_000): Promise<EndpointPoet> {
    // These answers in turn, the last one for ever.
    server = new ChatServer((request) => answers[Math.min(request, answers.length - 1)]);
    return new EndpointPoet({
      endpoint: await server.start(),
      model: 'poet',
      timeout,
      retries: 2,
      apiKey: 'key',
    });
  }

  it('asks for what was asked, and checks the answer', async () => {
    const poet = await poetOf([completion(`<think>\n想\n</think>\n\n${POEM}`)]);
    const [poem] = await poet.writeAll([ORDER], { sampling: { temperature: 0.7 } });
    expect(poem).toMatchObject({ text: POEM, model: 'poet', seed: 3, check: { regulated: true } });
    expect(poem!.unmet).toBeUndefined();
    const { body, authorization } = server!.requests[0]!;
    expect(JSON.parse(body)).toMatchObject({
      model: 'poet',
      messages: [{ role: 'user', content: ORDER.prompt }],
      temperature: 0.7,
      seed: 3,
    });
    expect(authorization).toBe('Bearer key');
  });

  it('says what is not as asked, and ranks by it', async () => {
    const poet = await poetOf([completion('写不出来'), completion(POEM)]);
    const [poem] = await poet.writeAll([ORDER]);
    expect(poem!.unmet).toEqual(['not the shape of 五言绝句']);
    const [better] = await poet.writeAll([ORDER]);
    expect(better!.score).toBeGreaterThan(poem!.score);
  });

  it.each<[string, Answer]>([
    ['429', refuse(429, 'busy')],
    ['500', refuse(500, 'broken')],
    ['wrong JSON', wrongJson],
    ['an answer cut off', cutOff],
  ])('asks again after %s', async (_, misbehaviour) => {
    const poet = await poetOf([misbehaviour, completion(POEM)]);
    expect((await poet.writeAll([ORDER]))[0]?.text).toBe(POEM);
    expect(server!.requests).toHaveLength(2);
  });

  it.each<[string, Answer, RegExp]>([
    ['429', refuse(429, 'busy'), /model poet: answered 429: .*busy/],
    ['500', refuse(500, 'broken'), /answered 500: .*broken/],
    ['401', refuse(401, 'no such key'), /answered 401: .*no such key/],
    ['404', refuse(404, 'no such model'), /answered 404: .*no such model/],
    ['wrong JSON', wrongJson, /broke off or is not JSON/],
    ['an answer cut off', cutOff, /broke off or is not JSON/],
    [
      'something else',
      (response) => response.setHeader('content-type', 'application/json').end('{}'),
      /not a chat completion/,
    ],
  ])('gives up on %s with one line that says so', async (_, misbehaviour, message) => {
    const poet = await poetOf([misbehaviour]);
    await expect(poet.writeAll([ORDER])).rejects.toThrow(message);
  });

  it('gives up on a server that is silent, or not there', async () => {
    const silent = await poetOf([silence], 150);
    await expect(silent.writeAll([ORDER])).rejects.toThrow(/no answer within 0.15 s/);
    await server!.stop();
    const absent = new EndpointPoet({ endpoint: 'http://127.0.0.1:9/v1', model: 'poet', retries: 0 });
    await expect(absent.writeAll([ORDER])).rejects.toThrow(/127.0.0.1:9.*cannot be reached/);
    expect(() => new EndpointPoet({ endpoint: 'nowhere', model: 'poet' })).toThrow(/expected a URL/);
  });

  it('says why a server cannot be reached', async () => {
    const closed = await poetOf([completion(POEM)]);
    await server!.stop();
    await expect(closed.writeAll([ORDER])).rejects.toThrow(/cannot be reached: .*ECONNREFUSED/);
  });

  it('says what a proxy says that knows no JSON, and asks nothing twice that is wrong', async () => {
    const poet = await poetOf([(response) => void response.writeHead(403).end('<h1>Forbidden</h1>')]);
    await expect(poet.writeAll([ORDER])).rejects.toThrow(/answered 403: <h1>Forbidden/);
    expect(server!.requests).toHaveLength(1);
  });

  it('stops when it is told to', async () => {
    const poet = await poetOf([silence]);
    const signal = AbortSignal.timeout(50);
    await expect(poet.writeAll([ORDER], { signal })).rejects.toThrow(/timeout|abort/i);
  });
});
