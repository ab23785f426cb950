import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LineIndex } from '../../src/poetry/line-index.js';
import { characters } from '../../src/poetry/text.js';
import { Poet } from '../../src/writing/poet.js';
import { unmetConstraints } from '../../src/writing/constraints/verify.js';
import { tinyModel } from '../support-tiny-model.js';

describe('the poet', () => {
  let poet: Poet;
  beforeAll(async () => {
    poet = await Poet.load({ model: 'models/miniature', adapter: 'models/miniature-dpo' });
  });
  afterAll(() => poet.release());

  it('writes an acrostic, in a named rhyme group, of a chosen template', async () => {
    const constraints = { acrostic: '春夏秋冬', rhyme: '先', template: '平起首句不入韵' };
    const [poem] = await poet.write({ form: '七言绝句', themes: ['四季'], seed: 1, ...constraints });
    expect(poem!.lines.map((line) => characters(line)[0]).join('')).toBe('春夏秋冬');
    expect(poem!.check.rhyme.group).toBe('下平一先');
    expect(unmetConstraints(poem!.text, '七言绝句', constraints)).toEqual([]);
  });

  it('goes on from a given line, and rewrites one line of a poem', async () => {
    const [poem] = await poet.write({ form: '五言绝句', lines: ['床前明月光'] });
    expect(poem!.lines[0]).toBe('床前明月光');
    const kept = poem!.lines.map((line, index) => (index === 2 ? undefined : line));
    const [revised] = await poet.write({ form: '五言绝句', lines: kept, seed: 9 });
    expect(revised!.lines.filter((_, index) => index !== 2)).toEqual(kept.filter(Boolean));
    expect(revised!.lines[2]).not.toBe(poem!.lines[2]);
  });

  it('finds likelier poems by beam search than greedily, the same each time', async () => {
    let gain = 0;
    for (const form of ['五言绝句', '七言绝句'] as const) {
      const [greedy] = await poet.write({ form, sampling: { temperature: 0 } });
      const [best] = await poet.write({ form, beams: 6 });
      gain += best!.score - greedy!.score;
      expect(best!.check.regulated).toBe(true);
      if (form === '五言绝句')
        expect((await poet.write({ form, beams: 6, seed: 7 }))[0]?.text).toBe(best!.text);
    }
    expect(gain).toBeGreaterThan(0);
  });

  it('streams the text as it grows', async () => {
    const seen: string[] = [];
    const [poem] = await poet.write({ form: '五言绝句', onToken: (_, text) => seen.push(text) });
    expect(seen.at(-1)).toBe(poem!.text);
    expect(seen.every((text, index) => text.startsWith(seen[index - 1] ?? ''))).toBe(true);
    expect(seen.length).toBeGreaterThan(20);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const onToken = (_: number, text: string): void => {
      if (text.length === 5) controller.abort(new Error('enough'));
    };
    const options = { form: '七言律诗', onToken, signal: controller.signal } as const;
    await expect(poet.write(options)).rejects.toThrow('enough');
  });
});

describe('originality', () => {
  it('refuses known lines while it writes, and ways that lead nowhere else', async () => {
    const { folder } = await tinyModel();
    const free = await Poet.load({ model: folder });
    const options = { form: '五言绝句', seed: 3, sampling: { temperature: 0 } } as const;
    const [first] = await free.write(options);
    const knownLines = LineIndex.of(first!.lines);
    await free.release();
    const poet = await Poet.load({ model: folder, knownLines });
    const [again] = await poet.write(options);
    expect(again!.novelty).toEqual(['known', 'known', 'known', 'known']);
    const [original] = await poet.write({ ...options, original: true });
    expect(original!.novelty).toEqual(['new', 'new', 'new', 'new']);
    expect(original!.score).toBeGreaterThan(again!.score - 1);
    await poet.release();
  });
});
