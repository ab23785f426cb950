/** Preference pairs: the true poem against one that breaks what was asked, each verified to break what it claims. */
import { checkLines } from '../poetry/check.js';
import { formOfShape } from '../poetry/forms.js';
import { SPOKEN_WORDS } from '../poetry/modern-words.js';
import { rhymesThroughout } from '../poetry/rhyme.js';
import { themeCoverage } from '../poetry/themes.js';
import { inCouplets, layOut, layoutOf, lineLayout } from '../poetry/layout.js';
import { characters } from '../poetry/text.js';
import type { Random } from '../support/random.js';
import type { CleanPoem } from './poem.js';

export const REJECTION_REASONS = [
  'wrong_form',
  'wrong_line_count',
  'wrong_line_length',
  'broken_rhyme',
  'broken_tones',
  'off_theme',
  'repeated',
  'vernacular',
  'shuffled_lines',
  'recited',
] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** How often each kind is tried; the share of the whole is its number over the sum. */
export const REJECTION_SHARES: Readonly<Record<RejectionReason, number>> = {
  wrong_form: 5,
  wrong_line_count: 2,
  wrong_line_length: 2,
  broken_rhyme: 3,
  broken_tones: 3,
  off_theme: 2,
  repeated: 1,
  vernacular: 1,
  shuffled_lines: 2,
  recited: 2,
};

export interface PairSource {
  readonly poem: CleanPoem;
  readonly themes: readonly string[];
}

/** The kind to try for a pair. */
export function pickReason(random: Random): RejectionReason {
  return random.pick(
    REJECTION_REASONS.flatMap((reason) => new Array<RejectionReason>(REJECTION_SHARES[reason]).fill(reason)),
  );
}

/** What rejected answers are made of. */
export interface PairPool {
  readonly all: readonly PairSource[];
  /** Well-known poems, that a model recites. */
  readonly famous: readonly PairSource[];
}

type Corruption = (
  source: PairSource,
  others: readonly PairSource[],
  random: Random,
  famous: readonly PairSource[],
) => readonly string[] | undefined;

const replaceAt = (line: string, index: number, character: string): string =>
  characters(line)
    .map((one, at) => (at === index ? character : one))
    .join('');

const randomCharacter = (others: readonly PairSource[], random: Random): string => {
  const { lines } = random.pick(others).poem;
  return random.pick(characters(random.pick(lines)));
};

const corruptions: Readonly<Record<RejectionReason, Corruption>> = {
  // A true poem, but not of the form that was asked for: what a model does most often when it misses the form.
  wrong_form: ({ poem }, others) =>
    others.find(({ poem: other }) => formOfShape(other.lines) !== formOfShape(poem.lines))?.poem.lines,
  wrong_line_count: ({ poem }, others, random) => {
    if (random.next() < 0.5) return poem.lines.slice(0, -1);
    const same = others.filter(({ poem: other }) => other.lines[0]?.length === poem.lines[0]?.length);
    return same.length > 0 ? [...poem.lines, random.pick(random.pick(same).poem.lines)] : undefined;
  },
  wrong_line_length: ({ poem }, others, random) => {
    const at = random.integer(poem.lines.length);
    const shorter = random.next() < 0.5;
    return poem.lines.map((line, index) =>
      index !== at
        ? line
        : shorter
          ? characters(line).slice(0, -1).join('')
          : line + randomCharacter(others, random),
    );
  },
  broken_rhyme: ({ poem }, others, random) => {
    const changed = poem.lines.map((line, index) =>
      lineLayout(index, poem.lines.length).role === 'lower' && random.next() < 0.7
        ? replaceAt(line, characters(line).length - 1, randomCharacter(others, random))
        : line,
    );
    return rhymesThroughout(poem.lines) && !rhymesThroughout(changed) ? changed : undefined;
  },
  broken_tones: ({ poem }, _, random) => {
    const changed = poem.lines.map((line) =>
      random.next() < 0.6
        ? [...random.shuffle(characters(line).slice(0, -1)), characters(line).at(-1)].join('')
        : line,
    );
    const form = formOfShape(poem.lines);
    const faults = (lines: readonly string[]): number => checkLines(lines, { form }).violations.length;
    return faults(changed) > faults(poem.lines) + 1 ? changed : undefined;
  },
  off_theme: ({ poem, themes }, others) => {
    const shape = (lines: readonly string[]): string => lines.map((line) => characters(line).length).join();
    const other = others.find(
      (one) =>
        one.poem.id !== poem.id &&
        shape(one.poem.lines) === shape(poem.lines) &&
        themeCoverage(one.poem.lines.join(''), themes) < themeCoverage(poem.lines.join(''), themes),
    );
    return other?.poem.lines;
  },
  repeated: ({ poem }, _, random) => {
    const couplets = inCouplets(poem.lines);
    const from = random.integer(couplets.length);
    return couplets.with((from + 1) % couplets.length, couplets[from] ?? []).flat();
  },
  vernacular: ({ poem }, _, random) =>
    poem.lines.map((line) =>
      random.next() < 0.6 ? random.pick(SPOKEN_WORDS) + characters(line).slice(2).join('') : line,
    ),
  shuffled_lines: ({ poem }, others, random) => {
    const same = others.filter(({ poem: other }) => other.lines[0]?.length === poem.lines[0]?.length);
    if (same.length < 4) return undefined;
    const mixed = layoutOf(poem.lines.length).map(({ role }) => {
      const { lines } = random.pick(same).poem;
      return random.pick(lines.filter((_, at) => lineLayout(at, lines.length).role === role));
    });
    return rhymesThroughout(mixed) ? undefined : mixed;
  },
  // A famous poem of the form that was asked for, word for word, whatever it speaks of.
  recited: ({ poem, themes }, _, random, famous) => {
    const same = famous.filter(
      ({ poem: other }) => other.id !== poem.id && formOfShape(other.lines) === formOfShape(poem.lines),
    );
    if (same.length === 0) return undefined;
    const { lines } = random.pick(same).poem;
    const speaks = (text: readonly string[]): number => themeCoverage(text.join(''), themes);
    return speaks(lines) < speaks(poem.lines) ? lines : undefined;
  },
};

/** Poems looked at for one pair, so that time grows with the poems and not with their square. */
const SAMPLE = 40;

/** A rejected answer of the kind asked for; undefined where this poem does not lend itself to it. */
export function corrupt(
  source: PairSource,
  pool: PairPool,
  reason: RejectionReason,
  random: Random,
): string | undefined {
  const sampleOf = (from: readonly PairSource[]): PairSource[] =>
    Array.from({ length: SAMPLE }, () => random.pick(from));
  const lines = corruptions[reason](source, sampleOf(pool.all), random, sampleOf(pool.famous));
  if (!lines || lines.join() === source.poem.lines.join()) return undefined;
  return layOut(lines, source.poem.marks);
}
