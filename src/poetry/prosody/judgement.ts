/** How each kind of verse is judged: by rules of its own. */
import { formOf, FORMS } from '../forms/forms.js';
import { isRegulatedLength, type LineType } from './line-types.js';
import { checkMeter } from './meter.js';
import { oldStyleRhyme, type OldStyleRhyme } from './old-rhyme.js';
import type { RhymeGroup } from '../readings/pingshui.js';
import { checkRhyme, endsLevel, levelEnds, type RhymeCheck } from './rhyme.js';
import { RULES, violation, type RuleId, type Violation } from './rules.js';
import { canRead, endOf, endWord, sizesOf, type Verse } from './verse.js';

export interface Judgement {
  /** 五绝, 古绝, 五古, 杂言, 词, … */
  readonly form: string;
  /** What makes it that form. */
  readonly why: string;
  /** Whether it is held to the rules of regulated verse. */
  readonly regulated: boolean;
  readonly group: RhymeGroup | undefined;
  /** There where nothing has to rhyme. */
  readonly open?: true;
  /** Lines that rhyme or should, from 0. */
  readonly positions: readonly number[];
  readonly findings: readonly Violation[];
  /** The line types; none where the verse has none. */
  readonly types: readonly (LineType | undefined)[];
  /** Lines that break a rule of tones or length, from 0. */
  readonly faulty: ReadonlySet<number>;
  /** The group that each rhyming line rhymes in, where it is not that of the poem. */
  readonly groupAt?: (line: number) => RhymeGroup | undefined;
}

const NUMERALS = '〇一二三四五六七八九十';

/** 五, 七, … */
export function numeralOf(length: number): string | undefined {
  return NUMERALS[length];
}

/** 4句五言 (4 lines of 5) */
export function shapeText(length: number, lines: number): string {
  return `${lines}句${numeralOf(length) ?? length}言 (${lines} lines of ${length})`;
}

/** Rules that a line breaks by its rhyme and not by its tones. */
export const OF_RHYME: ReadonlySet<RuleId> = new Set(['rhyme', 'repeated-rhyme', 'unrhymed']);

export const isFault = ({ rule }: Violation): boolean => RULES[rule].kind === 'violation';

/** A poem under the rules of regulated verse. */
export interface RegulatedJudgement extends Judgement {
  readonly rhyme: RhymeCheck;
  /** Faults that speak against regulated verse: those of tones, and rhyme words used twice. */
  readonly faults: number;
}

/** 三韵小律: regulated verse of three couplets, which is read and not asked for. */
const THREE_COUPLETS = 6;

/** What regulated verse of so many lines is called; where no form has so many, as the one that is nearest. */
function regulatedName(length: number, lines: number): string {
  if (lines === THREE_COUPLETS) return '三韵小律';
  const form = [lines, lines + 1, lines - 1].map((count) => formOf('regulated', length, count)).find(Boolean);
  return form ? FORMS[form].short : `${numeralOf(length) ?? length}言`;
}

const isWholePoem = (length: number, lines: number): boolean =>
  lines === THREE_COUPLETS || formOf('regulated', length, lines) !== undefined;

/** Judges lines of `length` characters as regulated verse; of lines of any other length the length alone is blamed. */
export function judgeRegulated(verse: Verse, length: number): RegulatedJudgement {
  const { lines } = verse;
  const rhyme = checkRhyme(verse);
  const meter = checkMeter(verse, length, rhyme.firstLine);
  const sizes = sizesOf(verse);
  const tonal = meter.lines.flatMap(({ findings }) => findings);
  const odd = lines.flatMap((line, at) =>
    sizes[at] === length ? [] : [violation('line-length', at + 1, line)],
  );
  const count = isWholePoem(length, lines.length) ? [] : [violation('line-count', lines.length, '')];
  const rhymed = rhyme.findings.filter(({ rule }) => rule !== 'borrowed-rhyme' || meter.firstLineRhymes);
  const findings = [...odd, ...count, ...tonal, ...rhymed];
  const broken = findings.filter(isFault);
  const waist = lines.length === 4 && broken.length > 0 && broken.every(({ rule }) => rule === 'adhesion');
  if (waist) findings.push(violation('lost-waist', broken[0]?.line ?? 1, broken[0]?.chars ?? ''));
  const faults = [...tonal, ...rhyme.findings].filter((one) => isFault(one) && one.rule !== 'rhyme').length;
  const state = broken.length === 0 ? '合律 (regulated)' : `${broken.length}处失律 (${broken.length} faults)`;
  const named = waist ? '，折腰体 (quatrain with a lost waist)' : '';
  return {
    form: regulatedName(length, lines.length),
    why: `${shapeText(length, lines.length)}，平声韵 (level rhyme)，${state}${named}`,
    regulated: true,
    group: rhyme.group,
    positions: rhyme.positions,
    findings,
    types: meter.lines.map(({ type }, line) => (sizes[line] === length ? type : undefined)),
    faulty: new Set(broken.filter(({ rule }) => !OF_RHYME.has(rule)).map(({ line }) => line - 1)),
    rhyme,
    faults,
  };
}

