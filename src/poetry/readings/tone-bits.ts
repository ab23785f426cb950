/** Tones as bits, for tables and masks that take many characters at once. */
import { PINGSHUI, type Reading, type Tone } from './readings.js';
import { isHan } from '../text.js';

export const LEVEL = 1;
export const OBLIQUE = 2;

/** The bit of a tone. */
export const bitOf = (tone: Tone): number => (tone === '平' ? LEVEL : OBLIQUE);

/** The tones in which a character may be written, as the sum of {@link LEVEL} and {@link OBLIQUE}: both where none is known, 0 for what is no Han character. */
export function toneBits(character: string): number {
  return isHan(character) ? bitsOf(PINGSHUI.writtenReadings(character)) : 0;
}

/** The tones in which a given character may be read, as bits: both where none is known, 0 for what is no Han character. */
export function givenBits(character: string): number {
  return isHan(character) ? bitsOf(PINGSHUI.counted(character)) : 0;
}

function bitsOf(readings: readonly Reading[]): number {
  return readings.reduce((bits, { tone }) => bits | bitOf(tone), 0) || LEVEL + OBLIQUE;
}
