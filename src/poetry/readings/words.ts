/** Words of a line of verse that tell the tone of a character in them, as poets use it; learnt by scripts/usage-table.ts. */
import { entriesOf } from './table-entries.js';
import type { Tone } from './tone.js';
import { WORDS } from './usage-table.js';

/** What stands beside a character in its phrase. */
export interface Neighbours {
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** What ends the phrase, one character on: the noun that a verb governs (乡 in 思故乡). */
  readonly object: string | undefined;
}

/** The phrase that a place belongs to: a line is read by twos, and the last phrase takes an odd character in (2 + 3, 2 + 2 + 3). */
function phraseOf(at: number, length: number): number {
  return Math.min(Math.floor(at / 2), Math.max(0, Math.floor(length / 2) - 1));
}

/** The neighbours of a character of a line. Those across a pause (相思|君) make no word with it. */
export function neighboursOf(line: readonly string[], at: number): Neighbours {
  const phrase = phraseOf(at, line.length);
  const neighbour = (offset: number): string | undefined =>
    phraseOf(at + offset, line.length) === phrase ? line[at + offset] : undefined;
  return { before: neighbour(-1), after: neighbour(1), object: neighbour(2) };
}

const entries = entriesOf(WORDS);

const TONES: readonly Tone[] = ['平', '仄'];

/** Neighbours of a character that tell its tone, as strings of standard characters. */
export type TellingNeighbours = Readonly<Record<keyof Neighbours, string>>;

/** What tells the tone of a character. */
export interface TellingWords {
  readonly neighbours: Readonly<Record<Tone, TellingNeighbours>>;
  /** The tone that it has outside these words, where its other tone lives in them (万乘). */
  readonly outside: Tone | undefined;
}

/** An entry of the table, less its character: `before.after.object` that make it level, the same for oblique, the tone outside of them. */
export function formatWords({ neighbours, outside }: TellingWords): string {
  const lists = TONES.map((tone) => {
    const { before, after, object } = neighbours[tone];
    return [before, after, object].join('.');
  });
  return [...lists, outside ?? ''].join('|');
}

function parseWords(entry: string): TellingWords {
  const [level = '', oblique = '', outside] = entry.split('|');
  return {
    neighbours: { 平: parseNeighbours(level), 仄: parseNeighbours(oblique) },
    outside: TONES.find((tone) => tone === outside),
  };
}

function parseNeighbours(lists: string): TellingNeighbours {
  const [before = '', after = '', object = ''] = lists.split('.');
  return { before, after, object };
}

/** A word that tells the tone of a character in it: the places that it takes up, the last excluded. */
export interface DecidingWord {
  readonly tone: Tone;
  readonly from: number;
  readonly to: number;
}

/** A tone that a neighbour tells, or the lack of words that have the other one. */
interface Telling {
  readonly tone: Tone;
  readonly side: keyof Neighbours | 'none';
}

/** What the neighbours of a character tell of its tone. All are standard characters. */
export function tellings(
  { neighbours, outside }: TellingWords,
  character: string,
  around: Neighbours,
): readonly Telling[] {
  const told = (['after', 'object', 'before'] as const).flatMap((side) =>
    TONES.filter((tone) => neighbours[tone][side].includes(around[side] ?? ' ')).map((tone) => ({
      tone,
      side,
    })),
  );
  // A doubled character (浪浪) is a word of its own.
  const isDoubled = around.before === character || around.after === character;
  if (told.length > 0 || !outside || isDoubled) return told;
  return [{ tone: outside, side: 'none' }];
}

/** From where to where a word extends, the last excluded, as seen from the character. */
const EXTENTS = { after: [0, 2], object: [0, 3], before: [-1, 1], none: [0, 1] } as const;

/**
 * The words of a line that tell the tone of a character in it; the character alone where none does and its other tone lives in words (已乘黄鹤 is
 * not 万乘). All of the line are standard characters.
 */
export function decidingWords(line: readonly string[], at: number): DecidingWord[] {
  const character = line[at] ?? '';
  const entry = entries().get(character);
  if (entry === undefined) return [];
  return tellings(parseWords(entry), character, neighboursOf(line, at)).map(({ tone, side }) => {
    const [from, to] = EXTENTS[side];
    return { tone, from: at + from, to: at + to };
  });
}
