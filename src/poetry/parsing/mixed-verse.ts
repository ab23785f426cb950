/** Verse in lines of several lengths, told from prose by rhyme, by the pattern of its lines, or by how it is broken. Pure. */
import { lyricTune } from '../forms/lyric-tunes.js';
import { modernShare, MUCH_PROSE, proseShare, readsAsOldProse } from './prose-words.js';
import type { Part } from './regular-verse.js';
import type { Row } from './text-rows.js';
import {
  chunksOf,
  ends,
  endsWithMark,
  isMarked,
  LONGEST_LINE,
  otherLines,
  rhymeShare,
  size,
  withMark,
  type VerseLine,
} from './verse-shape.js';

/** Lines from which verse is told by anything but 兮. */
const FEWEST_LINES = 4;

/** The share of a poem's lines that may be longer than verse has as a rule. */
const MOST_LONG = 0.1;

/** The parts of a block of verse in mixed lengths: headings above it, and the verse; undefined where it is none. */
export function mixedParts(rows: readonly Row[]): Part[] | undefined {
  const marked = isMarked(chunksOf(rows));
  // Without marks a heading looks like lines; the pattern of a tune tells where they begin.
  const starts = (marked ? [Math.max(0, rows.findIndex(endsWithMark))] : [0, 1, 2]).map((from) => {
    const body = rows.slice(from).filter(({ chunks }) => chunks.length > 0);
    return { from, body, lines: linesOfRows(body) };
  });
  const found =
    starts.find(({ lines }) => lyricTune(sizesOf(lines)) !== undefined && !isProse(lines)) ??
    starts.find(({ body, lines }) => isSong(lines) || isMixedVerse(lines, marked && isBroken(body)));
  const [first] = found?.body ?? [];
  if (!found || !first) return undefined;
  const headings = rows
    .slice(0, found.from)
    .map(({ raw, index }): Part => ({ kind: 'heading', text: raw, row: index }));
  const asides = found.body.flatMap(({ brackets }) => brackets);
  const { raw, index: row } = first;
  return [...headings, { kind: 'verse', lines: found.lines, length: undefined, row, raw, asides }];
}

/** Whether rows end where lines do. */
const isBroken = (rows: readonly Row[]): boolean =>
  rows.length >= 3 && rows.filter(endsWithMark).length >= 0.8 * rows.length;

const sizesOf = (lines: readonly VerseLine[]): number[] => lines.map(({ text }) => size(text));

const linesOfRows = (rows: readonly Row[]): VerseLine[] =>
  chunksOf(rows).flatMap((chunk) => withMark(otherLines(chunk), chunk.mark));

const textOf = (lines: readonly VerseLine[]): string => lines.map(({ text }) => text).join('');

/** The particle 兮 is that of songs: two lines and more of which a third and more have it. */
const isSong = (lines: readonly VerseLine[]): boolean =>
  lines.length >= 2 &&
  lines.filter(({ text }) => text.includes('兮')).length >= lines.length / 3 &&
  !isProse(lines);

/** Whether lines are too long for verse, or have words of today. */
const isProse = (lines: readonly VerseLine[]): boolean =>
  lines.filter(({ text }) => size(text) > LONGEST_LINE).length > MOST_LONG * lines.length ||
  modernShare(textOf(lines)) >= MUCH_PROSE;

/** The share of words of prose from which even what rhymes is prose: 登幽州台歌 has 者 among its 23 characters. */
const MUCH_PROSE_IN_RHYME = 0.06;
/** The share of sentences in one rhyme from which verse of many is told, changes of rhyme allowed. */
const MOSTLY = 0.6;

/** Whether four lines and more of mixed lengths are verse. */
function isMixedVerse(lines: readonly VerseLine[], broken: boolean): boolean {
  if (lines.length < FEWEST_LINES || isProse(lines)) return false;
  const sizes = sizesOf(lines);
  if (isStrophic(sizes)) return true;
  const sentences = sentencesOf(lines);
  const rhyming = sentences.map((sentence) => sentence.at(-1) ?? '');
  const prose = proseShare(textOf(lines));
  const whole = sentences.length >= 2 && isEven(sentences) && rhymeShare(rhyming) === 1;
  if (whole && prose < MUCH_PROSE_IN_RHYME) return true;
  if (prose >= MUCH_PROSE) return false;
  if (broken || (lines.length >= 5 && sizes.every((one) => [3, 5, 7].includes(one)))) return true;
  if (sizes.every((one) => one === 3)) return true;
  if (readsAsOldProse(textOf(lines))) return false;
  if (sentences.length === 3) return rhymeShare(rhyming) >= MOSTLY && isPaired(sentences);
  return sentences.length > 3 && rhymeShare(rhyming, true) >= MOSTLY;
}

/** Whether the lengths of lines repeat from stanza to stanza. */
function isStrophic(sizes: readonly number[]): boolean {
  const stanzas = [2, 3, 4, 5, 6, 8].filter(
    (count) => sizes.length >= FEWEST_LINES * count && sizes.length % count === 0,
  );
  return stanzas.some((count) => {
    const stanza = sizes.length / count;
    return new Set(sizes).size > 1 && sizes.every((one, at) => one === sizes[at % stanza]);
  });
}

/** Lines by the sentences that they make; where nothing is marked, every two. */
function sentencesOf(lines: readonly VerseLine[]): string[][] {
  const unmarked = lines.every(({ mark }) => mark === '');
  const sentences: string[][] = [[]];
  lines.forEach(({ text, mark }, index) => {
    sentences.at(-1)?.push(text);
    if (unmarked ? index % 2 === 1 : ends(mark)) sentences.push([]);
  });
  return sentences.filter((sentence) => sentence.length > 0);
}

/** Whether all sentences have as many lines. */
const isEven = (sentences: readonly (readonly string[])[]): boolean =>
  sentences.every(({ length }) => length >= 2 && length === sentences[0]?.length);

/** Whether half the lines and more have a neighbour in their sentence that is as long. */
function isPaired(sentences: readonly (readonly string[])[]): boolean {
  const lines = sentences.flatMap((sentence) =>
    sentence.map((line, at) => [at - 1, at + 1].some((near) => size(sentence[near] ?? '') === size(line))),
  );
  return lines.filter(Boolean).length >= lines.length / 2;
}
