import { canBe, PINGSHUI, type RhymeBook } from '../../../src/poetry/readings/readings.js';

/** The tones a character can have: 平, 仄, 中 (both), ? (unknown). */
export function toneMark(character: string, book: RhymeBook = PINGSHUI): '平' | '仄' | '中' | '?' {
  if (book.readings(character).length === 0) return '?';
  if (!canBe(character, '仄', book)) return '平';
  return canBe(character, '平', book) ? '中' : '仄';
}
