import { describe, expect, it } from 'vitest';
import { dictionaryReadings } from '../../../src/poetry/readings/dictionary.js';
import { PINGSHUI } from '../../../src/poetry/readings/readings.js';
import { usageOf, usedCharacters } from '../../../src/poetry/readings/usage.js';

describe('what the dictionary says of a character', () => {
  it.each([
    ['樣', '去声二十三漾', '下平七阳'],
    ['探', '去声二十八勘', '下平十三覃'],
    ['懦', '去声二十一箇', '下平五歌'],
  ])('has %s in %s, which chimes with %s', (character, label, level) => {
    const reading = dictionaryReadings(character).find(({ group }) => group.label === label);
    expect(reading?.level).toBe(level);
    // Other books have it, not 廣韻.
    expect(reading?.rhyme).toBeUndefined();
  });

  it('knows the tone of every character that poets use in one tone', () => {
    const unknown = [...usedCharacters()].filter((character) => {
      const { level, oblique } = usageOf([character]);
      const counted = PINGSHUI.readings(character, 'traditional').filter(({ rank }) => rank !== 'rare');
      const used = level >= 0.8 * (level + oblique) ? '平' : '仄';
      const clear = level + oblique >= 8 && Math.max(level, oblique) >= 0.8 * (level + oblique);
      return clear && counted.length > 0 && counted.every(({ tone }) => tone !== used);
    });
    expect(unknown).toEqual([]);
  });
});
