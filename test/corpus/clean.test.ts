import { describe, expect, it } from 'vitest';
import { cleanPoem, removeNotes } from '../../src/corpus/clean.js';
import { DuplicateIndex } from '../../src/corpus/duplicates.js';
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

  it('mends line breaks', () => {
    expect(rulesOf(poem(COUPLETS.join('')))).toEqual(['linebreak']);
  });

  it.each([
    ['missing', ['白日依□盡，黃河入海流。', COUPLETS[1]]],
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
  it('finds the same poem, a poem inside another, and clusters poems that share two lines', () => {
    const index = new DuplicateIndex();
    const of = (id: string, lines: readonly string[]): Parameters<typeof index.check>[0] => ({
      id,
      title: '',
      author: '',
      lines,
      traditional: lines,
      marks: [],
    });
    const eight = ['一', '二', '三', '四', '五', '六', '七', '八'];
    expect(index.check(of('a', eight))).toBeUndefined();
    expect(index.check(of('b', eight))).toEqual({ rule: 'duplicate', of: 'a' });
    expect(index.check(of('c', ['一', '二', '十', '百']))).toEqual({ rule: 'near-duplicate', of: 'a' });
    expect(index.check(of('d', ['一', '二', '甲', '乙', '丙', '丁']))).toBeUndefined();
    expect(index.clusterOf('d')).toBe('a');
  });
});
