/** Rows of a text as runs of Han characters with what stands between them: the ground on which verse is looked for. Pure. */
import { isHan } from '../text.js';

/** A run of Han characters with nothing between them. */
export interface Piece {
  readonly text: string;
  /**
   * `restored`: stood in square brackets, and belongs to the line where the line lacks it (岁[晏]天峥嵘); `aside`: the same in round
   * brackets; `title`: stood in 《》; `number`: a number such as 其一 that may stand before a line.
   */
  readonly kind: 'plain' | 'restored' | 'aside' | 'title' | 'number';
}

/** Pieces up to a mark that ends a line of verse. */
export interface Chunk {
  readonly pieces: readonly Piece[];
  /** The mark, full-width; empty at the end of a row without one. */
  readonly mark: string;
  /** Whether a dash stood before the first piece: what follows verse and begins so names its poet. */
  readonly dash: boolean;
}

export interface Row {
  /** Its place in the text, from 0. */
  readonly index: number;
  /** The row as it was typed. */
  readonly raw: string;
  /**
   * `blank`; `rule`: a line of ornaments; `number`: a number alone (其一, 2.); `other`: no Han characters, or those of another
   * language; `heading`: marked as one; `text`: everything else.
   */
  readonly kind: 'blank' | 'rule' | 'number' | 'other' | 'heading' | 'text';
  readonly chunks: readonly Chunk[];
  /** What stood in brackets. */
  readonly brackets: readonly string[];
  /** Whether a number stood before the rest. */
  readonly numbered: boolean;
}

const BRACKETS: Readonly<Record<string, string>> = {
  '(': ')',
  '[': ']',
  '{': '}',
  '〔': '〕',
  '【': '】',
  '〖': '〗',
  '〘': '〙',
  '〚': '〛',
  '〈': '〉',
  '《': '》',
  '⟨': '⟩',
  '⟪': '⟫',
  '⦅': '⦆',
};
const TITLE_BRACKETS = '《〈⟪';
const ROUND_BRACKETS = '(⦅';
const CLOSING = new Set(Object.values(BRACKETS));

/** The marks that end a line of verse, and how they are shown. */
const MARKS: Readonly<Record<string, string>> = {
  ',': '，',
  '，': '，',
  '﹐': '，',
  '.': '。',
  '。': '。',
  '．': '。',
  '?': '？',
  '？': '？',
  '!': '！',
  '！': '！',
  ';': '；',
  '；': '；',
  '/': '',
  '|': '',
  丨: '',
  '∕': '',
  '⁄': '',
  '\\': '',
};
const DASH = /[-‐‑‒–—―─━⸺~∼〜～_]/u;
/** What may stand between lines, or between the parts of one. All else that is no Han character says nothing of lines. */
const GAP = /[\s、:：·・•‧…⋯]|\p{Extended_Pictographic}/u;
const ORNAMENT = /^[\s\p{P}\p{S}oOxX]*$/u;
/** Numbers before a line or poem: 1. (1) ① 一、 第一首 其一 */
const HAN_NUMBER = '[一二三四五六七八九十百]{1,3}';
const NUMBER = new RegExp(
  `^\\s*(?:[(〔\\[【]?(?:其|第)?(?:${HAN_NUMBER}|\\d{1,3}|[ivxIVX]{1,5})(?:首|章|篇|则)?[)〕\\]】]?[.．、:：)]?|[①-⓿❶-➓㈠-㉃㊀-㊉])\\s*$`,
  'u',
);
const LEADING_NUMBER = new RegExp(
  `^\\s*(?:(?:[(〔\\[【](?:其|第)?(?:${HAN_NUMBER}|\\d{1,3})(?:首|章)?[)〕\\]】]|\\d{1,3}[.．、:：)]|\\d{1,3}(?=\\s|\\p{Script=Han})|(?:其|第)?${HAN_NUMBER}(?:首|章)?[.．、:：]|(?:其${HAN_NUMBER}|第${HAN_NUMBER}首)(?=\\s)|[①-⓿❶-➓㈠-㉃㊀-㊉])[.．、]?\\s*)+`,
  'u',
);
const GLUED_NUMBER = new RegExp(`^(其${HAN_NUMBER}|第${HAN_NUMBER}首)(?=\\p{Script=Han})`, 'u');
/** Scripts of other languages that are written with Han characters between them. */
const FOREIGN = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** The rows of a normalised text without markup. Brackets may run over several rows. */
export function readRows(text: string): Row[] {
  const { rows, brackets } = setAside(text);
  return rows.map((row, index) => readRow(row, index, brackets));
}

interface Aside {
  readonly content: string;
  readonly kind: 'restored' | 'aside' | 'title';
}

/** In the text, a bracket is one character of the private use area from here on: the number of its content. */
const ASIDE = 0xf0000;
const MOST_BRACKETS = 0xfffd;
/** Characters after which a bracket is taken for one that nobody closed. */
const LONGEST_BRACKET = 800;

/** Takes brackets and what they hold out of a text, and leaves a sign for each. */
function setAside(text: string): { rows: string[]; brackets: Aside[] } {
  const brackets: Aside[] = [];
  let kept = '';
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    const end = Object.hasOwn(BRACKETS, character) ? closing(text, at) : undefined;
    if (end !== undefined && brackets.length < MOST_BRACKETS) {
      kept += String.fromCodePoint(ASIDE + brackets.length);
      const round = ROUND_BRACKETS.includes(character) ? 'aside' : 'restored';
      const kind = TITLE_BRACKETS.includes(character) ? 'title' : round;
      brackets.push({ content: text.slice(at + 1, end), kind });
      at = end + 1;
    } else {
      kept += character;
      at += 1;
    }
  }
  return { rows: kept.split('\n'), brackets };
}

