/** A block of rows (no blank row in it) taken apart: headings, verse, what stands below verse, prose. Pure. */
import { mixedParts } from './mixed-verse.js';
import { modernShare, MUCH_PROSE, proseShare, readsAsOldProse } from './prose-words.js';
import { regularParts, type Part } from './regular-verse.js';
import { plainText, type Chunk, type Row } from './text-rows.js';
import {
  type LineLength,
  type VerseLine,
  size,
  linesOf,
  isLoose,
  withMark,
  countCharacters,
  coverage,
  commonLength,
  rhymeShare,
  MOST_OFF,
  chunksOf,
  isMarked,
  endsWithMark,
  ends,
  stripHeading,
} from './verse-shape.js';

/** Characters of the longest row that is a heading. */
const LONGEST_HEADING = 40;
/** The parts of a block. */
export function partsOf(given: readonly Row[]): Part[] {
  const signed = given.findLastIndex((row) => !isSignature(row));
  const below = given
    .slice(signed + 1)
    .map(({ raw, index }): Part => ({ kind: 'signature', text: raw, row: index }));
  return signed < 0 ? below : [...bodyParts(given.slice(0, signed + 1)), ...below];
}

/** Whether a row begins with a dash and is no line of verse: ——王之涣《登鹳雀楼》. */
function isSignature({ chunks }: Row): boolean {
  const [only] = chunks;
  if (!only?.dash || chunks.length > 1 || only.mark !== '' || countCharacters(chunks) > 24) return false;
  return only.pieces.some(({ kind }) => kind === 'title') || !isLines(only);
}

/** Whether a row of its own is a title and a name: 登鹳雀楼 王之涣. */
function isBareHeading({ chunks }: Row): boolean {
  const [only] = chunks;
  return (
    only !== undefined && only.mark === '' && chunks.length === 1 && only.pieces.length > 1 && !isLines(only)
  );
}

const isLines = (chunk: Chunk): boolean =>
  [5, 7].some((length) => linesOf(chunk, length) !== undefined && !isLoose(chunk, length));

function bodyParts(given: readonly Row[]): Part[] {
  if (given.length === 1 && isBareHeading(given[0] as Row)) return given.map(proseOf);
  const { rows, length } = withLength(given);
  if (length !== undefined && isVerse(rows, length)) return regularParts(rows, length);
  const [first, ...rest] = rows;
  if (first && rest.some(endsWithMark) && !endsWithMark(first) && !first.chunks.some(isLines)) {
    const parts = bodyParts(rest);
    if (parts.some(({ kind }) => kind === 'verse')) return [proseOf(first), ...parts];
  }
  return quotedParts(rows) ?? mixedParts(rows) ?? rows.map(proseOf);
}

/** The length of a block's lines, and its rows with lines joined that broke in the middle. */
function withLength(rows: readonly Row[]): { rows: readonly Row[]; length: LineLength | undefined } {
  const length = commonLength(chunksOf(rows)) ?? commonLength(chunksOf(rows.slice(1)));
  if (length === 5 || length === 7) return { rows: mendBreaks(rows, length), length };
  for (const one of [5, 7] as const) {
    const mended = mendBreaks(rows, one);
    if (coverage(chunksOf(mended), one) >= MOST) return { rows: mended, length: one };
  }
  return { rows, length };
}

function proseOf({ raw, index, brackets, chunks }: Row): Part {
  const heading = chunks.length > 0 && raw.length <= LONGEST_HEADING && (chunks.at(-1)?.mark ?? '') === '';
  if (heading) return { kind: 'heading', text: raw, row: index };
  return { kind: chunks.length === 0 && brackets.length > 0 ? 'heading' : 'prose', text: raw, row: index };
}

/** Share of a block that is verse of one length beyond doubt. */
const MOST = 0.75;
/** The same of lines of four and six characters, which prose has too. */
const NEARLY_ALL = 0.9;

/** Whether lines of a length are enough of a block: four of them, or hardly anything else. */
function isVerse(rows: readonly Row[], length: LineLength): boolean {
  const whole = (chunks: readonly Chunk[]): Chunk[] =>
    chunks.map((chunk, index) => (index === 0 ? (stripHeading(chunk, length)?.rest ?? chunk) : chunk));
  const all = whole(chunksOf(rows));
  const body = whole(chunksOf(rows.filter((row, index) => index >= 2 || endsWithMark(row))));
  const even = length === 4 || length === 6;
  const lines = all.flatMap((chunk) =>
    even && isLoose(chunk, length) ? [] : (linesOf(chunk, length) ?? []),
  );
  const share = Math.max(coverage(all, length), coverage(body, length));
  const text = all.map(plainText).join('');
  if (lines.length === 0 || (lines.length < FEW && modernShare(text) >= MODERN_LINE)) return false;
  if (lines.length === 1 && (even || !isOneRun(rows, length))) return false;
  if (even) return share >= NEARLY_ALL && lines.length >= (length === 4 ? 4 : 2);
  const fitting = all.filter((chunk) => linesOf(chunk, length) !== undefined);
  const runs = fitting.every((chunk) => isRun(chunk, length));
  if (share >= MOST) return !runs || lines.length < FEW || lines.length > MANY || rhymes(lines);
  if (runs || proseShare(text) >= MUCH_PROSE || readsAsOldProse(text)) return false;
  const near = body.every((chunk) => Math.abs(size(plainText(chunk)) - length) <= MOST_OFF);
  return lines.length >= FEW || (near && lines.length >= 2 && body.length >= 3);
}

