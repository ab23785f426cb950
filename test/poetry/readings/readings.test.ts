import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dictionaryModule, STANDARD_CHARACTERS } from '../../../scripts/dictionary-table.js';
import { readPoem } from '../../../src/poetry/readings/poem-readings.js';
import {
  canBe,
  PINGSHUI,
  writtenGroups,
  writtenTones,
  type Rank,
} from '../../../src/poetry/readings/readings.js';
import { usageOf } from '../../../src/poetry/readings/usage.js';
import { toneMark } from './tone-mark.js';

const ranked = (character: string, rank: Rank): string[] =>
  PINGSHUI.readings(character).flatMap((reading) => (reading.rank === rank ? [reading.group.label] : []));
/** What the places of the first line are read as: 平, 仄, or 中 where both count. */
const tonesOf = (...lines: string[]): string =>
  (readPoem(lines)[0] ?? [])
    .map(({ readings }) => new Set(readings.map(({ tone }) => tone)))
    .map((tones) => (tones.size === 2 ? '中' : [...tones].join('')))
    .join('');

describe('readings by use', () => {
  it.each([
    ['不', '仄'],
    ['与', '仄'],
    ['若', '仄'],
    ['光', '平'],
    ['风', '平'],
    ['空', '平'],
    ['沙', '平'],
    ['何', '平'],
    ['能', '平'],
    ['知', '平'],
  ])('%s is %s, whatever else a dictionary lists', (character, tone) => {
    expect(toneMark(character)).toBe(tone);
    expect(
      PINGSHUI.readings(character).some((reading) => reading.tone !== tone && reading.rank !== 'rare'),
    ).toBe(false);
  });

  it.each([...'看过教重思应相胜乘王为将当长听论望吹烧分行更令调难'])('%s has both tones', (character) => {
    expect(toneMark(character)).toBe('中');
  });

  it('keep a rare reading apart, with the counts that say so', () => {
    expect(ranked('不', 'rare')).toContain('下平十一尤');
    const { level, oblique } = usageOf('不');
    expect(oblique).toBeGreaterThan(50 * level);
  });

  it('count at the end of a line where poets rhyme on them: 不 in 尤, as 否', () => {
    const last = (line: string): string[] =>
      (readPoem([line])[0]?.at(-1)?.readings ?? []).map(({ group }) => group.label);
    expect(last('君能补缀不')).toContain('下平十一尤');
    expect(readPoem(['不知细叶谁裁出'])[0]?.[0]?.readings.map(({ tone }) => tone)).not.toContain('平');
  });

  it('are those of later books where 廣韻 lacks a character', () => {
    expect(ranked('壳', 'usual')).toEqual(['入声三觉']);
    expect(ranked('鸶', 'usual')).toEqual(['上平四支']);
    expect(ranked('枪', 'usual').sort()).toEqual(['下平七阳', '下平八庚']);
  });

  it('tell groups by rhymes: 涯 is rhymed in 麻 and 支, 车 in 麻 and 鱼, 行 in 庚 and 阳', () => {
    expect(ranked('涯', 'usual').sort()).toEqual(['上平四支', '下平六麻']);
    expect(ranked('车', 'usual').sort()).toEqual(['上平六鱼', '下平六麻']);
    expect(ranked('行', 'usual').sort()).toEqual(['下平七阳', '下平八庚']);
  });

  it('are those of each traditional character in simplified script, and of one in traditional script', () => {
    expect(ranked('余', 'usual')).toEqual(['上平六鱼']);
    expect(ranked('余', 'rare')).toEqual(['下平六麻']);
    expect(ranked('征', 'usual').sort()).toEqual(['下平八庚', '下平十蒸']);
    const groups = (script: 'simplified' | 'traditional'): string[] =>
      PINGSHUI.readings('后', script).map(({ group }) => group.label);
    expect(groups('traditional')).toEqual(groups('simplified'));
    expect(PINGSHUI.readings('干', 'traditional').map(({ tone }) => tone)).toEqual(['平']);
    expect(new Set(PINGSHUI.readings('干').map(({ tone }) => tone)).size).toBe(2);
  });
});

