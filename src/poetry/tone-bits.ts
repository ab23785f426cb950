/** Tones as bits, for tables and masks that take many characters at once. */
import { LRUCache } from 'lru-cache';
import { KEPT_CHARACTERS, readingsOf, writtenTones, type Tone } from './readings.js';
import { isHan } from './text.js';

export const LEVEL = 1;
export const OBLIQUE = 2;

/** The bit of a tone. */
export const bitOf = (tone: Tone): number => (tone === '平' ? LEVEL : OBLIQUE);

const cache = new LRUCache<string, number>({ max: KEPT_CHARACTERS, memoMethod: lookUp });

/** The tones in which a character may be written, as the sum of {@link LEVEL} and {@link OBLIQUE}: both where none is known, 0 for what is no Han character. */
export function toneBits(character: string): number {
  return cache.memo(character);
}

function lookUp(character: string): number {
  if (!isHan(character)) return 0;
  const tones = writtenTones(character);
  const takes = (tone: Tone): boolean => tones.length === 0 || tones.includes(tone);
  return (takes('平') ? LEVEL : 0) + (takes('仄') ? OBLIQUE : 0);
}

/** The tones in which a given character may be read, as bits: both where none is known, 0 for what is no Han character. */
export function givenBits(character: string): number {
  if (!isHan(character)) return 0;
  const tones = readingsOf(character).flatMap(({ tone, rank }) => (rank === 'rare' ? [] : [tone]));
  return [...new Set(tones)].reduce((bits, tone) => bits + bitOf(tone), 0) || LEVEL + OBLIQUE;
}
