/** Which kind of verse a poem is, and so by which rules it is judged. */
import { FORMS, type Form, type FormName } from '../forms/forms.js';
import { isRegulatedLength } from './line-types.js';
import { isTwinStanza, lyricTune } from '../forms/lyric-tunes.js';
import {
  countRules,
  judgeCouplet,
  judgeLyric,
  judgeOldStyle,
  judgeRegulated,
  numeralOf,
  shapeText,
  type Judgement,
  type RegulatedJudgement,
} from './judgement.js';
import { levelEnds, lowerLines } from './rhyme.js';
import { endReadings, sizesOf, type Verse } from './verse.js';

/** A line may be too long or too short by so many characters to be taken for a slip, and so may one line in so many. */
const LARGEST_SLIP = 2;
const LINES_A_SLIP = 8;

/** Judges a poem as the kind of verse that it is. */
export function judge(verse: Verse): Judgement {
  const sizes = sizesOf(verse);
  const length = commonest(sizes);
  const odd = sizes.filter((size) => size !== length).length;
  if (odd > 0) return judgeUneven(verse, sizes, length);
  if (sizes.length === 2) return judgeCouplet(verse, length);
  if (isSilkWashing(verse, length)) return judgeLyric(verse, '浣溪沙');
  if (!isRegulatedLength(length))
    return judgeOldStyle(verse, plainName(length, sizes.length), shapeText(length, sizes.length));
  return judgeEven(verse, length);
}

/** Judges a poem as the form that was asked for, whatever it looks like. */
export function judgeAs(verse: Verse, form: FormName): Judgement {
  const { style, length: asked, short }: Form = FORMS[form];
  const length = commonest(sizesOf(verse));
  return style === 'regulated'
    ? judgeRegulated(verse, isRegulatedLength(length) ? length : asked)
    : judgeOldStyle(verse, short, shapeText(length, verse.lines.length));
}

function judgeEven(verse: Verse, length: number): Judgement {
  const count = verse.lines.length;
  const regulated = judgeRegulated(verse, length);
  if (count < 2) return regulated;
  const isRegulated = regulated.faults <= mostFaults(count) && isLevelRhymed(verse);
  if (isRegulated && countRules(regulated.findings, 'rhyme', 'line-count') === 0) return regulated;
  const name = count === 4 ? '古绝' : `${numeralOf(length)}古`;
  const old = judgeOldStyle(verse, name, shapeText(length, count));
  const isOld = !isRegulated || changesRhyme(regulated, old) || rhymesOddly(regulated, old, count);
  return isOld ? old : regulated;
}

/** A poem of unlike lines: a lyric to a tune, regulated verse with a slip, or old-style verse. */
function judgeUneven(verse: Verse, sizes: readonly number[], length: number): Judgement {
  const tune = lyricTune(sizes);
  if (tune !== undefined || isTwinStanza(sizes)) return judgeLyric(verse, tune);
  const slips = sizes.filter((size) => size !== length);
  const few = slips.length <= Math.max(1, sizes.length / LINES_A_SLIP);
  const small = slips.every((size) => Math.abs(size - length) <= LARGEST_SLIP);
  if (few && small && isRegulatedLength(length) && isLevelRhymed(verse)) {
    const regulated = judgeRegulated(verse, length);
    if (regulated.faults <= mostFaults(sizes.length)) return regulated;
  }
  return judgeOldStyle(verse, '杂言', '各句字数不一 (lines of different lengths)');
}

/** The commonest length; of equally common ones the first. */
function commonest(sizes: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return best?.[0] ?? 0;
}

/**
 * Faults beyond which a poem is old-style verse and not regulated verse with faults: one a couplet in quatrains and octaves. Longer poems
 * and those of three couplets are held to more, for most of them are old-style verse.
 */
function mostFaults(lines: number): number {
  const couplets = lines / 2;
  return lines === 6 || lines > 8 ? couplets / 2 : Math.ceil(couplets);
}

/** Whether most of the rhyme words are level, or can be and rhyme better so. */
function isLevelRhymed(verse: Verse): boolean {
  const lower = lowerLines(verse);
  const level = lower.filter((line) => levelEnds(verse, line).length > 0);
  const oblique = lower.filter((line) => endReadings(verse, line, '仄').length > 0);
  if (level.length * 2 < lower.length) return false;
  return oblique.length < level.length || sharing(verse, oblique, '仄') <= sharing(verse, level, '平');
}

/** How many of these lines share a rhyme group of a tone. */
function sharing(verse: Verse, lines: readonly number[], tone: '平' | '仄'): number {
  const counts = new Map<string, number>();
  for (const line of lines) {
    for (const { group } of endReadings(verse, line, tone)) {
      counts.set(group.label, (counts.get(group.label) ?? 0) + 1);
    }
  }
  return Math.max(0, ...counts.values());
}

const MOST_RHYMES_OF_OCTAVE = 5;

/** Whether a poem's rhymes, faulty in regulated verse, are in order where the rhyme may change. */
function changesRhyme(regulated: RegulatedJudgement, old: Judgement): boolean {
  const off = countRules(regulated.findings, 'rhyme');
  const changes = countRules(old.findings, 'change-of-rhyme');
  if (off < 2 || changes === 0 || countRules(old.findings, 'unrhymed') > 0) return false;
  return countRules(regulated.findings, 'ending') > 0 || regulated.positions.length > MOST_RHYMES_OF_OCTAVE;
}

/** Whether an odd number of lines is one of old-style verse that rhymes in every line, and not a line too many or too few. */
function rhymesOddly(regulated: RegulatedJudgement, old: Judgement, lines: number): boolean {
  return countRules(regulated.findings, 'line-count') > 0 && old.positions.length === lines;
}

/** 四言, 六言绝句, 六言律诗, …: lines of one length that regulated verse does not know. */
function plainName(length: number, lines: number): string {
  const numeral = numeralOf(length);
  if (numeral === undefined) return '杂言';
  if (length !== 6) return `${numeral}言`;
  return lines === 4 ? '六言绝句' : lines === 8 ? '六言律诗' : '六言';
}

/** Whether six lines of seven are the tune 浣溪沙: three lines and three, all rhyming but the fourth. */
function isSilkWashing(verse: Verse, length: number): boolean {
  if (length !== 7 || verse.lines.length !== 6) return false;
  const groups = verse.lines.map((_, line) => levelEnds(verse, line));
  const rhymes = (line: number): boolean =>
    groups[line]?.some((group) => groups[1]?.includes(group)) ?? false;
  return [0, 2, 4, 5].every(rhymes) && !rhymes(3);
}
