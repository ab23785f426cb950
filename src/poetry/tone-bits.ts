/** Tones as bits, for tables and masks that take many characters at once. */
import { writtenTones, type Tone } from './readings.js';
import { isHan } from './text.js';

export const LEVEL = 1;
export const OBLIQUE = 2;

/** The bit of a tone. */
export const bitOf = (tone: Tone): number => (tone === '平' ? LEVEL : OBLIQUE);

const cache = new Map<string, number>();

/** The tones in which a character may be written, as the sum of {@link LEVEL} and {@link OBLIQUE}: both where none is known, 0 for what is no Han character. */
export function toneBits(character: string): number {
  let bits = cache.get(character);
  if (bits === undefined) {
    const tones = writtenTones(character);
    const takes = (tone: Tone): boolean => tones.length === 0 || tones.includes(tone);
    bits = isHan(character) ? (takes('平') ? LEVEL : 0) + (takes('仄') ? OBLIQUE : 0) : 0;
    cache.set(character, bits);
  }
  return bits;
}
