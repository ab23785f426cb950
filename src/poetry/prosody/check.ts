/** The check of a whole poem: its form, meter, rhyme, and what is broken. Pure. */
import { formOf, formOfShape, type FormName } from '../forms/forms.js';
import { OF_RHYME, type Judgement } from './judgement.js';
import { inCouplets, layoutOf, type LineLayout } from '../forms/layout.js';
import { linePlaces } from './line-types.js';
import { parallelism } from './parallelism.js';
import type { PlaceReadings } from '../readings/poem-readings.js';
import { PINGSHUI, type RhymeBook, type Tone } from '../readings/readings.js';
import { judge, judgeAs } from './recognise.js';
import { RULES, violation, type Violation } from './rules.js';
import { readPoemLines } from '../parsing/poem-text.js';
import { characters } from '../text.js';
import { lowerLines } from './rhyme.js';
import { wordCharacter } from '../script/variants.js';
import { canRead, endReadings, readVerse, sizesOf, type Verse } from './verse.js';

export interface CharacterTone {
  readonly char: string;
  /** 平, 仄, 中 (either), ? (unknown): the tone it was judged under, where it has both. */
  readonly tone: string;
  /** Labels of the rhyme groups it can be read in here. */
  readonly readings: readonly string[];
  /** There where the tone was chosen among several, because the line or the rhyme asks for it. */
  readonly chosen?: true;
  /** There where it is oblique as an entering tone (入声), which today's Mandarin has lost. */
  readonly entering?: true;
  /** There where a word of the line decided how the character is read: the word. */
  readonly decidedBy?: string;
}

/** What `shiren check --json` prints for a poem. */
export interface PoemCheck {
  /** 五绝, 七绝, 五律, 七律, 三韵小律, 五言排律, 七言排律, 古绝, 五古, 七古, 四言, 六言绝句, 杂言, 词, 五言一联, … */
  readonly form: string;
  /** The form that a prompt would ask for; null where there is none, or the shape leaves it open. */
  readonly shape: FormName | null;
  /** What makes it that form. */
  readonly why: string;
  /** Regulated, known licences included. */
  readonly regulated: boolean;
  readonly rhyme: {
    /** The group of most rhyme words, level or oblique. */
    readonly group: string | null;
    readonly book: RhymeBook['name'];
    /** Whether it rhymes, and no rhyme is broken or repeated, by the rules of the kind of verse that it is. */
    readonly ok: boolean;
    /** There where nothing has to rhyme: a couplet alone whose first line ends oblique. */
    readonly open?: true;
    /** Share of the lower lines in the best level group, and in the best of any tone. */
    readonly share: number;
    readonly anyToneShare: number;
  };
  readonly lines: readonly {
    readonly text: string;
    readonly tones: readonly CharacterTone[];
    readonly type: string | null;
    readonly ok: boolean;
    /** Whether it rhymes, or should. */
    readonly rhymes: boolean;
    /** The mark that follows it. */
    readonly mark: LineLayout['mark'];
  }[];
  readonly violations: readonly Violation[];
  readonly licences: readonly Violation[];
  /** What is pointed out: patterns with a name, matters of taste (撞韵, 重字), readings that do not count. */
  readonly notes: readonly Violation[];
  /** How far the couplets between the first and the last are parallel (对仗), from 0 to 1; null where there are none. */
  readonly parallelism: number | null;
}

export interface CheckOptions {
  /** 平水韵 where absent. */
  readonly book?: RhymeBook;
  /** Judges the poem as this form; as the kind of verse that it looks like where absent. */
  readonly form?: FormName;
}

/** 重字: characters that stand in two lines, or twice in one; doubled ones (悠悠) and those of one phrase in a line are left out. */
function repeatedCharacters(lines: readonly string[]): Violation[] {
  const first = new Map<string, number>();
  const found: Violation[] = [];
  lines.forEach((line, index) => {
    // Of two forms of one in a line one is named.
    for (const [standard, character] of new Map(characters(line).map((one) => [wordCharacter(one), one]))) {
      const before = first.get(standard);
      if (before === undefined) first.set(standard, index);
      else found.push(violation('repeated-character', index + 1, character));
    }
  });
  return found;
}

/** Characters that no book of rhymes has. */
function unknownCharacters({ places }: Verse): Violation[] {
  return places.flatMap((line, index) =>
    line
      .filter(({ readings, rare }) => readings.length + rare.length === 0)
      .map(({ character }) => violation('unknown-character', index + 1, character)),
  );
}

/** 平, 仄, 中 (either), ? (unknown). */
function toneOf(place: PlaceReadings): string {
  if (place.readings.length === 0) return '?';
  const level = canRead(place, '平');
  return level && canRead(place, '仄') ? '中' : level ? '平' : '仄';
}

