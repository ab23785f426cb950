/** Rows of a block of regular verse told apart: headings, lines, what stands below, notes. Pure. */
import { isFormLabel, namesDynasty } from './poem-header.js';
import { plainText, type Chunk, type Row } from './text-rows.js';
import {
  type LineLength,
  type VerseLine,
  size,
  linesOf,
  isLoose,
  otherLines,
  withMark,
  coverage,
  LONGEST_LINE,
  MOST_OFF,
  chunksOf,
  isMarked,
  endsWithMark,
  ends,
  stripHeading,
  show,
} from './verse-shape.js';

/** A part of a block, in order. */
export type Part =
  | { readonly kind: 'heading'; readonly text: string; readonly row: number }
  | {
      readonly kind: 'verse';
      readonly lines: readonly VerseLine[];
      /** Undefined where lines differ. */
      readonly length: LineLength | undefined;
      readonly row: number;
      /** The row that it begins in, as it was typed. */
      readonly raw: string;
      /** What stood in brackets within it. */
      readonly asides: readonly string[];
    }
  /** What names the poet below the poem. */
  | { readonly kind: 'signature'; readonly text: string; readonly row: number }
  | { readonly kind: 'note' | 'prose'; readonly text: string; readonly row: number };

type Kind = 'verse' | 'heading' | 'signature' | 'note';

export function regularParts(rows: readonly Row[], length: LineLength): Part[] {
  const kinds = kindsOf(rows, length);
  const parts: Part[] = [];
  let verse: { lines: VerseLine[]; asides: string[]; row: number; raw: string } | undefined;
  const endVerse = (): void => {
    if (verse)
      parts.push({
        kind: 'verse',
        ...verse,
        length: oddLines(verse.lines, length) >= 3 ? undefined : length,
      });
    verse = undefined;
  };
  rows.forEach((row, index) => {
    const kind = kinds[index] ?? 'note';
    if (kind !== 'verse') {
      endVerse();
      parts.push({ kind, text: row.raw, row: row.index });
      return;
    }
    const { heading, found, signature } = verseOf(row, length, verse === undefined);
    if (heading !== '') {
      endVerse();
      parts.push({ kind: 'heading', text: heading, row: row.index });
    }
    verse ??= { lines: [], asides: [], row: row.index, raw: row.raw };
    verse.lines.push(...found);
    verse.asides.push(...row.brackets.filter((aside) => aside !== signature && !found.some(holds(aside))));
    if (signature !== '') {
      endVerse();
      parts.push({ kind: 'signature', text: signature, row: row.index });
    }
  });
  endVerse();
  return parts;
}

const oddLines = (lines: readonly VerseLine[], length: number): number =>
  lines.filter(({ text }) => size(text) !== length).length;
/** Whether a short aside is part of a line, as restored characters are. */
const holds =
  (aside: string) =>
  ({ text }: VerseLine): boolean =>
    size(aside) <= 3 && text.includes(aside);

/** What each row of a block of regular verse is. */
function kindsOf(rows: readonly Row[], length: LineLength): Kind[] {
  const marked = isMarked(chunksOf(rows));
  const found = rows.map((row, index) => kindOf(row, rows[index - 1], length, marked));
  const kinds = settleOddRows(rows, found, length);
  const firstVerse = kinds.indexOf('verse');
  rows.forEach(({ chunks, brackets }, index) => {
    if (chunks.length === 0 && brackets.length > 0 && index < firstVerse) kinds[index] = 'heading';
  });
  if (marked) settleBareLines(rows, kinds, length);
  else settleFirstRow(rows, kinds, length);
  settleLastRow(rows, kinds, length);
  return kinds;
}

/** A name and a gloss: 白日：太阳。 */
const GLOSS = /^[^，。,:：]{1,12}[:：].*\p{Script=Han}/u;

function kindOf(row: Row, before: Row | undefined, length: LineLength, marked: boolean): Kind | 'odd' {
  const { chunks, raw } = row;
  const [first] = chunks;
  const last = chunks.at(-1);
  if (!last || !first) return 'note';
  const bare = last.mark === '';
  const within = before?.chunks.at(-1)?.mark === '，';
  if (isFormLabel(raw) || (bare && namesDynasty(raw))) return 'heading';
  const fits = coverage(chunks, length);
  if (marked && bare && !within && chunks.length === 1 && (isLoose(last, length) || fits < 1)) {
    return first.dash && before ? 'signature' : stripHeading(first, length) ? 'verse' : 'heading';
  }
  if (fits === 1) return 'verse';
  if (before && GLOSS.test(raw) && (row.numbered || fits < 0.5)) return 'note';
  if (fits >= 0.5 || stripHeading(first, length)) return 'verse';
  if (bare && chunks.some(({ pieces }) => pieces.some(({ kind }) => kind === 'title'))) {
    return first.dash ? 'signature' : 'heading';
  }
  const lines = chunks.flatMap((chunk) => linesOf(chunk, length) ?? otherLines(chunk, length));
  const near = lines.every((line) => Math.abs(size(line) - length) <= MOST_OFF);
  if (near && !row.numbered) return 'verse';
  return lines.every((line) => size(line) <= LONGEST_LINE) && !bare && !row.numbered ? 'odd' : 'note';
}