describe('characters of today', () => {
  const common = STANDARD_CHARACTERS.slice(0, 6500);

  it('of the first two lists of 通用规范汉字表 all have a reading: 5,908 in 廣韻, in some form, 4 in later books, 588 by their sound', () => {
    const derived = common.filter((character) =>
      PINGSHUI.readings(character).every((reading) => reading.derived),
    );
    expect(common.filter((character) => PINGSHUI.readings(character).length === 0)).toEqual([]);
    expect(derived).toHaveLength(588);
  });

  it('are read as they sound, and marked: 她 们 找', () => {
    expect(PINGSHUI.readings('她')).toMatchObject([
      { tone: '平', group: { label: '下平五歌' }, derived: true },
    ]);
    expect(PINGSHUI.readings('们')).toMatchObject([
      { tone: '平', group: { label: '上平十三元' }, derived: true },
    ]);
    expect(PINGSHUI.readings('找')).toMatchObject([{ tone: '仄', derived: true }]);
    expect(PINGSHUI.readings('看').every(({ derived }) => derived === undefined)).toBe(true);
  });

  it('come from the script that says how they were found', () => {
    expect(readFileSync('src/poetry/readings/dictionary-table.ts', 'utf8')).toBe(dictionaryModule());
  });
});

describe('the words around', () => {
  it.each([
    ['待到重阳日', '仄仄平平仄'],
    ['绝域万重花', '仄仄仄平平'],
    ['莫教枝上啼', '仄平平仄平'],
    ['低头思故乡', '平平平仄平'],
    ['隔叶黄鹂空好音', '仄仄平平平仄平'],
    ['浑欲不胜簪', '平仄仄平平'],
    ['相看两不厌', '平平仄仄仄'],
    ['低头忆思乡', '平平仄平平'],
    ['诸侯万乘尊', '平平仄仄平'],
    ['辽海沧浪水', '平仄平平仄'],
    ['浪花如雪白', '仄平平仄仄'],
    ['昔人已乘黄鹤去', '仄平仄平平仄仄'],
    ['功业尚书高', '平仄平平平'],
    ['年华尚未衰', '平平仄仄平'],
  ])('decide: %s is %s', (line, tones) => {
    expect(tonesOf(line)).toBe(tones);
  });

  it('are named', () => {
    expect(readPoem(['待到重阳日'])[0]?.[2]?.decidedBy).toBe('重阳');
    expect(readPoem(['昔人已乘黄鹤去'])[0]?.[3]).toMatchObject({
      decidedBy: '乘',
      readings: [{ tone: '平' }],
    });
    expect(readPoem(['白日依山尽'])[0]?.every(({ decidedBy }) => decidedBy === undefined)).toBe(true);
  });

  it.each([
    ['时时偷眼看君王', 4],
    ['折花携酒看龙窝', 4],
    ['只为白衣声过重', 6],
    ['此别难重陈', 3],
    ['凭寄家书为回报', 4],
  ])('leave the choice to the meter where they are few, or stand across a pause: %s', (line, at) => {
    const place = readPoem([line])[0]?.[at];
    expect(place?.decidedBy).toBeUndefined();
    expect(new Set(place?.readings.map(({ tone }) => tone)).size).toBe(2);
  });

  it('leave the choice to the meter where they do not tell', () => {
    expect(tonesOf('思')).toBe('中');
  });
});

describe('the script of the whole poem', () => {
  it('says whether a character is itself', () => {
    const labels = (...lines: string[]): string[] =>
      (readPoem(lines)[0]?.[0]?.readings ?? []).map(({ group }) => group.label);
    expect(labels('干', '門前千樹柳')).toEqual(['上平十四寒']);
    expect(labels('干', '门前千树柳').length).toBeGreaterThan(1);
  });
});

describe('what is written', () => {
  it('has one tone a character, the one that poets use most', () => {
    for (const [character, tone] of ['看平', '过仄', '教平', '应平', '将平', '长平', '为平', '难平'].map(
      (one) => [...one],
    )) {
      expect(writtenTones(character ?? '')).toEqual([tone]);
      expect(canBe(character ?? '', tone === '平' ? '平' : '仄')).toBe(true);
    }
  });

  it('rhymes in groups of that tone; a character that no book has is not written', () => {
    expect(writtenGroups('看').map(({ label }) => label)).toEqual(['上平十四寒']);
    expect(writtenTones('她')).toEqual([]);
  });
});
