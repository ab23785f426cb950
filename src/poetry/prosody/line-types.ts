/**
 * The four line types of regulated verse (近体诗), and what each place of each may hold. The checker, the templates for writing, the
 * metrics and the mask all read this table.
 *
 * Source: 王力《诗词格律》第二章第四节.
 */
import type { Tone } from '../readings/readings.js';
import type { RuleId } from './rules.js';

/** A place of a line type. */
export interface Place {
  /** The tone that the type has here. */
  readonly tone: Tone;
  /** The fault that the other tone is; absent where it is none. */
  readonly fault?: RuleId;
  /** The known licence under which the other tone may stand. */
  readonly licence?: RuleId;
  /** Whether a poem is written with either tone here. */
  readonly free?: true;
}

/** Names by the last five characters. */
export const LINE_TYPE_NAMES = ['仄仄平平仄', '平平仄仄平', '平平平仄仄', '仄仄仄平平'] as const;

export type LineType = (typeof LINE_TYPE_NAMES)[number];

const free = (tone: Tone, licence?: RuleId): Place => ({ tone, free: true, ...(licence ? { licence } : {}) });
const kept = (tone: Tone, fault: RuleId, licence?: RuleId): Place => ({
  tone,
  fault,
  ...(licence ? { licence } : {}),
});

/** The last five places of each type. */
const TAILS: Readonly<Record<LineType, readonly Place[]>> = {
  仄仄平平仄: [
    free('仄'),
    kept('仄', 'alternation'),
    free('平', 'lesser-turn'),
    kept('平', 'alternation', 'greater-turn'),
    kept('仄', 'ending'),
  ],
  平平仄仄平: [
    kept('平', 'lone-level', 'self-rescue'),
    kept('平', 'alternation'),
    free('仄'),
    kept('仄', 'alternation'),
    kept('平', 'ending'),
  ],
  平平平仄仄: [
    free('平'),
    kept('平', 'alternation'),
    { tone: '平', licence: 'three-oblique' },
    kept('仄', 'alternation', 'turn'),
    kept('仄', 'ending'),
  ],
  仄仄仄平平: [
    free('仄'),
    kept('仄', 'alternation'),
    kept('仄', 'three-level'),
    kept('平', 'alternation'),
    kept('平', 'ending'),
  ],
};

const TAIL = 5;

/** How many characters a line of regulated verse can have. */
export const LINE_LENGTHS = [TAIL, TAIL + 2] as const;

/** Whether lines of so many characters can be regulated. */
export function isRegulatedLength(length: number | undefined): boolean {
  return LINE_LENGTHS.some((one) => one === length);
}

function placesOf(type: LineType, length: number): readonly Place[] {
  const tail = TAILS[type];
  if (length === TAIL) return tail;
  const opposed: Tone = tail[1]?.tone === '平' ? '仄' : '平';
  return [free(opposed), kept(opposed, 'alternation'), ...tail];
}

const TABLE = new Map<number, Readonly<Record<LineType, readonly Place[]>>>(
  LINE_LENGTHS.map((length) => [
    length,
    Object.fromEntries(LINE_TYPE_NAMES.map((type) => [type, placesOf(type, length)])) as Record<
      LineType,
      readonly Place[]
    >,
  ]),
);

/** The places of a line: a seven-character line is a five-character one after a pair of the opposed tone. */
export function linePlaces(type: LineType, length: number): readonly Place[] {
  return TABLE.get(length)?.[type] ?? [];
}

/** Where in a line of this length the five characters begin that give its type its name. */
export function tailStart(length: number): number {
  return length - TAIL;
}

/** The place, from 0, that opposition (对) and adhesion (粘) look at: the second. */
export const HINGE = 1;

/** The tone by which a line opposes the one before it in its couplet, and adheres to the couplet before. */
export function hingeTone(type: LineType, length: number): Tone {
  return linePlaces(type, length)[HINGE]?.tone ?? '平';
}

/** The tone in which lines of this type end. */
export function endTone(type: LineType): Tone {
  return TAILS[type].at(-1)?.tone ?? '平';
}

const begins = (type: LineType): Tone => hingeTone(type, TAIL);

/** The type of a lower line (对句): it opposes the upper one, and rhymes. */
export function opposedTo(upper: LineType): LineType {
  return LINE_TYPE_NAMES.find((type) => endTone(type) === '平' && begins(type) !== begins(upper)) ?? upper;
}

/** The type of the next couplet's upper line (出句): it begins in the tone of the lower line before it, and does not rhyme. */
export function adheringTo(lower: LineType): LineType {
  return LINE_TYPE_NAMES.find((type) => endTone(type) === '仄' && begins(type) === begins(lower)) ?? lower;
}

/** Types that end in this tone. */
export function typesEnding(tone: Tone): readonly LineType[] {
  return LINE_TYPE_NAMES.filter((type) => endTone(type) === tone);
}
