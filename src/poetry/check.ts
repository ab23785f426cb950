/** The check of a whole poem: its form, meter, rhyme, and what is broken. Pure. */
import { checkMeter } from './meter.js';
import { checkRhyme } from './rhyme.js';
import { readingsOf, toneMark } from './readings.js';
import { RULES, violation, type Violation } from './rules.js';
import { characters, splitLines } from './text.js';

export interface CharacterTone {
  readonly char: string;
  /** 平, 仄, 中 (either), ? (unknown) */
  readonly tone: string;
  /** Labels of the rhyme groups it can be read in. */
  readonly readings: readonly string[];
}

/** What `shiren check --json` prints for a poem. */
export interface PoemCheck {
  /** 五绝, 七绝, 五律, 七律, 五言排律, 七言排律, 古绝, 五古, 七古 or 杂言 */
  readonly form: string;
  /** Regulated, known licences included. */
  readonly regulated: boolean;
  readonly rhyme: {
    readonly group: string | null;
    readonly book: '平水韵';
    readonly ok: boolean;
    readonly share: number;
  };
  readonly lines: readonly {
    readonly text: string;
    readonly tones: readonly CharacterTone[];
    readonly type: string | null;
    readonly ok: boolean;
  }[];
  readonly violations: readonly Violation[];
  readonly licences: readonly Violation[];
}

const FIVE_OR_SEVEN: Readonly<Record<number, string>> = { 5: '五', 7: '七' };

function nameForm(length: number | undefined, lines: number, regulated: boolean): string {
  const prefix = length === undefined ? undefined : FIVE_OR_SEVEN[length];
  if (!prefix) return '杂言';
  if (regulated && lines === 4) return `${prefix}绝`;
  if (regulated && lines === 8) return `${prefix}律`;
  if (regulated && lines > 8) return `${prefix}言排律`;
  return lines === 4 ? '古绝' : `${prefix}古`;
}

/** Checks the lines of a poem, without punctuation. */
export function checkLines(lines: readonly string[]): PoemCheck {
  const sizes = new Set(lines.map((line) => characters(line).length));
  const [length] = sizes;
  const even = sizes.size === 1 && length !== undefined && length in FIVE_OR_SEVEN;
  const violations: Violation[] = [];
  if (!even) {
    const odd = lines.findIndex(
      (line) => characters(line).length !== length || !(characters(line).length in FIVE_OR_SEVEN),
    );
    violations.push(violation('line-length', Math.max(odd, 0) + 1, lines[Math.max(odd, 0)] ?? ''));
  }
  const wholeCouplets = lines.length >= 4 && lines.length % 2 === 0 && lines.length !== 6;
  if (!wholeCouplets) violations.push(violation('line-count', lines.length, ''));
  const rhyme = checkRhyme(lines);
  const meter = even && wholeCouplets ? checkMeter(lines, rhyme.firstLine) : undefined;
  violations.push(...(meter?.lines.flatMap((line) => line.violations) ?? []), ...rhyme.violations);
  violations.sort((a, b) => a.line - b.line);
  const licences = [...(meter?.lines.flatMap((line) => line.licences) ?? [])];
  if (meter?.firstLineRhymes) licences.push(...rhyme.licences);
  const regulated = violations.length === 0;
  return {
    form: nameForm(even ? length : undefined, lines.length, regulated),
    regulated,
    rhyme: { group: rhyme.group?.label ?? null, book: '平水韵', ok: rhyme.ok, share: rhyme.share },
    lines: lines.map((text, index) => ({
      text,
      tones: characters(text).map((char) => ({
        char,
        tone: toneMark(char),
        readings: readingsOf(char).map(({ group }) => group.label),
      })),
      type: meter?.lines[index]?.type ?? null,
      ok: (meter?.lines[index]?.violations.length ?? 1) === 0,
    })),
    violations,
    licences,
  };
}

/** Checks a poem with its punctuation. */
export function checkPoem(text: string): PoemCheck {
  return checkLines(splitLines(text));
}

/** The name of a rule in Chinese and English. */
export function ruleTitle({ rule }: Violation): string {
  return `${RULES[rule].chinese} ${RULES[rule].english}`;
}
