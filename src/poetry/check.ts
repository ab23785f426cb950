/** The check of a whole poem: its form, meter, rhyme, and what is broken. Pure. */
import { formOfShape, type FormName } from './forms.js';
import { checkMeter, judgedPlaces, lineTones, type LineType, type MeterCheck } from './meter.js';
import { parallelism } from './parallelism.js';
import { PINGSHUI, toneMark, type RhymeBook } from './readings.js';
import { checkRhyme, type RhymeCheck } from './rhyme.js';
import { RULES, violation, type Violation } from './rules.js';
import { characters, splitLines } from './text.js';

export interface CharacterTone {
  readonly char: string;
  /** 平, 仄, 中 (either), ? (unknown): the tone it was judged under, where it has both. */
  readonly tone: string;
  /** Labels of the rhyme groups it can be read in. */
  readonly readings: readonly string[];
  /** There where the tone was chosen among several, because the line asks for it. */
  readonly chosen?: true;
}

/** What `shiren check --json` prints for a poem. */
export interface PoemCheck {
  /** 五绝, 七绝, 五律, 七律, 五言排律, 七言排律, 古绝, 五古, 七古, 四言, 六言 or 杂言 */
  readonly form: string;
  /** The form that a prompt would ask for, told from the shape alone. */
  readonly shape: FormName | null;
  /** What makes it that form. */
  readonly why: string;
  /** Regulated, known licences included. */
  readonly regulated: boolean;
  readonly rhyme: {
    readonly group: string | null;
    readonly book: RhymeBook['name'];
    readonly ok: boolean;
    /** Share of rhyme positions in the best level group, and in the best of any tone. */
    readonly share: number;
    readonly anyToneShare: number;
  };
  readonly lines: readonly {
    readonly text: string;
    readonly tones: readonly CharacterTone[];
    readonly type: string | null;
    readonly ok: boolean;
  }[];
  readonly violations: readonly Violation[];
  readonly licences: readonly Violation[];
  /** Matters of taste: 撞韵, 重字. */
  readonly notes: readonly Violation[];
  /** How far the couplets between the first and the last are parallel (对仗), from 0 to 1; null where there are none. */
  readonly parallelism: number | null;
}

export interface CheckOptions {
  /** 平水韵 where absent. */
  readonly book?: RhymeBook;
}

const NUMERALS: Readonly<Record<number, string>> = { 4: '四', 5: '五', 6: '六', 7: '七' };

/** Faults a couplet, on average, beyond which a poem is old-style verse (古体) and not regulated verse with faults. */
const MOST_FAULTS = 1;

interface Form {
  readonly name: string;
  readonly why: string;
}

function describeForm(
  length: number | undefined,
  lines: number,
  rhyme: RhymeCheck,
  faults: number | undefined,
): Form {
  const numeral = length === undefined ? undefined : NUMERALS[length];
  if (!numeral) return { name: '杂言', why: '各句字数不一 (lines of different lengths)' };
  const shape = `${lines}句${numeral}言 (${lines} lines of ${length})`;
  if (length !== 5 && length !== 7) return { name: `${numeral}言`, why: shape };
  const ancient = lines === 4 ? '古绝' : `${numeral}古`;
  if (faults === undefined) return { name: `${numeral}古`, why: shape };
  const level = rhyme.share > 0.5 && rhyme.group?.category === '平';
  if (!level) return { name: ancient, why: `${shape}，不押平声韵 (no level rhyme)` };
  if (faults > (MOST_FAULTS * lines) / 2) {
    return { name: ancient, why: `${shape}，平声韵，${faults}处失律 (level rhyme, ${faults} faults)` };
  }
  const name = lines === 4 ? `${numeral}绝` : lines === 8 ? `${numeral}律` : `${numeral}言排律`;
  const state = faults === 0 ? '合律 (regulated)' : `${faults}处失律 (${faults} faults)`;
  return { name, why: `${shape}，平声韵 (level rhyme)，${state}` };
}

