/** Rhyme in regulated verse: which level group a poem rhymes in, and which lines do not. */
import { lineLayout } from '../forms/layout.js';
import type { RhymeGroup } from '../readings/pingshui.js';
import { mixedRhymes } from './rhyme-patterns.js';
import type { RhymeBook } from '../readings/readings.js';
import { RULES, violation, type Violation } from './rules.js';
import { sameCharacter } from '../script/variants.js';
import { endOf, endReadings, endWord, readVerse, type Verse } from './verse.js';

export interface RhymeCheck {
  /** The level group that most rhyme words share. */
  readonly group: RhymeGroup | undefined;
  /** Lines that rhyme or should, from 0. */
  readonly positions: readonly number[];
  /** Share of the lower lines in the group. */
  readonly share: number;
  /** Whether the first line rhymes too (首句入韵), in the group or by licence. */
  readonly firstLine: boolean;
  /** Violations, licences and notes. */
  readonly findings: readonly Violation[];
}

/** The lines of a poem that rhyme in regulated verse whatever it does besides: the lower ones. */
export function lowerLines({ lines }: Verse): readonly number[] {
  return lines.flatMap((_, line) => (lineLayout(line, lines.length).role === 'lower' ? [line] : []));
}

/** The level groups of a line's last character. */
export function levelEnds(verse: Verse, line: number): readonly RhymeGroup[] {
  return endReadings(verse, line, '平').map(({ group }) => group);
}

/** Whether a line can only end level. */
export function endsLevel(verse: Verse, line: number): boolean {
  return levelEnds(verse, line).length > 0 && endReadings(verse, line, '仄').length === 0;
}

/**
 * The group that most of the rhyme words can be read in, a level first line counted; of equal ones that in which a first line of either
 * tone rhymes too, then that of the earlier word.
 */
function mostShared(verse: Verse, lower: readonly number[]): RhymeGroup | undefined {
  const opens = levelEnds(verse, 0);
  const votes = new Map<RhymeGroup, number>();
  for (const line of endsLevel(verse, 0) ? [0, ...lower] : lower) {
    for (const group of levelEnds(verse, line)) votes.set(group, (votes.get(group) ?? 0) + 1);
  }
  const [best] = [...votes].sort(
    (a, b) => b[1] - a[1] || Number(opens.includes(b[0])) - Number(opens.includes(a[0])),
  );
  return best?.[0];
}

/** Checks the rhyme of the lower lines, and of the first where it ends level. */
export function checkRhyme(verse: Verse): RhymeCheck {
  const lower = lowerLines(verse);
  const opens = endsLevel(verse, 0) ? [0] : [];
  const group = mostShared(verse, lower);
  const rhymes = (line: number): boolean => levelEnds(verse, line).some((one) => one === group);
  const borrows = (line: number): boolean =>
    group !== undefined &&
    !rhymes(line) &&
    levelEnds(verse, line).some((one) => verse.book.areNeighbours(one, group));
  const findings: Violation[] = [];
  if (borrows(0)) findings.push(violation('borrowed-rhyme', 1, endWord(verse, 0)));
  const firstLine = rhymes(0) || borrows(0);
  const positions = firstLine || opens.length > 0 ? [0, ...lower] : lower;
  const mixed = group && mixedRhymes(verse, lower, group, rhymes(0));
  findings.push(...(mixed?.findings ?? []));
  for (const line of positions) {
    if (rhymes(line) || (line === 0 && firstLine) || mixed?.licensed.has(line)) continue;
    const word = endWord(verse, line);
    // A first line need not rhyme, but then it must not end level.
    findings.push(violation(line === 0 ? 'ending' : 'rhyme', line + 1, word));
    if (endOf(verse, line)?.rare.some((reading) => reading.group === group)) {
      findings.push(violation('rare-reading', line + 1, word, group?.label));
    }
  }
  findings.push(...repeatedRhymes(verse, positions));
  if (group) findings.push(...chimingEnds(verse, positions, group));
  const inGroup = lower.filter(rhymes).length;
  return {
    group,
    positions,
    share: lower.length === 0 ? 0 : inGroup / lower.length,
    firstLine,
    findings,
  };
}

/** Whether lines rhyme as regulated verse does: all in one level group, by no word twice, the first line where it ends level. */
export function rhymesThroughout(lines: readonly string[], book?: RhymeBook): boolean {
  const { positions, findings } = checkRhyme(readVerse(lines, book));
  return positions.length > 0 && !findings.some(({ rule }) => RULES[rule].kind === 'violation');
}

/** 重韵: rhyme words that were used before. */
function repeatedRhymes(verse: Verse, positions: readonly number[]): Violation[] {
  return positions.flatMap((line, at) => {
    const word = endWord(verse, line);
    const before = positions.slice(0, at).some((other) => sameCharacter(endWord(verse, other), word));
    return before ? [violation('repeated-rhyme', line + 1, word)] : [];
  });
}

/** 撞韵: lines that do not rhyme, and end in the poem's rhyme in an oblique tone whatever way they are read. */
function chimingEnds(verse: Verse, positions: readonly number[], group: RhymeGroup): Violation[] {
  return verse.lines.flatMap((_, line) => {
    if (positions.includes(line)) return [];
    const readings = endOf(verse, line)?.readings ?? [];
    const chimes = readings.length > 0 && readings.every(({ level }) => level === group.label);
    return chimes ? [violation('chiming-end', line + 1, endWord(verse, line))] : [];
  });
}
