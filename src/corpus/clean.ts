/** Cleaning: from a record as it came to lines of verse, or a reason to drop it. Pure; every rule has an id. */
import { areCouplets, inCouplets } from '../poetry/forms/layout.js';
import { isRegulatedLength } from '../poetry/prosody/line-types.js';
import { normalizeText } from '../poetry/script/normalize.js';
import { characters, isHan } from '../poetry/text.js';
import { toSimplified } from '../poetry/script/script.js';
import { toStandard } from '../poetry/script/variants.js';
import type { CleanPoem, SourcePoem } from './poem.js';

/** What cleaning did to a poem: `mended` keeps it, `dropped` does not. */
export interface Decision {
  readonly id: string;
  readonly rule: string;
  readonly outcome: 'mended' | 'dropped';
  /** What was found. */
  readonly example: string;
}

export interface CleaningResult {
  readonly poem?: CleanPoem;
  readonly decisions: readonly Decision[];
}

export interface CleaningOptions {
  readonly fewestLines: number;
  readonly mostLines: number;
  /** Keep only poems whose lines are all of five or all of seven characters. */
  readonly regularOnly: boolean;
}

export const CLEANING_DEFAULTS: CleaningOptions = { fewestLines: 4, mostLines: 24, regularOnly: true };

/** The cleaning rules in the order they apply, with what each is for. */
export const CLEANING_RULES: Readonly<Record<string, string>> = {
  note: 'notes and variants in （） and 〖〗 removed',
  bracket: '[X] holds the right reading: the brackets are removed, X stays',
  markup: 'quotation marks, 《》 and spaces removed; what they hold stays',
  compatibility: 'compatibility forms and radicals become the characters they stand for (Unicode NFKC)',
  missing: 'missing or unreadable characters (□ 囗 ○ ? …, {parts of a character}): dropped',
  foreign: 'Latin letters, digits or private-use characters: dropped',
  empty: 'no text: dropped',
  length: 'too few or too many lines: dropped',
  irregular: 'lines of unequal length: dropped',
  linebreak: 'line breaks mended: a couplet a line',
  variant: 'variants become the standard character (疎 疏, 劒 剑); the traditional text stays as it was',
  duplicate: 'the same text as another poem: dropped',
  'near-duplicate': 'shares half of its lines with a better copy, or is part of it: dropped',
  quality: 'hardly rhymes, keeps no meter, and is not known: dropped (--min-quality)',
};

/** Removes what is in round brackets or editors' 〖〗, nested or running over paragraphs. An unclosed bracket runs to the end. */
export function removeNotes(text: string): string {
  let depth = 0;
  let kept = '';
  for (const character of text) {
    if ('（(〖'.includes(character)) depth += 1;
    else if ('）)〗'.includes(character)) depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += character;
  }
  return kept;
}

const MARKUP = /[「」『』“”‘’"'《》〈〉【】]|[^\S\n]/gu;
const MISSING = /[□囗○●■◇�?…—⿰-⿻{}｛｝]/u;
const FOREIGN = /[A-Za-z0-9\uE000-\uF8FF]/u;

/** Cleans one poem. Duplicates are found by {@link import('./duplicates.js')}, which sees all poems. */
export function cleanPoem(source: SourcePoem, options: CleaningOptions = CLEANING_DEFAULTS): CleaningResult {
  const decisions: Decision[] = [];
  const note = (rule: string, outcome: Decision['outcome'], example: string): void => {
    decisions.push({ id: source.id, rule, outcome, example: characters(example).slice(0, 40).join('') });
  };
  const drop = (rule: string, example: string): CleaningResult => {
    note(rule, 'dropped', example);
    return { decisions };
  };

  const joined = source.paragraphs.join('\n');
  const step = (rule: string, text: string, change: (text: string) => string): string => {
    const changed = change(text);
    if (changed !== text) note(rule, 'mended', text.replaceAll('\n', ''));
    return changed;
  };
  let text = step('compatibility', joined, normalizeWords);
  text = step('note', text, removeNotes);
  text = step('bracket', text, (before) => before.replace(/[[\]［］]/gu, ''));
  text = step('markup', text, (before) => before.replace(MARKUP, ''));

  if (MISSING.test(text)) return drop('missing', text);
  if (FOREIGN.test(text)) return drop('foreign', text);
  const verses = readVerses(text);
  const lines = verses.map(({ line }) => line);
  if (lines.length === 0) return drop('empty', joined);
  const odd = lines.find((line) => !characters(line).every(isHan));
  if (odd !== undefined) return drop('foreign', odd);
  if (lines.length < options.fewestLines || lines.length > options.mostLines) return drop('length', text);
  if (options.regularOnly && !isRegular(lines)) return drop('irregular', text);
  const paragraphs = text.split('\n').filter((paragraph) => paragraph !== '');
  if (paragraphs.length !== inCouplets(lines).length) {
    note('linebreak', 'mended', joined.replaceAll('\n', ' / '));
  }
  const standard = lines.map(toStandard);
  const variant = lines.find((line, index) => toSimplified(line) !== standard[index]);
  if (variant !== undefined) note('variant', 'mended', variant);
  const poem: CleanPoem = {
    id: source.id,
    title: toStandard(removeNotes(source.title).trim()),
    author: toStandard(source.author),
    lines: standard,
    traditional: lines,
    marks: verses.map(({ mark }) => mark),
  };
  return { poem, decisions };
}

/** Normalised, but for marks: a full-width question mark is one, a plain one stands for a missing character. */
const normalizeWords = (text: string): string => text.replace(/[^\p{P}\n]+/gu, normalizeText);

/** Lines with the mark after each: a mark ends a line, and so does a line break. */
function readVerses(text: string): { line: string; mark: string }[] {
  return text
    .split('\n')
    .flatMap((paragraph) => [
      ...paragraph.matchAll(/([^，。？！；、：,.．:!;]+)([，。？！；、：,.．:!;]?)/gu),
    ])
    .map(([, line = '', mark = '']) => ({ line, mark: MARKS[mark] ?? mark }));
}

/** Marks as they are kept: a line break counts as a full stop. */
const MARKS: Readonly<Record<string, string>> = {
  '': '。',
  '、': '，',
  '：': '，',
  ':': '，',
  ',': '，',
  '．': '。',
  '.': '。',
  '!': '！',
  ';': '；',
};

/** Whether all lines have five, or all have seven characters, and their number is even. */
function isRegular(lines: readonly string[]): boolean {
  const [size, ...others] = new Set(lines.map((line) => characters(line).length));
  return areCouplets(lines.length) && others.length === 0 && isRegulatedLength(size);
}