/** Lines from which verse is told by their length alone; and those up to which runs without marks must rhyme to be lines. */
const [FEW, MANY] = [4, 8];
/** The share of words of today from which so few lines are prose. */
const MODERN_LINE = 0.1;

/** Whether a chunk is several lines with nothing between them: a phrase of prose may be as long. */
const isRun = (chunk: Chunk, length: number): boolean =>
  chunk.pieces.some(({ text, kind }) => kind === 'plain' && size(text) > length);

/** Whether there is only one row with text, and no title or name stands in it. */
const isOneRun = (rows: readonly Row[], length: number): boolean =>
  rows.filter(({ chunks }) => chunks.length > 0).length === 1 &&
  rows.every(({ chunks, brackets }) => brackets.length > 0 || !chunks.some((one) => isLoose(one, length)));

const rhymes = (lines: readonly string[]): boolean =>
  rhymeShare(lines.filter((_, index) => index % 2 === 1)) > 0.5;

/** Rows whose lines broke in the middle (白日依山 / 尽，) joined, where marks say where lines end. */
function mendBreaks(rows: readonly Row[], length: LineLength): Row[] {
  if (!isMarked(chunksOf(rows))) return [...rows];
  const mended: Row[] = [];
  for (const row of rows) {
    const before = mended.at(-1);
    const open = before?.chunks.at(-1);
    const [next, ...rest] = row.chunks;
    const broken =
      before &&
      open?.mark === '' &&
      next &&
      !linesOf(open, length) &&
      !linesOf(next, length) &&
      size(plainText(open)) + size(plainText(next)) === length;
    if (!broken) mended.push(row);
    else {
      const joined: Chunk = { ...next, pieces: [...open.pieces, ...next.pieces] };
      mended[mended.length - 1] = { ...before, chunks: [...before.chunks.slice(0, -1), joined, ...rest] };
    }
  }
  return mended;
}

/** Verse that prose quotes: four lines and more of one length, whole couplets that end in a full stop and rhyme. */
function quotedParts(rows: readonly Row[]): Part[] | undefined {
  const chunks = chunksOf(rows);
  for (const length of [5, 7] as const) {
    for (let from = 0; from < chunks.length; from += 1) {
      const found = quotedFrom(chunks, from, length);
      if (!found) continue;
      const rest = rows.map(({ raw, index }): Part => ({ kind: 'prose', text: raw, row: index }));
      const [{ raw, index: row }] = rows as [Row];
      return [...rest, { kind: 'verse', lines: found, length, row, raw, asides: [] }];
    }
  }
  return undefined;
}

function quotedFrom(chunks: readonly Chunk[], from: number, length: LineLength): VerseLine[] | undefined {
  const lines: VerseLine[] = [];
  let whole: VerseLine[] | undefined;
  for (const [at, chunk] of chunks.slice(from).entries()) {
    const stripped = at === 0 ? stripHeading(chunk, length)?.rest : undefined;
    const found = linesOf(chunk, length) ?? (stripped && linesOf(stripped, length));
    if (!found || (found.length > 1 && isRun(chunk, length))) break;
    lines.push(...withMark(found, chunk.mark));
    if (lines.length >= 4 && lines.length % 2 === 0 && ends(chunk.mark)) whole = [...lines];
  }
  const rhymes = (whole ?? []).filter((_, index) => index % 2 === 1).map(({ text }) => text);
  return whole && rhymeShare(rhymes) >= 0.75 ? whole : undefined;
}

/** Whether a block is nothing but a whole regular poem: where notes end and the next poem begins. */
export function isWholePoem(rows: readonly Row[]): boolean {
  const chunks = chunksOf(rows);
  const length = commonLength(chunks);
  if (length !== 5 && length !== 7) return false;
  const lines = chunks.flatMap((chunk) => linesOf(chunk, length) ?? []);
  return (
    lines.length >= 4 &&
    lines.length % 2 === 0 &&
    coverage(chunks, length) >= 0.9 &&
    countCharacters(chunks) > 0
  );
}

/** Whether all couplets of rows rhyme together, so that rows which could be poems are one poem. */
export function rhymesThroughout(rows: readonly Row[]): boolean {
  const chunks = chunksOf(rows);
  const length = commonLength(chunks);
  if (length === undefined) return false;
  const lines = chunks.flatMap((chunk) => linesOf(chunk, length) ?? []);
  return rhymeShare(lines.filter((_, index) => index % 2 === 1)) >= 0.75;
}
