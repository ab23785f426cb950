/** The names of the rhyme books, apart from the books: those of today's Mandarin bring a dictionary of pinyin along. */

/** The book that everything goes by where nothing else is said. */
export const DEFAULT_BOOK = '平水韵';

const FULL_NAMES = [DEFAULT_BOOK, '中华通韵', '中华新韵'] as const;
export type BookName = (typeof FULL_NAMES)[number];

const ALIASES: Readonly<Record<string, BookName>> = {
  pingshui: '平水韵',
  tongyun: '中华通韵',
  通韵: '中华通韵',
  xinyun: '中华新韵',
  新韵: '中华新韵',
};

/** All names that people type. */
export const BOOK_NAMES: readonly string[] = [...FULL_NAMES, ...Object.keys(ALIASES)];

/** The full name of a book, by it or a shorter one. */
export function fullBookName(name: string): BookName | undefined {
  return (
    FULL_NAMES.find((full) => full === name) ?? (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined)
  );
}
