/** Which runs of characters are lines of verse: by the length that most of a text's lines have. Pure. */
import { neighbourhoods } from '../readings/pingshui.js';
import { PINGSHUI } from '../readings/readings.js';
import { characters } from '../text.js';
import { plainText, type Chunk, type Piece, type Row } from './text-rows.js';

/** Lengths of lines that regular verse has, in the order in which they are believed. */
export const LINE_LENGTHS = [5, 7, 6, 4] as const;
export type LineLength = (typeof LINE_LENGTHS)[number];

export interface VerseLine {
  readonly text: string;
  /** The mark after it; empty where there is none. */
  readonly mark: string;
}

export const size = (text: string): number => characters(text).length;

/** Lengths of lines that are told in a run without marks: ten characters are five and five, but eight may be anything. */
const DIVISIBLE = [5, 7];

/** A run without marks as so many lines of one length; undefined where it is none or an odd number of them. */
function divide(text: string, length: number): string[] | undefined {
  const all = characters(text);
  const lines = all.length / length;
  if (lines !== 1 && (lines % 2 !== 0 || lines === 0 || !DIVISIBLE.includes(length))) return undefined;
  return Array.from({ length: lines }, (_, line) => all.slice(line * length, (line + 1) * length).join(''));
}

/** Pieces joined and divided into lines of one length; undefined where they are not such lines. */
function joinPieces(pieces: readonly Piece[], length: number): string[] | undefined {
  const lines: string[] = [];
  let open = '';
  for (const { text } of pieces) {
    const whole = open === '' ? divide(text, length) : undefined;
    if (whole) lines.push(...whole);
    else {
      open += text;
      if (size(open) === length) {
        lines.push(open);
        open = '';
      } else if (size(open) > length) return undefined;
    }
  }
  return open === '' && lines.length > 0 ? lines : undefined;
}

/** The lines of a chunk if it is made of lines of this length: without what stands in brackets, or else with it. */
export function linesOf({ pieces }: Chunk, length: number): string[] | undefined {
  const without = (...kinds: Piece['kind'][]): Piece[] => pieces.filter(({ kind }) => !kinds.includes(kind));
  return (
    joinPieces(without('restored', 'aside', 'number'), length) ??
    joinPieces(without('aside', 'number'), length) ??
    joinPieces(without('number'), length) ??
    joinPieces(without('restored', 'aside'), length)
  );
}

/** Whether lines of this length come about only by joining runs of several characters over spaces: a title and its poet do so too. */
export function isLoose({ pieces }: Chunk, length: number): boolean {
  const plain = pieces.filter(({ kind }) => kind === 'plain' || kind === 'title');
  return plain.length > 1 && !plain.every(({ text }) => size(text) === 1 || size(text) % length === 0);
}

/** The lines of a chunk that has other lengths: its runs, single characters set apart by spaces joined. */
export function otherLines(chunk: Chunk, length?: number): string[] {
  const runs = wholeRuns(chunk);
  const all = runs.join('');
  const close = length !== undefined && size(all) <= length + 2;
  if (close || runs.every((run) => size(run) === 1)) return all === '' ? [] : [all];
  return runs;
}

/** Runs of a chunk, with the characters that editors put back in square brackets; a number there is a mark of a note. */
function wholeRuns({ pieces }: Chunk): string[] {
  const runs: string[] = [];
  let join = false;
  for (const { text, kind } of pieces) {
    const restored = kind === 'restored' && !/^[一二三四五六七八九十]+$/u.test(text);
    if (kind !== 'plain' && kind !== 'title' && !restored) continue;
    if (runs.length > 0 && (join || restored)) runs[runs.length - 1] += text;
    else runs.push(text);
    join = restored;
  }
  return runs;
}

/** Verse lines of a chunk; only the last has its mark. */
export function withMark(lines: readonly string[], mark: string): VerseLine[] {
  return lines.map((text, index) => ({ text, mark: index === lines.length - 1 ? mark : '' }));
}

/** Characters of chunks outside brackets. */
export function countCharacters(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, chunk) => sum + size(plainText(chunk)), 0);
}

/** Share of the characters that stand in lines of a length. */
export function coverage(chunks: readonly Chunk[], length: number): number {
  const fitting = chunks.filter((chunk) => linesOf(chunk, length) !== undefined);
  return countCharacters(fitting) / Math.max(1, countCharacters(chunks));
}

/** Share of the characters in lines of one length from which chunks are verse of that length. */
const ENOUGH = 0.5;

/** The length of line that most of the chunks have; undefined where none has enough of them. */
export function commonLength(chunks: readonly Chunk[]): LineLength | undefined {
  let best: { length: LineLength; share: number; rhyme: number } | undefined;
  for (const length of LINE_LENGTHS) {
    const share = coverage(chunks, length);
    if (share < ENOUGH) continue;
    const rhyme = rhymeShare(
      chunks.flatMap((chunk) => linesOf(chunk, length) ?? []).filter((_, index) => index % 2 === 1),
    );
    if (!best || share > best.share || (share === best.share && rhyme > best.rhyme))
      best = { length, share, rhyme };
  }
  return best?.length;
}

/**
 * Share of the lines whose last characters, each counted once, can be read in one rhyme, tones not looked at.
 *
 * @param near takes neighbouring groups as one rhyme, as lyrics and old-style verse do
 */
export function rhymeShare(lines: readonly string[], near = false): number {
  const words = [...new Set(lines.map((line) => characters(line).at(-1) ?? ''))];
  const votes = new Map<string, number>();
  for (const word of words) {
    const exact = PINGSHUI.readings(word).map(({ level, group }) => level ?? group.label);
    const rhymes = near ? exact.flatMap(neighbourhoods) : exact;
    for (const rhyme of new Set(rhymes)) votes.set(rhyme, (votes.get(rhyme) ?? 0) + 1);
  }
  return lines.length === 0 ? 0 : Math.max(0, ...votes.values()) / lines.length;
}

/** Share of chunks with a mark from which a block is one with marks. */
const MARKED = 0.4;
/** Characters of the longest line of verse in mixed lengths. */
export const LONGEST_LINE = 11;
/** Characters by which a line may be too long or too short and still be one. */
export const MOST_OFF = 3;
export const chunksOf = (rows: readonly Row[]): Chunk[] => rows.flatMap((row) => row.chunks);
export const isMarked = (chunks: readonly Chunk[]): boolean =>
  chunks.filter(({ mark }) => mark !== '').length >= MARKED * chunks.length;
export const endsWithMark = ({ chunks }: Row): boolean => (chunks.at(-1)?.mark ?? '') !== '';
export const ends = (mark: string): boolean => '。？！；'.includes(mark) && mark !== '';

/** A heading that stands in the row of the first line (登鹳雀楼 王之涣 白日依山尽，), and the chunk without it. */
export function stripHeading(chunk: Chunk, length: number): { heading: string; rest: Chunk } | undefined {
  for (let from = 1; from < chunk.pieces.length; from += 1) {
    const rest = { ...chunk, pieces: chunk.pieces.slice(from) };
    const heading = chunk.pieces.slice(0, from);
    if (!linesOf(rest, length) || heading.some(({ text }) => text.startsWith('君不'))) continue;
    return { heading: heading.map(show).join(' '), rest };
  }
  return undefined;
}

export const show = ({ text, kind }: Chunk['pieces'][number]): string =>
  kind === 'title' ? `《${text}》` : kind === 'aside' || kind === 'restored' ? `（${text}）` : text;
