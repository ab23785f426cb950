/** OpenAI's interface, asked by OpenAI's own client. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPoem } from '../../src/poetry/prosody/check.js';
import { scriptOf } from '../../src/poetry/script/script.js';
import { unmetConstraints } from '../../src/writing/constraints/verify.js';
import { startStudio, type TestStudio } from '../studio.js';

const MODEL = 'models/miniature-dpo';
const ask = (content: string) => [{ role: 'user' as const, content }];

describe('the official client', () => {
  let studio: TestStudio;
  let client: OpenAI;
  beforeAll(async () => {
    studio = await startStudio();
    client = new OpenAI({ baseURL: `${studio.address}/v1`, apiKey: 'none', maxRetries: 0 });
  });
  afterAll(() => studio.app.close());

  it('lists the models', async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    expect(ids).toEqual([MODEL, 'models/miniature']);
  });

  it('gets a poem in the form that it asked for, the same for the same seed', async () => {
    const request = { model: MODEL, messages: ask('写一首[七言绝句] 要求4句 主题为: 秋天'), seed: 3 };
    const answer = await client.chat.completions.create(request);
    const check = checkPoem(answer.choices[0]!.message.content!);
    expect(check.form).toBe('七绝');
    expect(check.regulated).toBe(true);
    expect(answer.choices[0]!.finish_reason).toBe('stop');
    const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = answer.usage!;
    expect(completion).toBeGreaterThan(30);
    expect(total).toBe(prompt + completion);
    expect((await client.chat.completions.create(request)).choices).toEqual(answer.choices);
  });

  it('gets the same text in pieces', async () => {
    const request = { model: MODEL, messages: ask('写一首五言绝句，写明月'), seed: 5, n: 2 };
    const whole = await client.chat.completions.create(request);
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    const texts = ['', ''];
    let chunks = 0;
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const { choices, usage: counted } of stream) {
      for (const { index, delta } of choices) texts[index] += delta.content ?? '';
      chunks += 1;
      usage = counted ?? usage;
    }
    expect(texts).toEqual(whole.choices.map(({ message }) => message.content));
    expect(texts[0]).not.toBe(texts[1]);
    expect(chunks).toBeGreaterThan(40);
    expect(usage).toEqual(whole.usage);
  });

  it('is answered freely about anything else, to a length and up to a stop', async () => {
    const short = await client.chat.completions.create({
      model: MODEL,
      messages: ask('春'),
      max_tokens: 4,
      seed: 1,
    });
    expect(short.choices[0]!.finish_reason).toBe('length');
    expect(short.usage!.completion_tokens).toBe(4);
    const stopped = await client.chat.completions.create({
      model: MODEL,
      messages: ask('写一首五言绝句'),
      stop: ['。'],
      seed: 1,
    });
    expect(stopped.choices[0]!.message.content).toMatch(/^\p{Script=Han}{5}[，？！]\p{Script=Han}{5}$/u);
    expect(stopped.choices[0]!.finish_reason).toBe('stop');
  });

  it('is answered in the script of the request, whole and in pieces, given lines as they were given', async () => {
    const request = {
      ...{ model: MODEL, messages: ask('寫一首五言絕句，主題：邊塞'), seed: 4 },
      constraints: { lines: ['黃河入海流'] },
    };
    const { choices } = await client.chat.completions.create(request);
    const text = choices[0]!.message.content!;
    expect(text).toMatch(/^黃河入海流/u);
    expect(scriptOf(text)).toBe('traditional');
    expect(unmetConstraints(text, '五言绝句', request.constraints)).toEqual([]);
    let streamed = '';
    for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
      streamed += chunk.choices[0]?.delta.content ?? '';
    }
    expect(streamed).toBe(text);
  });

  it('has the form, the lines and the rhyme heard that its message asks for', async () => {
    const { choices } = await client.chat.completions.create({
      ...{ model: MODEL, messages: ask('作一首五言古诗，8句，押东韵'), seed: 2 },
    });
    const text = choices[0]!.message.content!;
    expect(unmetConstraints(text, '五言古诗', { lineCount: 8, rhyme: '东' })).toEqual([]);
  });

  it('keeps the form, the rhyme and the script asked for earlier, and the theme unless it names another', async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = ask('寫一首七言絕句，押東韻，主題：秋天');
    const poems: string[] = [];
    for (const next of ['再写一首，主题是春天', '再来一首', '谢谢']) {
      const { choices } = await client.chat.completions.create({
        model: MODEL,
        messages,
        seed: 6,
        max_tokens: 60,
      });
      const text = choices[0]!.message.content!;
      poems.push(text);
      messages.push({ role: 'assistant', content: text }, { role: 'user', content: next });
    }
    for (const poem of poems) {
      expect(unmetConstraints(poem, '七言绝句', { rhyme: '东' })).toEqual([]);
    }
    expect(new Set(poems).size).toBe(3);
    expect(scriptOf(poems[0]!)).toBe('traditional');
    const thanks = await client.chat.completions.create({ model: MODEL, messages, seed: 6, max_tokens: 3 });
    expect(thanks.usage!.completion_tokens).toBeLessThanOrEqual(3);
  });

  it('is read for itself: what was said before is no part of the prompt', async () => {
    const request = { model: MODEL, seed: 1 };
    const alone = await client.chat.completions.create({
      ...request,
      messages: ask('写一首[五言绝句] 要求4句 主题为: 春天'),
    });
    const later = await client.chat.completions.create({
      ...request,
      messages: [
        ...ask('写一首五言绝句，主题：边塞'),
        { role: 'assistant', content: '……' },
        ...ask('再写一首，主题是春天'),
      ],
    });
    expect(later.usage!.prompt_tokens).toBe(alone.usage!.prompt_tokens);
  });

  it.each([
    ['填一首词', /400 prompt: 词: expected one of 五言绝句/],
    ['寫一首宋詞，主題：邊塞', /400 prompt: 宋词: expected one of 五言绝句/],
    ['写一首[六言绝句]', /400 prompt: 六言绝句: expected one of 五言绝句/],
    ['写一首五言绝句，8句', /400 prompt: 8句: 五言绝句 has 4 lines/],
    ['写一首五言绝句，押屋韵', /400 rhyme group "屋": no level-tone group/],
  ])('is refused what cannot be written: %s', async (message, reason) => {
    const refused = client.chat.completions.create({ model: MODEL, messages: ask(message) });
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toMatchObject({ status: 400, type: 'invalid_request_error' });
  });

  it('is answered about other kinds of verse, and about lines, that it does not ask to have written', async () => {
    for (const message of ['这首词好在哪里', '这四句是什么意思']) {
      const answer = await client.chat.completions.create({
        ...{ model: MODEL, messages: ask(message), max_tokens: 3, seed: 1 },
      });
      expect(answer.usage!.completion_tokens).toBeLessThanOrEqual(3);
    }
  });

  it('is told what is wrong, with the status that it knows', async () => {
    const call = (body: object) =>
      client.chat.completions.create(body as OpenAI.ChatCompletionCreateParamsNonStreaming);
    await expect(call({ model: 'gpt-4', messages: ask('春') })).rejects.toThrow(
      /404 model gpt-4: expected one of models\/miniature-dpo/,
    );
    await expect(call({ model: MODEL, messages: [] })).rejects.toThrow(
      /400 messages: found \[\], expected a list of 1 to 100 items/,
    );
    await expect(call({ model: MODEL, messages: ask('春'), temperature: 9 })).rejects.toThrow(
      /400 temperature: found 9, expected a number from 0 to 5/,
    );
    await expect(
      call({ model: MODEL, messages: ask('写一首五言绝句'), constraints: { acrostic: 'ab' } }),
    ).rejects.toThrow(/400 .*expected Han characters/);
    await expect(call({ model: MODEL, messages: ask('春'.repeat(3000)) })).rejects.toThrow(
      /400 .*expected at most 1024/,
    );
  });
});