/** The tone that the meter, or else the rhyme, asks of each place of a line; undefined where both will do. */
function askedTones(judgement: Judgement, line: number, size: number): (Tone | undefined)[] {
  const type = judgement.types[line];
  const asked = Array.from({ length: size }, (_, at): Tone | undefined => {
    const place = type && linePlaces(type, size)[at];
    return place?.fault === undefined ? undefined : place.tone;
  });
  const group = judgement.groupAt?.(line) ?? judgement.group;
  if (type === undefined && group && judgement.positions.includes(line)) {
    asked[size - 1] = group.category === '平' ? '平' : '仄';
  }
  return asked;
}

/** Whether a character that is oblique here is so in entering tones only. */
function isEntering({ readings }: PlaceReadings, tone: string): boolean {
  const oblique = readings.filter((reading) => reading.tone === '仄');
  return tone === '仄' && oblique.length > 0 && oblique.every(({ group }) => group.category === '入');
}

function characterTones(
  places: readonly PlaceReadings[],
  asked: readonly (Tone | undefined)[],
): CharacterTone[] {
  return places.map((place, at) => {
    const tone = toneOf(place);
    const wanted = asked[at];
    const chosen = tone === '中' && wanted !== undefined;
    return {
      char: place.character,
      tone: chosen ? wanted : tone,
      readings: place.readings.map(({ group }) => group.label),
      ...(chosen ? { chosen } : {}),
      ...(isEntering(place, chosen ? wanted : tone) ? { entering: true } : {}),
      ...(place.decidedBy === undefined ? {} : { decidedBy: place.decidedBy }),
    };
  });
}

/** The mean parallelism of the couplets between the first and the last. */
function middleParallelism(lines: readonly string[], book: RhymeBook): number | null {
  const couplets = inCouplets(lines)
    .slice(1, -1)
    .map(([upper = '', lower = '']) => parallelism(upper, lower, book));
  return couplets.length === 0 ? null : couplets.reduce((sum, score) => sum + score, 0) / couplets.length;
}

/** The form that a prompt would ask for: quatrains and octaves by their shape, longer regulated verse as what it was judged to be. */
function shapeOfPrompt(lines: readonly string[], { regulated }: Judgement): FormName | null {
  const [length = 0] = lines.map((line) => characters(line).length);
  const long = regulated ? formOf('regulated', length, lines.length) : undefined;
  return formOfShape(lines) ?? long ?? null;
}

/** Shares of the lower lines in the poem's best level group, and in its best group of any tone. */
function rhymeShares(verse: Verse): { share: number; anyToneShare: number } {
  const lower = lowerLines(verse);
  const best = (tones: readonly Tone[]): number => {
    const counts = new Map<string, number>();
    for (const line of lower) {
      const groups = tones.flatMap((tone) => endReadings(verse, line, tone));
      for (const { group } of groups) counts.set(group.label, (counts.get(group.label) ?? 0) + 1);
    }
    return lower.length === 0 ? 0 : Math.max(0, ...counts.values()) / lower.length;
  };
  return { share: best(['平']), anyToneShare: best(['平', '仄']) };
}

/** Checks the lines of a poem, without punctuation. */
export function checkLines(lines: readonly string[], options: CheckOptions = {}): PoemCheck {
  const { book = PINGSHUI, form } = options;
  const verse = readVerse(lines, book);
  const judgement = form === undefined ? judge(verse) : judgeAs(verse, form);
  const { types, faulty, positions, group } = judgement;
  const findings = [...judgement.findings, ...repeatedCharacters(lines), ...unknownCharacters(verse)].sort(
    (a, b) => a.line - b.line,
  );
  const ofKind = (kind: string): Violation[] => findings.filter(({ rule }) => RULES[rule].kind === kind);
  const violations = ofKind('violation');
  const sizes = sizesOf(verse);
  return {
    form: judgement.form,
    shape: shapeOfPrompt(lines, judgement),
    why: judgement.why,
    regulated: judgement.regulated && violations.length === 0,
    rhyme: {
      group: group?.label ?? null,
      book: book.name,
      ok: group !== undefined && !violations.some(({ rule }) => OF_RHYME.has(rule)),
      ...(judgement.open ? { open: judgement.open } : {}),
      ...rhymeShares(verse),
    },
    lines: layoutOf(lines.length).map(({ mark }, line) => ({
      text: lines[line] ?? '',
      tones: characterTones(verse.places[line] ?? [], askedTones(judgement, line, sizes[line] ?? 0)),
      type: types[line] ?? null,
      ok: !faulty.has(line),
      rhymes: positions.includes(line),
      mark,
    })),
    violations,
    licences: ofKind('licence'),
    notes: ofKind('note'),
    parallelism: new Set(sizes).size === 1 ? middleParallelism(lines, book) : null,
  };
}

/** Checks the first poem of a text, with whatever stands around it. */
export function checkPoem(text: string, options: CheckOptions = {}): PoemCheck {
  return checkLines(readPoemLines(text), options);
}

/** The name of a rule in Chinese and English, and what it is in this poem. */
export function ruleTitle({ rule, detail }: Violation): string {
  const title = `${RULES[rule].chinese} ${RULES[rule].english}`;
  return detail === undefined ? title : `${title}: ${detail}`;
}
