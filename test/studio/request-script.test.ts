/** Requests in traditional script over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptOf, toSimplified } from '../../src/poetry/script/script.js';
import type { Constraints } from '../../src/writing/constraints/constraint-schema.js';
import { unmetConstraints } from '../../src/writing/constraints/verify.js';
import type { WrittenPoem } from '../../src/writing/written-poem.js';
import { post, startStudio, type TestStudio } from '../studio.js';

/** The events of a stream, by name. */
const eventsOf = (stream: string): { readonly name: string; readonly data: unknown }[] =>
  [...stream.matchAll(/^event: (.+)\ndata: (.+)$/gmu)].map(([, name = '', data = '']) => ({
    name,
    data: JSON.parse(data) as unknown,
  }));

describe('a request in traditional script over HTTP', () => {
  let studio: TestStudio;
  beforeAll(async () => {
    studio = await startStudio();
  });
  afterAll(() => studio.app.close());

  async function write(body: object): Promise<{ readonly poem: WrittenPoem; readonly grown: string[] }> {
    const response = await post(`${studio.address}/api/write`, { candidates: 1, seed: 3, ...body });
    const events = eventsOf(await response.text());
    const { poems } = events.find(({ name }) => name === 'poems')?.data as { readonly poems: WrittenPoem[] };
    const grown = events.flatMap(({ data }) => {
      const text = (data as { readonly text?: string }).text;
      return text === undefined ? [] : [text];
    });
    return { poem: poems[0]!, grown };
  }

  it.each<[{ readonly constraints?: Constraints } & Record<string, unknown>]>([
    [{ form: '七言絕句' }],
    [{ form: '五绝', themes: ['邊塞', '白雲'] }],
    [{ prompt: '寫一首五言律詩，主題：邊塞' }],
    [{ form: '五言绝句', constraints: { lines: ['黃河入海流'] } }],
    [{ form: '五言绝句', constraints: { acrostic: '風雲' } }],
    [{ form: '五言绝句', themes: ['明月'], script: 'traditional' }],
  ])('is answered in it: %o', async (body) => {
    const { poem, grown } = await write(body);
    expect(scriptOf(poem.text)).toBe('traditional');
    expect(poem.check.lines.map(({ text }) => text)).toEqual(poem.lines);
    expect(unmetConstraints(poem.text, poem.form, body.constraints ?? {})).toEqual([]);
    expect(grown.every((text) => poem.text.startsWith(text))).toBe(true);
  });

  it('writes the same poem in the script that is asked for', async () => {
    const traditional = await write({ form: '七言絕句', themes: ['邊塞'] });
    const simplified = await write({ form: '七言絕句', themes: ['邊塞'], script: 'simplified' });
    expect(simplified.poem.text).toBe(toSimplified(traditional.poem.text));
    expect(simplified.poem.text).not.toBe(traditional.poem.text);
  });

  it('refuses a script of another name', async () => {
    const response = await post(`${studio.address}/api/write`, { form: '五绝', script: 'latin' });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/script: found \\"latin\\", expected .*simplified.*traditional/);
  });

  it('is heard by chat, which writes in the script that is asked for', async () => {
    const chat = async (body: object): Promise<Response> =>
      post(`${studio.address}/v1/chat/completions`, { model: 'models/miniature-dpo', seed: 5, ...body });
    const textOf = async (body: object): Promise<string> =>
      ((await (await chat(body)).json()) as { choices: { message: { content: string } }[] }).choices[0]!
        .message.content;
    const messages = [{ role: 'user', content: '寫一首七言絕句，主題：邊塞' }];
    const traditional = await textOf({ messages });
    expect(scriptOf(traditional)).toBe('traditional');
    expect(await textOf({ messages, script: 'simplified' })).toBe(toSimplified(traditional));
    const refused = await chat({ messages: [{ role: 'user', content: '你好' }], script: 'traditional' });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('script: found traditional');
  });
});
