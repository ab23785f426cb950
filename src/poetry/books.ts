/** The rhyme books that a check can go by. */
import { ZHONGHUA_TONGYUN, ZHONGHUA_XINYUN } from './mandarin-rhymes.js';
import { PINGSHUI, type RhymeBook } from './readings.js';

/** By the names that people type. */
export const BOOKS = {
  平水韵: PINGSHUI,
  中华通韵: ZHONGHUA_TONGYUN,
  中华新韵: ZHONGHUA_XINYUN,
} as const satisfies Record<string, RhymeBook>;

const ALIASES: Readonly<Record<string, keyof typeof BOOKS>> = {
  pingshui: '平水韵',
  tongyun: '中华通韵',
  通韵: '中华通韵',
  xinyun: '中华新韵',
  新韵: '中华新韵',
};

export const BOOK_NAMES = [...Object.keys(BOOKS), ...Object.keys(ALIASES)];

/** A book by its name or a shorter one. */
export function bookByName(name: string): RhymeBook | undefined {
  const full = ALIASES[name] ?? name;
  return Object.hasOwn(BOOKS, full) ? BOOKS[full as keyof typeof BOOKS] : undefined;
}
