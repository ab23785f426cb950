/** Rhyme: which group a poem rhymes in, and which lines do not. */
import type { RhymeGroup } from './pingshui.js';
import { levelGroups, PINGSHUI, type RhymeBook } from './readings.js';
import { violation, type Violation } from './rules.js';

export interface RhymeCheck {
  /** The group that most rhyme words share: a level one, or an oblique one where more share it. */
  readonly group: RhymeGroup | undefined;
  /** Share of rhyme positions in the best level group. */
  readonly share: number;
  /** Share of rhyme positions in the best group of any tone: old-style verse rhymes in oblique ones too. */
  readonly anyToneShare: number;
  /** Whether all rhymes are in one level group, each word once. */
  readonly ok: boolean;
  /** Whether the first line rhymes too (首句入韵), in the group or by licence. */
  readonly firstLine: boolean;
  readonly violations: readonly Violation[];
  readonly licences: readonly Violation[];
  readonly notes: readonly Violation[];
}

interface Vote {
  readonly group: RhymeGroup;
  readonly count: number;
}

/** The group that most of the words can be read in; of equal ones the first met. */
function mostShared(
  words: readonly string[],
  groupsOf: (word: string) => readonly RhymeGroup[],
): Vote | undefined {
  const votes = new Map<RhymeGroup, number>();
  for (const word of words) {
    for (const group of groupsOf(word)) votes.set(group, (votes.get(group) ?? 0) + 1);
  }
  const [best] = [...votes].sort((a, b) => b[1] - a[1]);
  return best && { group: best[0], count: best[1] };
}

/** Checks the rhyme of the even lines, and of the first where it rhymes. */
export function checkRhyme(lines: readonly string[], book: RhymeBook = PINGSHUI): RhymeCheck {
  const words = lines.map((line) => Array.from(line).at(-1) ?? '');
  const positions = words.flatMap((_, index) => (index % 2 === 1 ? [index] : []));
  const rhymeWords = positions.map((index) => words[index] ?? '');
  const best = mostShared(rhymeWords, (word) => levelGroups(word, book));
  const oblique = mostShared(rhymeWords, (word) =>
    book.readings(word).flatMap(({ tone, group }) => (tone === '仄' ? [group] : [])),
  );
  const group = best?.group;
  const rhymes = (index: number): boolean =>
    levelGroups(words[index] ?? '', book).some((one) => one === group);
  const violations = positions
    .filter((index) => !rhymes(index))
    .map((index) => violation('rhyme', index + 1, words[index] ?? ''));
  for (const index of positions) {
    const word = words[index] ?? '';
    if (positions.some((other) => other < index && words[other] === word)) {
      violations.push(violation('repeated-rhyme', index + 1, word));
    }
  }
  const borrowed =
    group !== undefined &&
    !rhymes(0) &&
    levelGroups(words[0] ?? '', book).some((one) => book.areNeighbours(one, group));
  const firstLine = group !== undefined && (rhymes(0) || borrowed);
  const shareOf = (count = 0): number => (positions.length === 0 ? 0 : count / positions.length);
  return {
    group: (oblique?.count ?? 0) > (best?.count ?? 0) ? oblique?.group : group,
    share: shareOf(best?.count),
    anyToneShare: shareOf(Math.max(best?.count ?? 0, oblique?.count ?? 0)),
    ok: positions.length > 0 && violations.length === 0,
    firstLine,
    violations,
    licences: borrowed ? [violation('borrowed-rhyme', 1, words[0] ?? '')] : [],
    notes: group === undefined ? [] : chimingEnds(words, group, firstLine, book),
  };
}

/** 撞韵: lines that do not rhyme, and end in the poem's rhyme in an oblique tone whatever way they are read. */
function chimingEnds(
  words: readonly string[],
  group: RhymeGroup,
  firstLine: boolean,
  book: RhymeBook,
): Violation[] {
  return words.flatMap((word, index) => {
    if (index % 2 === 1 || (index === 0 && firstLine)) return [];
    const readings = book.readings(word);
    const chimes = readings.length > 0 && readings.every(({ level }) => level === group.label);
    return chimes ? [violation('chiming-end', index + 1, word)] : [];
  });
}
