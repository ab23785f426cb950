/** The rhyme books that a check can go by. */
import { fullBookName, type BookName } from './book-names.js';
import { ZHONGHUA_TONGYUN, ZHONGHUA_XINYUN } from './mandarin-rhymes.js';
import { PINGSHUI, type RhymeBook } from './readings.js';

export const BOOKS = {
  平水韵: PINGSHUI,
  中华通韵: ZHONGHUA_TONGYUN,
  中华新韵: ZHONGHUA_XINYUN,
} as const satisfies Record<BookName, RhymeBook>;

/** A book by its name or a shorter one. */
export function bookByName(name: string): RhymeBook | undefined {
  const full = fullBookName(name);
  return full && BOOKS[full];
}
