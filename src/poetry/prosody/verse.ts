/** A poem as it is judged: its lines with the readings of each place. */
import { readPoem, type PlaceReadings } from '../readings/poem-readings.js';
import { PINGSHUI, type Reading, type RhymeBook, type Tone } from '../readings/readings.js';

export interface Verse {
  readonly lines: readonly string[];
  readonly book: RhymeBook;
  /** For each line and place. */
  readonly places: readonly (readonly PlaceReadings[])[];
}

/** A poem as it is judged, read by a book. */
export function readVerse(lines: readonly string[], book: RhymeBook = PINGSHUI): Verse {
  return { lines, book, places: readPoem(lines, book) };
}

/** Whether a place can be read in this tone; one whose character no book knows, in either. */
export function canRead(place: PlaceReadings | undefined, tone: Tone): boolean {
  if (!place) return false;
  return place.readings.length === 0 || place.readings.some((reading) => reading.tone === tone);
}

/** The place that ends a line. */
export function endOf({ places }: Verse, line: number): PlaceReadings | undefined {
  return places[line]?.at(-1);
}

/** The character that ends a line. */
export function endWord(verse: Verse, line: number): string {
  return endOf(verse, line)?.character ?? '';
}

/** The readings of a line's last character in this tone, the usual ones first. */
export function endReadings(verse: Verse, line: number, tone: Tone): readonly Reading[] {
  const readings = endOf(verse, line)?.readings.filter((reading) => reading.tone === tone) ?? [];
  return [...readings].sort((a, b) => Number(a.rank !== 'usual') - Number(b.rank !== 'usual'));
}

/** How many characters each line has. */
export function sizesOf({ places }: Verse): readonly number[] {
  return places.map((line) => line.length);
}