/** Rows of other lengths are verse in mixed lengths; below a poem that is whole without them they are notes. */
function settleOddRows(rows: readonly Row[], kinds: readonly (Kind | 'odd')[], length: LineLength): Kind[] {
  const last = kinds.lastIndexOf('verse');
  const lines = rows.flatMap((row, index) => (kinds[index] === 'verse' ? lineCount(row, length) : []));
  const total = lines.reduce((sum, count) => sum + count, 0);
  const whole = !kinds.slice(0, last).includes('odd') && (total === 4 || total === 8);
  return kinds.map((kind, index) => (kind !== 'odd' ? kind : whole && index > last ? 'note' : 'verse'));
}

const lineCount = ({ chunks }: Row, length: number): number =>
  chunks.flatMap((chunk) => (isLoose(chunk, length) ? [] : (linesOf(chunk, length) ?? []))).length;

/** Where lines have marks, one without that stands before whole couplets or another heading is a title as long as a line. */
function settleBareLines(rows: readonly Row[], kinds: Kind[], length: LineLength): void {
  const bare = rows.map((row, index) => {
    const comma = rows[index - 1]?.chunks.at(-1)?.mark === '，';
    return (
      kinds[index] === 'verse' &&
      row.chunks.length === 1 &&
      !endsWithMark(row) &&
      !comma &&
      lineCount(row, length) === 1
    );
  });
  for (const index of bare.keys()) {
    if (!bare[index]) continue;
    let after = 0;
    let next = index + 1;
    while (kinds[next] === 'heading') next += 1;
    while (next < rows.length && kinds[next] === 'verse' && !bare[next])
      after += lineCount(rows[next++] as Row, length);
    if (after >= 2 && after % 2 === 0) kinds[index] = 'heading';
  }
}

/** Rows above the verse of a block without marks look like lines: they are headings where the lines are whole without them. */
function settleFirstRow(rows: readonly Row[], kinds: Kind[], length: LineLength): void {
  const counts = rows.map((row) => lineCount(row, length));
  const total = (from: number): number => counts.slice(from).reduce((sum, count) => sum + count, 0);
  const odd = counts.findLastIndex((count, index) => count === 0 && index <= 2);
  if (odd >= 0 && total(odd + 1) >= 2 && total(odd + 1) % 2 === 0) kinds.fill('heading', 0, odd + 1);
  else if (odd < 0 && counts[0] === 1 && total(0) >= 5 && total(0) % 2 === 1 && !counts.includes(0))
    kinds[0] = 'heading';
}

/** A last row that is too short to be a line is one that is still being written, if the poem is not whole without it. */
function settleLastRow(rows: readonly Row[], kinds: Kind[], length: LineLength): void {
  const last = rows.length - 1;
  const [chunk] = rows[last]?.chunks ?? [];
  if (last < 1 || kinds[last] !== 'heading' || !chunk || size(plainText(chunk)) > length) return;
  const lines = rows.slice(0, last).reduce((sum, row) => sum + lineCount(row, length), 0);
  if (lines < 4 || lines % 2 === 1) kinds[last] = 'verse';
}

/** Lines of a row, and what names the poem before them or the poet after them. */
function verseOf(
  { chunks, brackets }: Row,
  length: LineLength,
  first: boolean,
): { heading: string; found: VerseLine[]; signature: string } {
  const found: VerseLine[] = [];
  let heading = '';
  let signature = brackets.find((aside) => SIGNED.test(aside)) ?? '';
  chunks.forEach((chunk, index) => {
    const lines = linesOf(chunk, length);
    const stripped = lines === undefined && index === 0 && first ? stripHeading(chunk, length) : undefined;
    const before = chunks[index - 1]?.mark ?? '';
    if (lines) found.push(...withMark(lines, chunk.mark));
    else if (stripped) {
      heading = stripped.heading;
      found.push(...withMark(linesOf(stripped.rest, length) ?? [], chunk.mark));
    } else if (
      index === chunks.length - 1 &&
      chunk.mark === '' &&
      ends(before) &&
      size(plainText(chunk)) <= 16
    ) {
      signature = chunk.pieces.map(show).join(' ');
    } else {
      const signed = stripSignature(chunk, length);
      signature = signed?.signature ?? signature;
      found.push(...withMark(signed?.lines ?? otherLines(chunk, length), chunk.mark));
    }
  });
  return { heading, found, signature };
}

/** （王之涣《登鹳雀楼》） */
const SIGNED = /^[^，。《》]{2,12}《[^《》]+》$/u;

/** 更上一层楼——王之涣《登鹳雀楼》 */
function stripSignature(chunk: Chunk, length: number): { lines: string[]; signature: string } | undefined {
  for (let to = chunk.pieces.length - 1; to > 0; to -= 1) {
    const lines = linesOf({ ...chunk, pieces: chunk.pieces.slice(0, to) }, length);
    const rest = chunk.pieces.slice(to);
    if (lines && rest.some(({ kind }) => kind === 'title'))
      return { lines, signature: rest.map(show).join(' ') };
  }
  return undefined;
}
