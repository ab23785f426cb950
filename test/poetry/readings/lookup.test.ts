import { describe, expect, it } from 'vitest';
import { bookByName } from '../../../src/poetry/readings/books.js';
import { lookUpCharacter, lookUpRhyme } from '../../../src/poetry/readings/lookup.js';
import { RHYME_GROUPS } from '../../../src/poetry/readings/pingshui.js';

describe('a character', () => {
  it('has the readings of four books, and how poets use them', () => {
    const entry = lookUpCharacter('看');
    expect(entry.廣韻).toEqual([
      { form: '看', rhyme: '寒', tone: '平', group: '上平十四寒' },
      { form: '看', rhyme: '翰', tone: '去', group: '去声十五翰' },
    ]);
    expect(entry.平水韵).toEqual([
      { group: '上平十四寒', tone: '平', rank: 'usual' },
      { group: '去声十五翰', tone: '去', rank: 'also-usual' },
    ]);
    expect(new Set(entry.中华新韵.map(({ group, tone }) => `${group} ${tone}`))).toEqual(
      new Set(['八寒 平', '八寒 去']),
    );
    expect(new Set(entry.中华通韵.map(({ group }) => group))).toEqual(new Set(['十一安']));
    expect(new Set(entry.pinyin)).toEqual(new Set(['kàn', 'kān']));
    // Tang poets let 看 be level four times out of five.
    expect(entry.used.level).toBeGreaterThan(3 * entry.used.oblique);
    expect(entry.used.rhymes[0]).toMatchObject({ group: '上平十四寒' });
  });

  it('in simplified script stands for several', () => {
    const entry = lookUpCharacter('余');
    expect(entry.forms).toEqual(['余', '餘']);
    expect(entry.廣韻).toContainEqual({ form: '餘', rhyme: '魚', tone: '平', group: '上平六鱼' });
    expect(entry.平水韵.find(({ group }) => group === '下平六麻')?.rank).toBe('rare');
  });
});

describe('a rhyme group', () => {
  it.each([
    ['东', '上平一东'],
    ['一东', '上平一东'],
    ['上平一东', '上平一东'],
    ['東韻', '上平一东'],
    ['先', '下平一先'],
    ['敬', '去声二十四敬'],
    ['二十四敬', '去声二十四敬'],
    ['去声二十四敬', '去声二十四敬'],
    ['楼', '下平十一尤'],
    ['風', '上平一东'],
  ])('is found by %s', (name, group) => {
    expect(lookUpRhyme(name).map((entry) => entry.group)).toEqual([group]);
  });

  it('of each label is itself', () => {
    for (const { label } of RHYME_GROUPS)
      expect(lookUpRhyme(label).map(({ group }) => group)).toEqual([label]);
  });

  it('has its characters by how often poets rhyme on them', () => {
    const [east] = lookUpRhyme('东');
    expect(east?.characters.slice(0, 4).map(({ character }) => character)).toEqual(['风', '中', '空', '同']);
    const counts = east?.characters.map(({ count }) => count) ?? [];
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    const all = east?.characters.map(({ character }) => character) ?? [];
    expect(new Set(all).size).toBe(all.length);
    expect(lookUpRhyme('东', { script: 'traditional' })[0]?.characters[0]?.character).toBe('風');
  });

  it('of a character with two readings is two groups', () => {
    expect(lookUpRhyme('看').map(({ group }) => group)).toEqual(['上平十四寒', '去声十五翰']);
  });

  it("of today's books has a tone", () => {
    const groups = lookUpRhyme('一麻', { book: bookByName('中华新韵') });
    expect(new Set(groups.map(({ tone }) => tone))).toEqual(new Set(['平', '上', '去']));
    const [level] = groups.filter(({ tone }) => tone === '平');
    expect(level?.characters[0]?.character).toBe('花');
  });

  it('is none for other words', () => {
    expect(lookUpRhyme('hello')).toEqual([]);
    expect(lookUpRhyme('东南')).toEqual([]);
  });
});
