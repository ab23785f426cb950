/** A block of rows (no blank row in it) taken apart: headings, verse, what stands below verse, prose. Pure. */
import { regularParts, type Part } from './regular-verse.js';
import { plainText, type Chunk, type Row } from './text-rows.js';
import {
  type LineLength,
  type VerseLine,
  size,
  linesOf,
  isLoose,
  otherLines,
  withMark,
  countCharacters,
  coverage,
  commonLength,
  rhymeShare,
  LONGEST_LINE,
  MOST_OFF,
  chunksOf,
  isMarked,
  endsWithMark,
  ends,
  stripHeading,
} from './verse-shape.js';

/** Characters of the longest row that is a heading. */
const LONGEST_HEADING = 40;
/** Words of prose, today's and the old kind, and the share of all characters from which a text of mixed lengths is prose. */
const PROSE = /[的了们們吗嗎呢吧这這那她它很把被]|什么|怎么|没有|因为|所以|也|矣|焉|者|曰|哉/gu;
const MUCH_PROSE = 0.04;
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
  if (lines.length === 0 || (lines.length === 1 && (rows.length > 1 || even))) return false;
  if (even) return share >= NEARLY_ALL && lines.length >= (length === 4 ? 4 : 2);
  if (share >= MOST) return true;
  if (proseShare(all.map(plainText).join('')) >= MUCH_PROSE) return false;
  const near = body.every((chunk) => Math.abs(size(plainText(chunk)) - length) <= MOST_OFF);
  return lines.length >= 4 || (near && lines.length >= 2 && body.length >= 3);
}

const proseShare = (text: string): number => (text.match(PROSE) ?? []).length / Math.max(1, size(text));

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
    if (!found) break;
    lines.push(...withMark(found, chunk.mark));
    if (lines.length >= 4 && lines.length % 2 === 0 && ends(chunk.mark)) whole = [...lines];
  }
  const rhymes = (whole ?? []).filter((_, index) => index % 2 === 1).map(({ text }) => text);
  return whole && rhymeShare(rhymes) >= 0.75 ? whole : undefined;
}

/** Verse in lines of several lengths: short lines that are broken as verse is, or rhyme, or are all odd; without the words of prose. */
function mixedParts(rows: readonly Row[]): Part[] | undefined {
  const chunks = chunksOf(rows);
  const marked = isMarked(chunks);
  const from = marked ? Math.max(0, rows.findIndex(endsWithMark)) : 0;
  const body = rows.slice(from).filter((row) => row.chunks.length > 0);
  const lines = body.flatMap((row) => row.chunks.flatMap((chunk) => withMark(otherLines(chunk), chunk.mark)));
  const text = lines.map((line) => line.text).join('');
  if (lines.length < 4 || proseShare(text) >= MUCH_PROSE) return undefined;
  if (lines.some((line) => size(line.text) > LONGEST_LINE)) return undefined;
  const broken = marked && body.length >= 3 && body.filter(endsWithMark).length >= 0.8 * body.length;
  const sentences = lines.filter(({ mark }) => ends(mark)).map((line) => line.text);
  const rhymed = sentences.length >= 3 && rhymeShare(sentences) >= 0.6;
  const odd = lines.length >= 5 && lines.every((line) => [3, 5, 7].includes(size(line.text)));
  if (!broken && !rhymed && !odd) return undefined;
  const headings = rows
    .slice(0, from)
    .map(({ raw, index }): Part => ({ kind: 'heading', text: raw, row: index }));
  const asides = body.flatMap(({ brackets }) => brackets);
  const [{ raw, index: row }] = body as [Row];
  return [...headings, { kind: 'verse', lines, length: undefined, row, raw, asides }];
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
