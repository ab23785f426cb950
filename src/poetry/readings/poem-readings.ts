/** How each character of a poem is read, where it stands: what a bare character cannot tell. */
import { PINGSHUI, type Reading, type RhymeBook } from './readings.js';
import { scriptOf } from '../script/script.js';
import { characters } from '../text.js';
import { standardCharacter } from '../script/variants.js';
import { decidingWords } from './words.js';

/** The readings of one place of a poem. */
export interface PlaceReadings {
  readonly character: string;
  /** What counts here: usual and also usual readings, less those that the script or a word rules out. Empty where none is known. */
  readonly readings: readonly Reading[];
  /** Readings that books list and poets hardly use: they never make a line right. */
  readonly rare: readonly Reading[];
  /** There where a word of the line decided between two tones: the word. */
  readonly decidedBy?: string;
}

/**
 * The readings of each character of a poem, line by line. The script of the whole poem says whether a character is itself (traditional) or one of
 * several (simplified). Where a character has two tones, the words that it makes with its neighbours decide, if poets use them in one tone.
 */
export function readPoem(
  lines: readonly string[],
  book: RhymeBook = PINGSHUI,
): readonly (readonly PlaceReadings[])[] {
  const script = scriptOf(lines.join(''));
  return lines.map((line) => {
    const all = characters(line);
    const standard = all.map(standardCharacter);
    return all.map((character, at) => {
      const known = book.readings(character, script);
      const counts = ({ rank, atRhymes }: Reading): boolean =>
        rank !== 'rare' || (atRhymes === true && at === all.length - 1);
      const readings = known.filter(counts);
      const rare = known.filter((reading) => !counts(reading));
      const decided = book === PINGSHUI ? decide(all, standard, at, readings) : undefined;
      return { character, readings, rare, ...decided };
    });
  });
}

/** What words leave of readings in two tones; undefined where they do not tell, or contradict each other. */
function decide(
  line: readonly string[],
  standard: readonly string[],
  at: number,
  readings: readonly Reading[],
): Pick<PlaceReadings, 'readings' | 'decidedBy'> | undefined {
  if (readings.every(({ tone }) => tone === readings[0]?.tone)) return undefined;
  const words = decidingWords(standard, at);
  const [word] = words;
  if (!word || words.some(({ tone }) => tone !== word.tone)) return undefined;
  return {
    readings: readings.filter(({ tone }) => tone === word.tone),
    decidedBy: line.slice(word.from, word.to).join(''),
  };
}
