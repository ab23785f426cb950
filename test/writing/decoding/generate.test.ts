import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelWithTokenizer, type ModelFolder } from '../../../src/model/folder.js';
import type { Tokenizer } from '../../../src/model/tokenizer.js';
import { Decoder } from '../../../src/writing/decoding/decoder.js';
import { Generator, type GenerationRequest } from '../../../src/writing/decoding/generate.js';
import { SAMPLING_DEFAULTS } from '../../../src/writing/decoding/generation-settings.js';

describe('generation', () => {
  let model: ModelFolder;
  let tokenizer: Tokenizer;
  let decoder: Decoder;
  beforeAll(async () => {
    ({ model, tokenizer } = await openModelWithTokenizer('models/miniature'));
    decoder = await Decoder.create(model, { positions: 128 });
  });
  afterAll(() => decoder.release());

  const request = (content: string, seed: number): GenerationRequest => ({
    prompt: tokenizer.encodePrompt([{ role: 'user', content }]),
    seed,
    sampling: SAMPLING_DEFAULTS,
    maxNewTokens: 24 + seed,
  });
  const requests = (): GenerationRequest[] => [
    request('写一首[五言绝句] 要求4句', 1),
    request('写一首[七言律诗] 要求8句 主题为: 秋天', 2),
    request('写一首[五言绝句] 要求4句', 3),
    request('春', 4),
  ];
  /** Each text written on its own. */
  const alone = async (): Promise<string[]> => {
    const texts: string[] = [];
    for (const one of requests()) texts.push((await new Generator(decoder, tokenizer).generate(one)).text);
    return texts;
  };

  it.each([1, 2, 32])('writes the same texts %i at a time as alone', async (sequences) => {
    const generator = new Generator(decoder, tokenizer, { sequences });
    const together = await Promise.all(requests().map((one) => generator.generate(one)));
    expect(together.map(({ text }) => text)).toEqual(await alone());
  });

  it('lets requests join while others are under way', async () => {
    const generator = new Generator(decoder, tokenizer);
    const [first, ...others] = requests();
    const joined: Promise<{ text: string }>[] = [];
    let count = 0;
    const onToken = (): void => {
      count += 1;
      const next = count % 5 === 0 ? others.shift() : undefined;
      if (next) joined.push(generator.generate(next));
    };
    const started = await generator.generate({ ...first!, onToken });
    const texts = [started, ...(await Promise.all(joined))].map(({ text }) => text);
    expect(texts).toEqual(await alone());
  });

  it('drops a request whose signal is set, and goes on with the others', async () => {
    const generator = new Generator(decoder, tokenizer);
    const controller = new AbortController();
    const [first, second, third] = requests();
    const stopped = generator.generate({
      ...first!,
      signal: controller.signal,
      onToken: (text) => text.length === 4 && controller.abort(new Error('enough')),
    });
    const others = [generator.generate(second!), generator.generate(third!)];
    await expect(stopped).rejects.toThrow('enough');
    const texts = (await Promise.all(others)).map(({ text }) => text);
    expect(texts).toEqual((await alone()).slice(1, 3));
  });

  it('tells a request that waits for room at once when it is dropped', async () => {
    const generator = new Generator(decoder, tokenizer, { sequences: 1 });
    const controller = new AbortController();
    const [first, second] = requests();
    let done = false;
    const writing = generator.generate(first!).finally(() => (done = true));
    const waiting = generator.generate({ ...second!, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(done).toBe(false);
    await writing;
  });

  it('takes a long prompt and a long answer together, each of which has room', async () => {
    const generator = new Generator(decoder, tokenizer);
    const [first] = requests();
    const long = { ...first!, prompt: Array.from({ length: 100 }, () => first!.prompt[3]!), maxNewTokens: 4 };
    const [short, long2] = await Promise.all([
      generator.generate({ ...first!, maxNewTokens: 128 - first!.prompt.length }),
      generator.generate(long),
    ]);
    expect([short.tokens.length > 4, long2.tokens.length <= 4]).toEqual([true, true]);
  });

  it('refuses a request that is longer than the decoder was made for', async () => {
    const long = { ...request('春', 1), maxNewTokens: 128 };
    const generator = new Generator(decoder, tokenizer);
    await expect(generator.generate(long)).rejects.toThrow(/expected at most 128/);
  });
});
