/** Cleaning: from a record as it came to lines of verse, or a reason to drop it. Pure; every rule has an id. */
import { characters, isHan, lineMarks, splitLines } from '../poetry/text.js';
import { levelGroups } from '../poetry/readings.js';
import { toSimplified } from '../poetry/script.js';
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
  missing: 'missing or unreadable characters (□ ○ ? …, {parts of a character}): dropped',
  foreign: 'Latin letters, digits or private-use characters: dropped',
  empty: 'no text: dropped',
  length: 'too few or too many lines: dropped',
  irregular: 'lines of unequal length: dropped',
  linebreak: 'line breaks mended: a couplet a line',
  simplify: "a line's last character stays traditional: the simplified one has lost a rhyme",
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

const MARKUP = /[「」『』“”‘’"'《》〈〉【】\s]/gu;
const MISSING = /[□○●■◇�?…—⿰-⿻{}｛｝]/u;
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
  let text = step('note', joined, removeNotes);
  text = step('bracket', text, (before) => before.replace(/[[\]［］]/gu, ''));
  const broken = text;
  text = text.replaceAll('\n', '');
  text = step('markup', text, (before) => before.replace(MARKUP, ''));
  text = text
    .replace(/[、：:]/gu, '，')
    .replace(/,/gu, '，')
    .replace(/[．.]/gu, '。');

  if (MISSING.test(text)) return drop('missing', text);
  if (FOREIGN.test(text)) return drop('foreign', text);
  const lines = splitLines(text);
  if (lines.length === 0) return drop('empty', joined);
  const odd = lines.find((line) => !characters(line).every(isHan));
  if (odd !== undefined) return drop('foreign', odd);
  if (lines.length < options.fewestLines || lines.length > options.mostLines) return drop('length', text);
  if (options.regularOnly && !isRegular(lines)) return drop('irregular', text);
  if (broken.split('\n').filter((line) => line !== '').length !== Math.ceil(lines.length / 2)) {
    note('linebreak', 'mended', joined.replaceAll('\n', ' / '));
  }
  const simplified = lines.map(simplifyLine);
  const kept = simplified.find((line, index) => line !== toSimplified(lines[index] ?? ''));
  if (kept !== undefined) note('simplify', 'mended', kept);
  const marks = lineMarks(text);
  const poem: CleanPoem = {
    id: source.id,
    title: toSimplified(removeNotes(source.title).trim()),
    author: toSimplified(source.author),
    lines: simplified,
    traditional: lines,
    marks: lines.map((_, index) => marks[index] ?? '。'),
  };
  return { poem, decisions };
}

/** A line in simplified script; its last character stays traditional where the simplified one has lost a rhyme (綠蘋, not 绿苹). */
function simplifyLine(line: string): string {
  const text = characters(line);
  const last = text.at(-1) ?? '';
  const groups = new Set(levelGroups(toSimplified(last)));
  const rhymes = levelGroups(last).every((group) => groups.has(group));
  return toSimplified(text.slice(0, -1).join('')) + (rhymes ? toSimplified(last) : last);
}

/** Whether all lines have five, or all have seven characters, and their number is even. */
export function isRegular(lines: readonly string[]): boolean {
  const sizes = new Set(lines.map((line) => characters(line).length));
  return lines.length % 2 === 0 && sizes.size === 1 && (sizes.has(5) || sizes.has(7));
}
