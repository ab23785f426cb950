/** How each character of a poem is read, where it stands: what a bare character cannot tell. */
import { PINGSHUI, type Reading, type RhymeBook } from './readings.js';
import { characters } from './text.js';

/** The readings of one place of a poem. */
export interface PlaceReadings {
  readonly character: string;
  /** What counts here: usual and also usual readings, less those that the script or a word rules out. Empty where none is known. */
  readonly readings: readonly Reading[];
  /** Readings that books list and poets hardly use: they never make a line right. */
  readonly rare: readonly Reading[];
  /** There where a word of the line decided between usual readings: the word. */
  readonly decidedBy?: string;
}

/** The readings of each character of a poem, line by line. */
export function readPoem(
  lines: readonly string[],
  book: RhymeBook = PINGSHUI,
): readonly (readonly PlaceReadings[])[] {
  return lines.map((line) =>
    characters(line).map((character) => {
      const all = book.readings(character);
      return {
        character,
        readings: all.filter(({ rank }) => rank !== 'rare'),
        rare: all.filter(({ rank }) => rank === 'rare'),
      };
    }),
  );
}
