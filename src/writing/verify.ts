/** Whether a poem keeps what was asked, judged from its text alone: for poems that no constraint held to it, and for the tests of those. */
import { FORMS, hasShape, type FormName } from '../poetry/forms.js';
import type { LineIndex } from '../poetry/line-index.js';
import { isFault, OF_RHYME } from '../poetry/judgement.js';
import { layoutOf, type LineLayout } from '../poetry/layout.js';
import { judgeLine } from '../poetry/line-check.js';
import { HINGE, hingeTone, linePlaces, opposedTo } from '../poetry/line-types.js';
import { checkMeter } from '../poetry/meter.js';
import { canBe, levelGroups } from '../poetry/readings.js';
import { checkRhyme, lowerLines } from '../poetry/rhyme.js';
import { canRead, endOf, endWord, readVerse, type Verse } from '../poetry/verse.js';
import { characters, splitLines } from '../poetry/text.js';
import type { Violation } from '../poetry/rules.js';
import { groupByName } from '../poetry/pingshui.js';
import type { Constraints } from './constraint-schema.js';
import { LEVEL_TYPES, OBLIQUE_TYPES, openTemplates } from './tonal-templates.js';

/** What is not kept, a phrase each; empty for a poem that keeps everything. */
export function unmetConstraints(
  text: string,
  form: FormName,
  constraints: Constraints,
  known?: LineIndex,
): string[] {
  const lines = splitLines(text);
  if (!hasShape(form, lines)) return [`not the shape of ${form}`];
  return [
    ...unmetTones(lines, form, constraints),
    ...unmetRhyme(lines, constraints),
    ...unmetText(lines, constraints),
    ...(known ? unoriginal(lines, constraints, known) : []),
  ];
}

function unmetTones(lines: readonly string[], form: FormName, constraints: Constraints): string[] {
  const { tones = true, template, allow = [] } = constraints;
  if (!tones) return [];
  const lifted = new Set<string>(allow);
  const kept = (fault: Violation): boolean => isFault(fault) && !lifted.has(fault.rule);
  const verse = readVerse(lines);
  const { length } = FORMS[form];
  const firstLineRhymes = canRead(endOf(verse, 0), '平');
  const faults =
    lifted.has('opposition') || lifted.has('adhesion')
      ? faultsByParts(verse, lifted.has('opposition') ? 1 : 2, kept)
      : checkMeter(verse, length, firstLineRhymes).lines.flatMap(({ findings }) => findings.filter(kept));
  const unmet = faults.map(({ line, chars, message }) => `line ${line} ${chars} ${message}`);
  return template === undefined || followsTemplate(lines[0] ?? '', length, template)
    ? unmet
    : [...unmet, `the first line is not ${template}`];
}

/** The faults of lines or couplets, each under the types that serve it best, whatever the others are. */
function faultsByParts(verse: Verse, size: 1 | 2, kept: (fault: Violation) => boolean): Violation[] {
  const faults: Violation[] = [];
  const layouts = layoutOf(verse.lines.length);
  for (let start = 0; start < verse.lines.length; start += size) {
    const readings = openTemplates(verse.lines.length, new Set(['opposition']))
      .filter(({ types }) => {
        const [upper, lower] = types.slice(start);
        return size === 1 || (upper && opposedTo(upper) === lower);
      })
      .map(({ types }) =>
        types.slice(start, start + size).flatMap((type, offset) => {
          const at = start + offset;
          return judgeLine(verse, at, type, layouts[at] as LineLayout).filter(kept);
        }),
      );
    faults.push(...readings.reduce((best, found) => (found.length < best.length ? found : best)));
  }
  return faults;
}

function followsTemplate(first: string, length: number, template: string): boolean {
  const line = characters(first);
  const types = template.includes('首句入韵')
    ? LEVEL_TYPES
    : template.includes('首句不入韵')
      ? OBLIQUE_TYPES
      : [...LEVEL_TYPES, ...OBLIQUE_TYPES];
  const start = template.startsWith('平起') ? '平' : template.startsWith('仄起') ? '仄' : undefined;
  return types.some((type) => {
    const places = linePlaces(type, length);
    const fits = [HINGE, length - 1].every((at) => canBe(line[at] ?? '', places[at]?.tone ?? '平'));
    return fits && (start === undefined || hingeTone(type, length) === start);
  });
}

function unmetRhyme(lines: readonly string[], { rhyme = true }: Constraints): string[] {
  if (rhyme === false) return [];
  const verse = readVerse(lines);
  const unmet = checkRhyme(verse)
    .findings.filter(({ rule }) => OF_RHYME.has(rule))
    .map(({ line, chars, message }) => `line ${line} ${chars} ${message}`);
  const group = typeof rhyme === 'string' ? groupByName(rhyme) : undefined;
  if (!group) return unmet;
  const words = lowerLines(verse).map((line) => endWord(verse, line));
  const outside = words.filter((word) => !levelGroups(word).includes(group));
  return [...unmet, ...outside.map((word) => `${word} does not rhyme in ${group.label}`)];
}

function unmetText(lines: readonly string[], constraints: Constraints): string[] {
  const { acrostic = '', acrosticEnd = '', forbidden = [], required = [], allow = [] } = constraints;
  const text = lines.join('，');
  const expectAt = (wanted: string, at: 0 | -1, what: string): string[] =>
    characters(wanted).flatMap((character, line) =>
      characters(lines[line] ?? '').at(at) === character ? [] : [`line ${line + 1}: ${what} ${character}`],
    );
  const all = characters(lines.join(''));
  const repeated = allow.includes('repeated-character')
    ? []
    : all.filter((character, index) => all.indexOf(character) !== index);
  return [
    ...expectAt(acrostic, 0, 'does not begin with'),
    ...expectAt(acrosticEnd, -1, 'does not end with'),
    ...(constraints.lines ?? []).flatMap((line, index) =>
      line === undefined || line === lines[index] ? [] : [`line ${index + 1} is not ${line}`],
    ),
    ...forbidden.filter((word) => text.includes(word)).map((word) => `${word} is forbidden`),
    ...required.filter((word) => !text.includes(word)).map((word) => `${word} is missing`),
    ...repeated.map((character) => `${character} is used twice`),
  ];
}

function unoriginal(lines: readonly string[], constraints: Constraints, known: LineIndex): string[] {
  return lines.flatMap((line, index) => {
    const given = constraints.lines?.[index] !== undefined;
    return given || known.nearness(line) === 'new' ? [] : [`line ${index + 1} ${line} is known`];
  });
}