/**
 * Where the bracket that opens at a place closes; undefined where it does not. One that holds another which nobody closed ends where
 * that one does.
 */
function closing(text: string, start: number): number | undefined {
  const last = Math.min(text.length, start + LONGEST_BRACKET);
  const open = [BRACKETS[text[start] ?? '']];
  let inner: number | undefined;
  for (let at = start + 1; at < last; at += 1) {
    const character = text[at] ?? '';
    if (character === '\n' && text[at + 1] === '\n') break;
    if (Object.hasOwn(BRACKETS, character)) open.push(BRACKETS[character]);
    else if (CLOSING.has(character)) {
      if (open.includes(character)) while (open.at(-1) !== character) open.pop();
      open.pop();
      if (open.length === 0) return at;
      inner = at;
    }
  }
  return inner;
}

const asideOf = (character: string, brackets: readonly Aside[]): Aside | undefined =>
  brackets[(character.codePointAt(0) ?? 0) - ASIDE];

/** A row with its brackets back in place. */
function restore(row: string, brackets: readonly Aside[]): string {
  return row.replace(/[\u{F0000}-\u{FFFFD}]/gu, (sign) => {
    const aside = asideOf(sign, brackets);
    return aside ? (aside.kind === 'title' ? `《${aside.content}》` : `（${aside.content}）`) : sign;
  });
}

function readRow(row: string, index: number, brackets: readonly Aside[]): Row {
  const raw = restore(row, brackets).trim();
  const made = (kind: Row['kind'], rest: Partial<Row> = {}): Row => {
    return { index, raw, kind, chunks: [], brackets: [], numbered: false, ...rest };
  };
  if (raw === '') return made('blank');
  if (NUMBER.test(raw.replace(/[（）]/gu, (mark) => (mark === '（' ? '(' : ')')))) return made('number');
  if (ORNAMENT.test(raw)) return made('rule');
  if (FOREIGN.test(raw)) return made('other');
  const heading = /^\s*#{1,6}\s+/.exec(row)?.[0] ?? '';
  const rest = row.slice(heading.length).replace(/^\s*[-+*•·●○◆◇▪■□▶►☆★]\s+/u, '');
  const number = leadingNumber(rest, brackets);
  const { chunks, held } = readChunks(rest.slice(number.length), brackets);
  const own = { chunks, brackets: held, numbered: number !== '' };
  if (heading !== '') return made('heading', own);
  return chunks.length === 0 && held.length === 0 ? made('other') : made('text', own);
}

/** The number that a row begins with, as long as it stands in the row. */
function leadingNumber(row: string, brackets: readonly Aside[]): string {
  let text = '';
  for (const character of row) {
    const aside = asideOf(character, brackets);
    const shown = aside && aside.kind !== 'title' ? `(${aside.content})` : character;
    if (aside && !LEADING_NUMBER.test(shown)) break;
    if (!aside) break;
    text += character;
  }
  return text + (LEADING_NUMBER.exec(row.slice(text.length))?.[0] ?? '');
}

function readChunks(row: string, brackets: readonly Aside[]): { chunks: Chunk[]; held: string[] } {
  const chunks: Chunk[] = [];
  const held: string[] = [];
  let pieces: Piece[] = [];
  let run = '';
  let dash = false;
  const endRun = (): void => {
    const number = pieces.length === 0 && chunks.length === 0 ? GLUED_NUMBER.exec(run)?.[0] : undefined;
    if (number !== undefined) pieces.push({ text: number, kind: 'number' });
    const text = run.slice(number?.length ?? 0);
    if (text !== '') pieces.push({ text, kind: 'plain' });
    run = '';
  };
  const endChunk = (mark: string): void => {
    endRun();
    if (pieces.length > 0) chunks.push({ pieces, mark, dash });
    else if (mark !== '') strengthen(chunks, mark);
    pieces = [];
    dash = false;
  };
  for (const character of row) {
    const aside = asideOf(character, brackets);
    const mark = MARKS[character];
    if (aside) {
      const han = [...aside.content].filter(isVerseCharacter).join('');
      if (aside.kind !== 'title') held.push(aside.content);
      if (han !== '' && (aside.kind === 'title' || [...han].length <= LONGEST_ASIDE)) {
        endRun();
        pieces.push({ text: han, kind: aside.kind });
      }
    } else if (isVerseCharacter(character)) run += character;
    else if (character === '々' || character === '〻') run += [...run].at(-1) ?? '';
    else if (mark !== undefined) endChunk(mark);
    else if (DASH.test(character)) {
      endRun();
      dash ||= pieces.length === 0;
    } else if (GAP.test(character)) endRun();
  }
  endChunk('');
  return { chunks, held };
}

/** Characters that a bracket may hold and still be part of a line. */
const LONGEST_ASIDE = 3;

/** A second mark after a first: the stronger one stays. */
function strengthen(chunks: Chunk[], mark: string): void {
  const last = chunks.at(-1);
  if (last && (last.mark === '' || last.mark === '，')) chunks[chunks.length - 1] = { ...last, mark };
}

/** What can be a place of a line: a Han character, or the sign for one that is missing. */
function isVerseCharacter(character: string): boolean {
  return isHan(character) || character === '□';
}

/** The characters of a chunk that stood outside brackets. */
export function plainText({ pieces }: Chunk): string {
  return pieces.map(({ text, kind }) => (kind === 'plain' || kind === 'title' ? text : '')).join('');
}
