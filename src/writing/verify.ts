/** Whether a poem keeps what was asked, judged from its text alone: for poems that no constraint held to it, and for the tests of those. */
import { FORMS, formOfShape, type FormName } from '../poetry/forms.js';
import type { LineIndex } from '../poetry/line-index.js';
import { checkLine, checkMeter, lineTones, type LineType } from '../poetry/meter.js';
import { canBe, levelGroups } from '../poetry/readings.js';
import { checkRhyme } from '../poetry/rhyme.js';
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
  if (formOfShape(lines) !== form) return [`not the shape of ${form}`];
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
  const kept = ({ rule }: { rule: string }): boolean => !lifted.has(rule);
  const firstLineRhymes = canBe(characters(lines[0] ?? '').at(-1) ?? '', '平');
  const faults =
    lifted.has('opposition') || lifted.has('adhesion')
      ? faultsByParts(lines, lifted.has('opposition') ? 1 : 2, kept)
      : checkMeter(lines, firstLineRhymes).lines.flatMap(({ violations }) => violations.filter(kept));
  const unmet = faults.map(({ line, chars, message }) => `line ${line} ${chars} ${message}`);
  return template === undefined || followsTemplate(lines[0] ?? '', FORMS[form].length, template)
    ? unmet
    : [...unmet, `the first line is not ${template}`];
}

/** The faults of lines or couplets, each under the types that serve it best, whatever the others are. */
function faultsByParts(
  lines: readonly string[],
  size: 1 | 2,
  kept: (fault: { rule: string }) => boolean,
): Violation[] {
  const faults: Violation[] = [];
  for (let start = 0; start < lines.length; start += size) {
    const readings = openTemplates(lines.length, new Set(['opposition']))
      .filter(({ types }) => size === 1 || isCouplet(types[start], types[start + 1]))
      .map(({ types }) =>
        types.slice(start, start + size).flatMap((type, offset) => {
          return checkLine(lines, start + offset, type).violations.filter((fault) => kept(fault));
        }),
      );
    faults.push(...readings.reduce((best, found) => (found.length < best.length ? found : best)));
  }
  return faults;
}

/** Whether two types oppose each other at the second character. */
function isCouplet(upper: LineType | undefined, lower: LineType | undefined): boolean {
  return upper !== undefined && lower !== undefined && upper[1] !== lower[1];
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
    const tones = lineTones(type, length);
    const fits = [1, length - 1].every((at) => canBe(line[at] ?? '', tones[at] ?? '平'));
    return fits && (start === undefined || tones[1] === start);
  });
}

function unmetRhyme(lines: readonly string[], { rhyme = true }: Constraints): string[] {
  if (rhyme === false) return [];
  const check = checkRhyme(lines);
  const unmet = check.violations.map(({ line, chars, message }) => `line ${line} ${chars} ${message}`);
  const group = typeof rhyme === 'string' ? groupByName(rhyme) : undefined;
  if (!group) return unmet;
  const words = lines.flatMap((line, index) => (index % 2 === 1 ? [characters(line).at(-1) ?? ''] : []));
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