/** Judges a poem as old-style verse: by its rhymes alone. */
export function judgeOldStyle(
  verse: Verse,
  form: string,
  shape: string,
  rhyme = oldStyleRhyme(verse),
): Judgement {
  return { form, why: `${shape}，${rhymeText(rhyme)}`, ...unruled(verse, rhyme), findings: rhyme.findings };
}

/** Judges a poem that is probably a lyric to a tune (词): its rhymes follow rules of their own, and nothing is blamed. */
export function judgeLyric(verse: Verse, tune: string | undefined): Judgement {
  const named = tune === undefined ? '句式两叠相同' : `句式同《${tune}》`;
  const english = tune === undefined ? 'two stanzas of one pattern' : `the line lengths of the tune ${tune}`;
  return {
    form: '词',
    why: `多半是词：${named} (probably a 词: ${english})`,
    ...unruled(verse, oldStyleRhyme(verse)),
    findings: [],
  };
}

function unruled(
  verse: Verse,
  { group, positions, stretches }: OldStyleRhyme,
): Pick<Judgement, 'regulated' | 'group' | 'positions' | 'types' | 'faulty' | 'groupAt'> {
  return {
    regulated: false,
    group,
    positions,
    types: verse.lines.map(() => undefined),
    faulty: new Set(),
    groupAt: (line) => stretches.find(({ start, end }) => line >= start && line < end)?.group,
  };
}

function rhymeText({ stretches, group }: OldStyleRhyme): string {
  if (!group) return '不押韵 (no rhyme)';
  const changes = stretches.length > 1 ? `，换韵${stretches.length - 1}次 (${stretches.length} rhymes)` : '';
  const kind = group.category === '平' ? '平声韵 (level rhyme)' : '押仄声韵 (oblique rhyme, no level rhyme)';
  return kind + changes;
}

/** Judges a couplet alone: its tones are opposed, its first line ends oblique or rhymes with the second. */
export function judgeCouplet(verse: Verse, length: number): Judgement {
  const form = `${numeralOf(length) ?? length}言一联`;
  const shape = shapeText(length, verse.lines.length);
  const shared = levelEnds(verse, 0).find((group) => levelEnds(verse, 1).includes(group));
  const oblique = !canRead(endOf(verse, 1), '平');
  if (oblique) {
    const why = `${shape}，单独一联，仄收 (a couplet alone, ending oblique)`;
    const rhyme = oldStyleRhyme(verse);
    const open = rhyme.group ? {} : { open: true as const };
    return { form, why, ...unruled(verse, rhyme), ...open, findings: [] };
  }
  const meter = isRegulatedLength(length) ? checkMeter(verse, length, shared !== undefined) : undefined;
  const findings = meter?.lines.flatMap((line) => line.findings) ?? [];
  const unopposed = endsLevel(verse, 0) && !shared;
  if (unopposed) findings.push(violation('ending', 1, endWord(verse, 0)));
  return {
    form,
    why: `${shape}，单独一联 (a couplet alone)`,
    regulated: true,
    group: shared,
    ...(shared || unopposed ? {} : { open: true as const }),
    positions: shared ? [0, 1] : [],
    findings,
    types: verse.lines.map((_, line) => meter?.lines[line]?.type),
    faulty: new Set(findings.filter(isFault).map(({ line }) => line - 1)),
  };
}

/** How many findings of these rules there are. */
export function countRules(findings: readonly Violation[], ...rules: readonly RuleId[]): number {
  return findings.filter(({ rule }) => rules.includes(rule)).length;
}
