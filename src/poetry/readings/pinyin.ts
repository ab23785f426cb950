/** How lines sound today: pinyin with tone marks. */
import { pinyin } from 'pinyin-pro';

/** The syllables of a line, one a character; readings are chosen by the words around. */
export function toPinyin(line: string): string[] {
  return pinyin(line, { type: 'array' });
}

/** All readings of a character in today's Mandarin, the commonest first. */
export function toPinyinReadings(character: string): string[] {
  return [...new Set(pinyin(character, { multiple: true, type: 'array' }))];
}
