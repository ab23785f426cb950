/** The tonal templates that a request leaves open, and which characters fit a place of one. */
import {
  adheringTo,
  endTone,
  hingeTone,
  linePlaces,
  opposedTo,
  typesEnding,
  type LineType,
} from '../poetry/line-types.js';
import type { RuleId } from '../poetry/rules.js';
import { InputError } from '../support/errors.js';
import { LEVEL, OBLIQUE, toneBits } from './verse-vocabulary.js';

/** Rules that a request may lift. */
export const LIFTABLE_RULES = [
  'adhesion',
  'opposition',
  'lone-level',
  'three-level',
  'repeated-character',
] as const satisfies readonly RuleId[];

export type LiftableRule = (typeof LIFTABLE_RULES)[number];

/** Types of lines that do not rhyme. */
export const OBLIQUE_TYPES = typesEnding('仄');
/** Types of lines that rhyme. */
export const LEVEL_TYPES = typesEnding('平');

export interface Template {
  readonly types: readonly LineType[];
  readonly firstLineRhymes: boolean;
}

/** The four templates of a poem of `lines` lines. */
function templates(lines: number): Template[] {
  return [...OBLIQUE_TYPES, ...LEVEL_TYPES].map((first) => {
    const types = [first];
    while (types.length < lines) {
      const before = types.at(-1) as LineType;
      types.push(types.length % 2 === 1 ? opposedTo(before) : adheringTo(before));
    }
    return { types, firstLineRhymes: endTone(first) === '平' };
  });
}

/**
 * The templates open to a poem of so many lines. Without adhesion (粘) each couplet begins anew; without opposition (对) as
 * well, each line does.
 */
export function openTemplates(lines: number, lifted: ReadonlySet<LiftableRule>): Template[] {
  if (lifted.has('opposition'))
    return extend(lines, 1, (index) => (index % 2 === 0 ? OBLIQUE_TYPES : LEVEL_TYPES));
  if (lifted.has('adhesion')) return extend(lines, 2, () => OBLIQUE_TYPES);
  return templates(lines);
}

/** All templates made of pieces of one or two lines, the first one with and without rhyme. */
function extend(lines: number, size: 1 | 2, choices: (index: number) => readonly LineType[]): Template[] {
  const couplet = (type: LineType): LineType[] =>
    size === 1 ? [type] : [type, type === '仄仄平平仄' ? '平平仄仄平' : '仄仄仄平平'];
  let open: LineType[][] = [[]];
  for (let index = 0; index < lines; index += size) {
    open = open.flatMap((types) => choices(index).map((type) => [...types, ...couplet(type)]));
  }
  return open.flatMap((types) => {
    const [first, ...rest] = types;
    const rhyming: LineType = first === '仄仄平平仄' ? '仄仄仄平平' : '平平仄仄平';
    return [
      { types, firstLineRhymes: false },
      { types: [rhyming, ...rest], firstLineRhymes: true },
    ];
  });
}

/**
 * Keeps the templates of a name: 平起 or 仄起 (the second character of the poem is level or oblique), 首句入韵 or 首句不入韵 (the
 * first line rhymes or does not), or both.
 *
 * @throws InputError for a name that is neither
 */
export function namedTemplates(open: readonly Template[], name: string, length: number): Template[] {
  const parts = /^(平起|仄起)?(首句不?入韵)?$/u.exec(name.trim());
  if (!parts || name.trim() === '') {
    throw new InputError(`template "${name}": expected 平起 or 仄起, 首句入韵 or 首句不入韵, or both`);
  }
  const [, start, rhyme] = parts;
  return open.filter(({ types, firstLineRhymes }) => {
    const second = types[0] && hingeTone(types[0], length);
    return (
      (start === undefined || second === start[0]) &&
      (rhyme === undefined || firstLineRhymes === (rhyme === '首句入韵'))
    );
  });
}

/** The tones that a place of a line of this type takes, as bits. */
export function tonesAt(
  type: LineType,
  length: number,
  index: number,
  lifted: ReadonlySet<LiftableRule>,
): number {
  const place = linePlaces(type, length)[index];
  if (!place) return 0;
  const isLifted = LIFTABLE_RULES.some((rule) => rule === place.fault && lifted.has(rule));
  if (place.free || isLifted) return LEVEL + OBLIQUE;
  return place.tone === '平' ? LEVEL : OBLIQUE;
}

/** Whether a character can stand at a place of a line of this type. */
export function fitsPlace(
  type: LineType,
  length: number,
  index: number,
  character: string,
  lifted: ReadonlySet<LiftableRule>,
): boolean {
  return (tonesAt(type, length, index, lifted) & toneBits(character)) !== 0;
}
