import { describe, expect, it } from 'vitest';
import { BOOK_NAMES } from '../../../src/poetry/readings/book-names.js';
import { bookByName } from '../../../src/poetry/readings/books.js';
import { checkPoem } from '../../../src/poetry/prosody/check.js';
import { finalOf, ZHONGHUA_TONGYUN, ZHONGHUA_XINYUN } from '../../../src/poetry/readings/mandarin-rhymes.js';
import { canBe } from '../../../src/poetry/readings/readings.js';
import { toneMark } from './tone-mark.js';

describe('the rhyme books of today', () => {
  it.each([
    ['zhi4', '-i'],
    ['ri4', '-i'],
    ['si1', '-i'],
    ['yi1', 'i'],
    ['ji1', 'i'],
    ['yuan2', 'üan'],
    ['juan1', 'üan'],
    ['xue2', 'üe'],
    ['yue4', 'üe'],
    ['lv4', 'ü'],
    ['qu4', 'ü'],
    ['wu3', 'u'],
    ['wang2', 'uang'],
    ['you3', 'iu'],
    ['ying1', 'ing'],
    ['yong3', 'iong'],
    ['er2', 'er'],
    ['an1', 'an'],
    ['zhuang1', 'uang'],
  ])('take the final of %s to be %s', (syllable, final) => {
    expect(finalOf(syllable)).toBe(final);
  });

  it('know sixteen and fourteen groups', () => {
    expect(ZHONGHUA_TONGYUN.readings('东').map(({ group }) => group.label)).toEqual(['十五雍']);
    expect(ZHONGHUA_XINYUN.readings('东').map(({ group }) => group.label)).toEqual(['十一庚']);
    expect(ZHONGHUA_XINYUN.readings('诗').map(({ group }) => group.label)).toEqual(['十三支']);
  });

  it('read the entering tone as Mandarin does: 白 is oblique in the old book and level in the new', () => {
    expect(toneMark('白')).toBe('仄');
    expect(canBe('白', '平', ZHONGHUA_TONGYUN)).toBe(true);
  });

  it('judge a poem by the book asked for', () => {
    const text = '远上寒山石径斜，白云生处有人家。停车坐爱枫林晚，霜叶红于二月花。';
    expect(checkPoem(text).rhyme).toMatchObject({ book: '平水韵', group: '下平六麻', ok: true });
    const modern = checkPoem(text, { book: ZHONGHUA_TONGYUN });
    expect(modern.rhyme).toMatchObject({ book: '中华通韵', group: '一啊', ok: true });
  });

  it('are found by name', () => {
    expect(BOOK_NAMES.every((name) => bookByName(name) !== undefined)).toBe(true);
    expect(bookByName('新韵')).toBe(ZHONGHUA_XINYUN);
    expect(bookByName('x')).toBeUndefined();
  });
});
