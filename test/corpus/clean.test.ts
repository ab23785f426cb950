import { describe, expect, it } from 'vitest';
import { cleanPoem, removeNotes } from '../../src/corpus/clean.js';
import { findDuplicates } from '../../src/corpus/duplicates.js';
import type { SourcePoem } from '../../src/corpus/poem.js';

const poem = (...paragraphs: string[]): SourcePoem => ({
  id: 'x',
  title: '登鸛雀樓',
  author: '王之渙',
  paragraphs,
  tags: [],
  file: 'test.json',
});
const COUPLETS = ['白日依山盡，黃河入海流。', '欲窮千里目，更上一層樓。'] as const;
const rulesOf = (source: SourcePoem): string[] => cleanPoem(source).decisions.map(({ rule }) => rule);

describe('cleaning', () => {
  it('leaves a clean poem alone, in both scripts', () => {
    const { poem: kept, decisions } = cleanPoem(poem(...COUPLETS));
    expect(decisions).toEqual([]);
    expect(kept?.lines).toEqual(['白日依山尽', '黄河入海流', '欲穷千里目', '更上一层楼']);
    expect(kept?.traditional[2]).toBe('欲窮千里目');
  });

  it('removes notes, also nested and across paragraphs', () => {
    expect(removeNotes('白日（一作（紅）日）依山')).toBe('白日依山');
    const kept = cleanPoem(poem('（此詩一作朱斌，', '未知孰是）' + COUPLETS[0], COUPLETS[1]));
    expect(kept.poem?.lines).toHaveLength(4);
    expect(kept.decisions.map(({ rule }) => rule)).toContain('note');
  });

  it('keeps what brackets restore', () => {
    expect(cleanPoem(poem('白[日]依山盡，黃河入海流。', COUPLETS[1])).poem?.lines[0]).toBe('白日依山尽');
  });

  it("removes editors' 〖〗 with what they hold, and quotation marks without", () => {
    const kept = cleanPoem(poem('〖辛本〗「白日」依山盡，黃河入海流。', COUPLETS[1]));
    expect(kept.poem?.lines[0]).toBe('白日依山尽');
    expect(kept.decisions.map(({ rule }) => rule)).toEqual(['note', 'markup']);
  });

  it('simplifies a rhyme word as any other: poets rhyme 纔 where 才 rhymes, whatever else a dictionary lists', () => {
    const kept = cleanPoem(poem('白日依山盡，黃河入海纔。', COUPLETS[1]));
    expect(kept.poem?.lines[1]).toBe('黄河入海才');
    expect(kept.decisions).toEqual([]);
  });

  it('writes standard characters for variants, and leaves the traditional text as it was', () => {
    const { poem: kept, decisions } = cleanPoem(poem('疎簷臥看劒，鬬鴈唳寒谿。', COUPLETS[1]));
    expect(kept?.lines.slice(0, 2)).toEqual(['疏檐卧看剑', '斗雁唳寒溪']);
    expect(kept?.traditional.slice(0, 2)).toEqual(['疎簷臥看劒', '鬬鴈唳寒谿']);
    expect(decisions.map(({ rule }) => rule)).toEqual(['variant']);
  });

  it('reads compatibility ideographs and radicals as the characters they stand for', () => {
    const { poem: kept, decisions } = cleanPoem(poem('⽩⽇依\u{2F80C}盡，黃河入海\uF9CA。', COUPLETS[1]));
    expect(kept?.traditional.slice(0, 2)).toEqual(['白日依㒞盡', '黃河入海流']);
    expect(decisions.map(({ rule }) => rule)).toContain('compatibility');
  });

  it('ends a line where the text has a line break', () => {
    const { poem: kept } = cleanPoem(poem('白日依山盡', '黃河入海流', '欲窮千里目\n更上一層樓'));
    expect(kept?.lines).toEqual(['白日依山尽', '黄河入海流', '欲穷千里目', '更上一层楼']);
    expect(kept?.marks).toHaveLength(4);
  });

  it('mends line breaks', () => {
    expect(rulesOf(poem(COUPLETS.join('')))).toEqual(['linebreak']);
  });

  it.each([
    ['missing', ['白日依□盡，黃河入海流。', COUPLETS[1]]],
    ['missing', ['白日依囗盡，黃河入海流。', COUPLETS[1]]],
    ['missing', ['白日依{山盡}山，黃河入海流。', COUPLETS[1]]],
    ['foreign', ['白日依山盡abc，黃河入海流。', COUPLETS[1]]],
    ['empty', ['。']],
    ['length', [COUPLETS[0]]],
    ['irregular', ['白日依山盡，黃河入海流不息。', COUPLETS[1]]],
  ])('drops for %s', (rule, paragraphs) => {
    const result = cleanPoem(poem(...paragraphs));
    expect(result.poem).toBeUndefined();
    expect(result.decisions.at(-1)).toMatchObject({ rule, outcome: 'dropped' });
  });
});

describe('duplicates', () => {
  const eight = ['一', '二', '三', '四', '五', '六', '七', '八'];
  const of = (id: string, lines: readonly string[], quality = 0.5) => ({ id, lines, quality });

  it('are the same poem, a part of one, and poems that share half of their lines', () => {
    const { dropped } = findDuplicates([
      of('a', eight),
      of('b', eight),
      of('c', eight.slice(0, 4)),
      of('d', ['一', '二', '甲', '乙']),
      of('e', ['一', '二', '甲', '丙', '丁', '戊']),
    ]);
    expect(Object.fromEntries(dropped)).toEqual({
      b: { rule: 'duplicate', of: 'a' },
      c: { rule: 'near-duplicate', of: 'a' },
      d: { rule: 'near-duplicate', of: 'a' },
    });
  });

  it('leave the better copy', () => {
    const { dropped } = findDuplicates([of('a', eight, 0.2), of('b', eight, 0.9)]);
    expect([...dropped.keys()]).toEqual(['a']);
  });

  it('cluster poems that share two lines, directly or by way of others', () => {
    const rest = (mark: string): string[] => ['1', '2', '3', '4', '5', '6'].map((one) => mark + one);
    const { dropped, clusterOf } = findDuplicates([
      of('a', ['一', '二', ...rest('a')]),
      of('b', ['一', '二', '三', '四', ...rest('b')]),
      of('c', ['三', '四', ...rest('c')]),
      of('d', ['一', ...rest('d')]),
    ]);
    expect(dropped.size).toBe(0);
    expect(new Set(['a', 'b', 'c'].map(clusterOf)).size).toBe(1);
    expect(clusterOf('d')).not.toBe(clusterOf('a'));
  });
});
