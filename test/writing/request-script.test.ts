/** Requests in traditional script are answered in it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRequest } from '../../src/cli/write-request.js';
import { scriptOf, toSimplified } from '../../src/poetry/script/script.js';
import { Poet } from '../../src/writing/poet.js';
import { restorerFor, scriptOfRequest } from '../../src/writing/request-script.js';
import { unmetConstraints } from '../../src/writing/constraints/verify.js';

describe('the script of a request', () => {
  it('is that of its given lines, else of what asks', () => {
    expect(scriptOfRequest({ prompt: '寫一首五言絕句' })).toBe('traditional');
    expect(scriptOfRequest({ themes: ['邊塞'] })).toBe('traditional');
    expect(scriptOfRequest({ form: '七言絕句' })).toBe('traditional');
    expect(scriptOfRequest({ prompt: '写一首五言绝句', lines: ['黃河入海流'] })).toBe('traditional');
    expect(scriptOfRequest({ prompt: '寫一首五言絕句', lines: ['黄河入海流'] })).toBe('simplified');
    expect(scriptOfRequest({ prompt: '山水' })).toBe('simplified');
  });
});

describe('a poem in traditional script', () => {
  it.each([
    ['皇后在山后', '皇后在山後'],
    ['梦里见白云', '夢裏見白雲'],
    ['干戈照白发', '干戈照白髮'],
    ['出发五谷熟', '出發五穀熟'],
  ])('goes by words: %s is %s', async (written, wanted) => {
    const restore = await restorerFor('traditional', {});
    expect(restore(`${written}，`)).toBe(`${wanted}，`);
  });

  it('has given characters as they were given, and grows by whole lines', async () => {
    const given = { lines: [undefined, '疎影橫斜後里中'], acrostic: '雲', required: ['裏外'] };
    const restore = await restorerFor('traditional', given);
    expect(restore('云天里外山，疎影横斜后里中。')).toBe('雲天裏外山，疎影橫斜後里中。');
    expect(restore('云天里外山，梦里', true)).toBe('雲天裏外山，');
  });
});

describe('the poet', () => {
  let poet: Poet;
  beforeAll(async () => {
    poet = await Poet.load({ model: 'models/miniature', adapter: 'models/miniature-dpo' });
  });
  afterAll(() => poet.release());

  it('writes what it would write for the simplified request, in traditional script and checked so', async () => {
    for (const form of ['五言绝句', '七言律诗', '五言古诗']) {
      const options = { form, count: 6, seed: 2 };
      const traditional = await poet.write({ ...options, themes: ['邊塞', '白雲'] });
      const simplified = await poet.write({ ...options, themes: ['边塞', '白云'] });
      expect(traditional.map(({ text }) => toSimplified(text))).toEqual(
        simplified.map(({ text }) => toSimplified(text)),
      );
      for (const { text, lines, check, form: written } of traditional) {
        expect(scriptOf(text)).toBe('traditional');
        expect(check.lines.map((line) => line.text)).toEqual(lines);
        expect(unmetConstraints(text, written, {}), text).toEqual([]);
      }
    }
  });

  it('gives back given lines, acrostics and words to the character, by beam search and as it streams too', async () => {
    const constraints = { lines: ['黃河入海流'], acrosticEnd: '流', required: ['萬里'] };
    const seen: string[] = [];
    const onToken = (_: number, text: string): void => void seen.push(text);
    const [poem] = await poet.write({ form: '五言古诗', onToken, ...constraints, acrosticEnd: undefined });
    expect(poem!.lines[0]).toBe('黃河入海流');
    expect(poem!.text).toContain('萬里');
    expect(seen.at(-1)).toBe(poem!.text);
    expect(seen.every((text, at) => text.startsWith(seen[at - 1] ?? ''))).toBe(true);
    const [best] = await poet.write({ form: '五绝', acrostic: '風雲天地', beams: 2 });
    expect(best!.lines.map((line) => line[0]).join('')).toBe('風雲天地');
    expect(scriptOf(best!.text)).toBe('traditional');
  });
});

describe('the command line', () => {
  const flags = {
    ...{ count: 1, seed: 0, candidates: 1, temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 },
    tones: true,
  };
  it.each([
    ['寫一首七言絕句，主題：邊塞', {}, 'traditional'],
    [undefined, { form: '五言絕句' }, 'traditional'],
    [undefined, { theme: '明月' }, 'simplified'],
    ['写一首五绝', { given: '黃河入海流' }, 'traditional'],
    [undefined, { theme: '明月', script: 'traditional' as const }, 'traditional'],
    ['寫一首七言絕句', { script: 'simplified' as const }, 'simplified'],
    [undefined, { revise: '床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。', rewrite: '2' }, 'traditional'],
  ])('keeps the script of %s %o', async (prompt, more, script) => {
    expect((await readRequest(prompt, { ...flags, ...more })).script).toBe(script);
  });
});
