import { describe, expect, it } from 'vitest';
import { learnUsage, type Verse } from '../../src/corpus/learn-usage.js';
import { readCleanPoems } from '../../src/corpus/read-clean.js';

const verse = (...lines: string[]): Verse => lines.map((line) => [...line]);
const RIVER = verse(
  ...['細草微風岸', '危檣獨夜舟', '星垂平野闊', '月湧大江流'],
  ...['名豈文章著', '官應老病休', '飄飄何所似', '天地一沙鷗'],
);

describe('learning how poets use characters', () => {
  it('counts the tone that the template has, whatever the dictionary says', async () => {
    const verses: Verse[] = [];
    for await (const { traditional } of readCleanPoems(['data/starter'])) {
      verses.push(traditional.map((line) => [...line]));
    }
    const { poems, tones } = learnUsage(verses);
    expect(poems).toBeGreaterThan(50);
    const { level, oblique } = tones.get('不') ?? { level: 0, oblique: 0 };
    expect(oblique).toBeGreaterThan(10 * level);
    expect(tones.get('風')?.oblique ?? 0).toBe(0);
  });

  it('counts places that are judged', () => {
    const { poems, tones } = learnUsage([RIVER]);
    expect(poems).toBe(1);
    expect(tones.get('草')).toEqual({ level: 0, oblique: 1 });
    expect(tones.get('檣')).toEqual({ level: 1, oblique: 0 });
    expect(tones.get('微')).toBeUndefined();
  });

  it('counts words up to the pause, at places too where the line shuns the other tone', () => {
    const { tones, contexts } = learnUsage([RIVER]);
    expect(contexts.get('檣')).toEqual([{ before: '危', after: undefined, level: 1, oblique: 0 }]);
    // 平野闊: 平平平仄仄 with a level third character has an oblique fourth one.
    expect(contexts.get('野')).toEqual([{ before: '平', after: '闊', level: 0, oblique: 1 }]);
    expect(tones.get('野')).toBeUndefined();
    // 獨夜舟: 平平仄仄平 with an oblique third character has a level first one.
    expect(contexts.get('危')).toEqual([{ before: undefined, after: '檣', level: 1, oblique: 0 }]);
  });

  it('leaves out a poem that no template fits', () => {
    expect(learnUsage([verse('千山鳥飛絕', '萬徑人蹤滅', '孤舟蓑笠翁', '獨釣寒江雪')]).poems).toBe(0);
  });

  it('counts a rhyme word in the group of its fellows', () => {
    expect([...(learnUsage([RIVER]).rhymes.get('舟') ?? [])]).toEqual([['下平十一尤', 1]]);
  });
});
