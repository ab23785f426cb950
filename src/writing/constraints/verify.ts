/** Whether a poem keeps what was asked, judged from its text alone: for poems that no constraint held to it, and for the tests of those. */
import { FORMS, hasShape, LINES_A_RHYME, shapeOf, type FormName } from '../../poetry/forms/forms.js';
import { isFault, OF_RHYME } from '../../poetry/prosody/judgement.js';
import { inCouplets, layoutOf, type LineLayout } from '../../poetry/forms/layout.js';
import { judgeLine } from '../../poetry/prosody/line-check.js';
import type { LineIndex } from '../../poetry/line-index.js';
import {
  HINGE,
  LINE_TYPE_NAMES,
  linePlaces,
  opposedTo,
  typesEnding,
  type LineType,
} from '../../poetry/prosody/line-types.js';
import { checkMeter } from '../../poetry/prosody/meter.js';
import { groupByName, type RhymeGroup } from '../../poetry/readings/pingshui.js';
import { checkRhyme, lowerLines } from '../../poetry/prosody/rhyme.js';
import type { Violation } from '../../poetry/prosody/rules.js';
import { characters, splitLines } from '../../poetry/text.js';
import { sameCharacter, wordCharacter } from '../../poetry/script/variants.js';
import { canRead, endOf, endWord, readVerse, type Verse } from '../../poetry/prosody/verse.js';
import type { Constraints } from './constraint-schema.js';
import { templateNamed } from './tonal-templates.js';

/** What is not kept, a phrase each; empty for a poem that keeps everything. */
export function unmetConstraints(
  text: string,
  form: FormName,
  constraints: Constraints,
  known?: LineIndex,
): string[] {
  const lines = splitLines(text);
  if (!hasShape(form, lines, constraints.lineCount ?? FORMS[form].lines)) return [`not the shape of ${form}`];
  const verse = readVerse(lines);
  const regulated = FORMS[form].style === 'regulated';
  return [
    ...(regulated ? unmetTones(verse, form, constraints) : []),
    ...(regulated ? unmetRhyme(verse, constraints) : unmetOldRhyme(verse, form, constraints)),
    ...unmetText(lines, constraints),
    ...(known ? unoriginal(lines, constraints, known) : []),
  ];
}

const phrase = ({ line, chars, message }: Violation): string => `line ${line} ${chars} ${message}`;

function unmetTones(verse: Verse, form: FormName, constraints: Constraints): string[] {
  const { tones = true, template, allow = [] } = constraints;
  if (!tones) return [];
  const lifted = new Set<string>(allow);
  const kept = (fault: Violation): boolean => isFault(fault) && !lifted.has(fault.rule);
  const { length } = FORMS[form];
  const firstLineRhymes = canRead(endOf(verse, 0), '平');
  const faults =
    lifted.has('opposition') || lifted.has('adhesion')
      ? faultsByParts(verse, lifted.has('opposition'), kept)
      : checkMeter(verse, length, firstLineRhymes).lines.flatMap(({ findings }) => findings.filter(kept));
  const unmet = faults.map(phrase);
  return template === undefined || followsTemplate(verse, length, template)
    ? unmet
    : [...unmet, `the first line is not ${template}`];
}

/** The faults of lines or couplets, each under the types that serve it best, whatever the others are. */
function faultsByParts(verse: Verse, byLine: boolean, kept: (fault: Violation) => boolean): Violation[] {
  const layouts = layoutOf(verse.lines.length);
  const faultsOf = (line: number, type: LineType): Violation[] =>
    judgeLine(verse, line, type, layouts[line] as LineLayout).filter(kept);
  const fewest = (readings: readonly Violation[][]): Violation[] =>
    readings.reduce((best, found) => (found.length < best.length ? found : best));
  const upperTypes = (line: number): readonly LineType[] =>
    line === 0 ? LINE_TYPE_NAMES : typesEnding('仄');
  return inCouplets(verse.lines.map((_, line) => line)).flatMap(([upper = 0, lower]) => {
    if (lower === undefined) return fewest(upperTypes(upper).map((type) => faultsOf(upper, type)));
    if (byLine) {
      return [
        ...fewest(upperTypes(upper).map((type) => faultsOf(upper, type))),
        ...fewest(typesEnding('平').map((type) => faultsOf(lower, type))),
      ];
    }
    return fewest(
      upperTypes(upper).map((type) => [...faultsOf(upper, type), ...faultsOf(lower, opposedTo(type))]),
    );
  });
}