/** 重字: characters that stand in two lines, or twice in one; doubled ones (悠悠) and those of one phrase in a line are left out. */
function repeatedCharacters(lines: readonly string[]): Violation[] {
  const first = new Map<string, number>();
  const found: Violation[] = [];
  lines.forEach((line, index) => {
    for (const character of new Set(characters(line))) {
      const before = first.get(character);
      if (before === undefined) first.set(character, index);
      else found.push(violation('repeated-character', index + 1, character));
    }
  });
  return found;
}

function characterTones(text: string, type: LineType | undefined, book: RhymeBook): CharacterTone[] {
  const all = characters(text);
  const expected = type && lineTones(type, all.length);
  const judged = type && judgedPlaces(type, all.length);
  return all.map((char, at) => {
    const tone = toneMark(char, book);
    const readings = book.readings(char).map(({ group }) => group.label);
    const asked = judged?.has(at) ? expected?.[at] : undefined;
    return tone === '中' && asked !== undefined
      ? { char, tone: asked, readings, chosen: true }
      : { char, tone, readings };
  });
}

/** The mean parallelism of the couplets between the first and the last. */
function middleParallelism(lines: readonly string[], book: RhymeBook): number | null {
  const scores: number[] = [];
  for (let line = 2; line + 3 < lines.length; line += 2) {
    scores.push(parallelism(lines[line] ?? '', lines[line + 1] ?? '', book));
  }
  return scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** Checks the lines of a poem, without punctuation. */
export function checkLines(lines: readonly string[], options: CheckOptions = {}): PoemCheck {
  const { book = PINGSHUI } = options;
  const sizes = lines.map((line) => characters(line).length);
  const [length] = sizes;
  const even = length !== undefined && sizes.every((size) => size === length);
  const fiveOrSeven = even && (length === 5 || length === 7);
  const violations: Violation[] = [];
  if (!fiveOrSeven) {
    const odd = Math.max(
      0,
      sizes.findIndex((size) => size !== length || (size !== 5 && size !== 7)),
    );
    violations.push(violation('line-length', odd + 1, lines[odd] ?? ''));
  }
  const wholeCouplets = lines.length >= 4 && lines.length % 2 === 0 && lines.length !== 6;
  if (!wholeCouplets) violations.push(violation('line-count', lines.length, ''));
  const rhyme = checkRhyme(lines, book);
  const meter = fiveOrSeven && wholeCouplets ? checkMeter(lines, rhyme.firstLine, book) : undefined;
  const meterFaults = meter?.lines.flatMap((line) => line.violations) ?? [];
  violations.push(...meterFaults, ...rhyme.violations);
  violations.sort((a, b) => a.line - b.line);
  const licences = meter?.lines.flatMap((line) => line.licences) ?? [];
  if (meter?.firstLineRhymes) licences.push(...rhyme.licences);
  const faults = meter && meterFaults.length + rhyme.violations.length;
  const { name, why } = describeForm(even ? length : undefined, lines.length, rhyme, faults);
  return {
    form: name,
    shape: formOfShape(lines) ?? null,
    why,
    regulated: violations.length === 0,
    rhyme: {
      group: rhyme.group?.label ?? null,
      book: book.name,
      ok: rhyme.ok,
      share: rhyme.share,
      anyToneShare: rhyme.anyToneShare,
    },
    lines: lines.map((text, index) => describeLine(text, meter, index, book)),
    violations,
    licences,
    notes: [...rhyme.notes, ...repeatedCharacters(lines)].sort((a, b) => a.line - b.line),
    parallelism: even ? middleParallelism(lines, book) : null,
  };
}

function describeLine(
  text: string,
  meter: MeterCheck | undefined,
  index: number,
  book: RhymeBook,
): PoemCheck['lines'][number] {
  const line = meter?.lines[index];
  return {
    text,
    tones: characterTones(text, line?.type, book),
    type: line?.type ?? null,
    ok: (line?.violations.length ?? 1) === 0,
  };
}

/** Checks a poem with its punctuation. */
export function checkPoem(text: string, options: CheckOptions = {}): PoemCheck {
  return checkLines(splitLines(text), options);
}

/** The name of a rule in Chinese and English. */
export function ruleTitle({ rule }: Violation): string {
  return `${RULES[rule].chinese} ${RULES[rule].english}`;
}