function followsTemplate({ places }: Verse, length: number, template: string): boolean {
  const isNamed = templateNamed(template);
  return LINE_TYPE_NAMES.filter((type) => isNamed(type, length)).some((type) =>
    [HINGE, length - 1].every((at) => {
      const tone = linePlaces(type, length)[at]?.tone;
      return tone !== undefined && canRead(places[0]?.[at], tone);
    }),
  );
}

function unmetRhyme(verse: Verse, { rhyme = true }: Constraints): string[] {
  if (rhyme === false) return [];
  const unmet = checkRhyme(verse).findings.filter(({ rule }) => OF_RHYME.has(rule));
  const group = typeof rhyme === 'string' ? groupByName(rhyme) : undefined;
  const outside = group ? lowerLines(verse).filter((line) => !groupsAt(verse, line).includes(group)) : [];
  return [
    ...unmet.map(phrase),
    ...outside.map((line) => `${endWord(verse, line)} does not rhyme in ${group?.label}`),
  ];
}

const groupsAt = (verse: Verse, line: number): readonly RhymeGroup[] =>
  endOf(verse, line)?.readings.map(({ group }) => group) ?? [];

/** Old-style verse: the lower lines of each stretch share one group, of the tone and name that was asked for. */
function unmetOldRhyme(verse: Verse, form: FormName, constraints: Constraints): string[] {
  const { rhyme = true, rhymeTone, changeRhyme, lineCount } = constraints;
  if (rhyme === false) return [];
  const { lines } = shapeOf(form, lineCount, changeRhyme ? LINES_A_RHYME : undefined);
  const named = typeof rhyme === 'string' ? groupByName(rhyme) : undefined;
  const fits = (group: RhymeGroup): boolean =>
    (named === undefined || group === named) &&
    (rhymeTone === undefined || (group.category === '平') === (rhymeTone === 'level'));
  const stretches = new Map<number, number[]>();
  lines.forEach(({ stretch, rhymes }, line) => {
    if (rhymes === 'always') stretches.set(stretch, [...(stretches.get(stretch) ?? []), line]);
  });
  return [...stretches.values()].flatMap((all) => {
    const words = all.map((line) => endWord(verse, line));
    const [first = [], ...others] = all.map((line) => groupsAt(verse, line));
    const shared = first.filter((group) => fits(group) && others.every((groups) => groups.includes(group)));
    const twice = words.filter((word, at) =>
      words.slice(0, at).some((before) => sameCharacter(before, word)),
    );
    return [
      ...(shared.length === 0 ? [`${words.join(', ')} share no rhyme that was asked for`] : []),
      ...twice.map((word) => `${word} rhymes twice`),
    ];
  });
}

function unmetText(lines: readonly string[], constraints: Constraints): string[] {
  const { acrostic = '', acrosticEnd = '', forbidden = [], required = [], allow = [] } = constraints;
  const text = lines.join('，');
  const expectAt = (wanted: string, at: 0 | -1, what: string): string[] =>
    characters(wanted).flatMap((character, line) =>
      characters(lines[line] ?? '').at(at) === character ? [] : [`line ${line + 1}: ${what} ${character}`],
    );
  const repeated = allow.includes('repeated-character') ? [] : repeatedCharacters(lines, constraints);
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

/** Characters that come again, in whatever form, but for those doubled (青青) in words and lines that were asked for. */
function repeatedCharacters(
  lines: readonly string[],
  { lines: given = [], required = [] }: Constraints,
): string[] {
  const asked = [...given, ...required].join('，');
  const before = new Set<string>();
  return lines.flatMap((line) =>
    characters(line).filter((character, at, all) => {
      const standard = wordCharacter(character);
      const last = all[at - 1] ?? '';
      const doubled = sameCharacter(last, character) && asked.includes(last + character);
      const again = before.has(standard) && !doubled;
      before.add(standard);
      return again;
    }),
  );
}

function unoriginal(lines: readonly string[], constraints: Constraints, known: LineIndex): string[] {
  return lines.flatMap((line, index) => {
    const given = constraints.lines?.[index] !== undefined;
    return given || known.nearness(line) === 'new' ? [] : [`line ${index + 1} ${line} is known`];
  });
}
