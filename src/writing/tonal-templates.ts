/** The tonal templates that a request leaves open, and which characters fit a place of one. */
import { lineTones, templates, type LineType, type Template } from '../poetry/meter.js';
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
export const OBLIQUE_TYPES: readonly LineType[] = ['仄仄平平仄', '平平平仄仄'];
/** Types of lines that rhyme. */
export const LEVEL_TYPES: readonly LineType[] = ['平平仄仄平', '仄仄仄平平'];

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
    const second = types[0] && lineTones(types[0], length)[1];
    return (
      (start === undefined || second === start[0]) &&
      (rhyme === undefined || firstLineRhymes === (rhyme === '首句入韵'))
    );
  });
}

/** Whether a tone may be bent at a place: the first of seven, and odd places where no fault can arise but a lifted one. */
function isFree(type: LineType, length: number, index: number, lifted: ReadonlySet<LiftableRule>): boolean {
  const place = index - (length - 5);
  if (place < 0) return index === 0;
  if (place === 0) return type !== '平平仄仄平' || lifted.has('lone-level');
  if (place !== 2) return false;
  return type !== '仄仄仄平平' ? type !== '平平平仄仄' : lifted.has('three-level');
}

/** The tones that a place of a line of this type takes, as bits. */
export function tonesAt(
  type: LineType,
  length: number,
  index: number,
  lifted: ReadonlySet<LiftableRule>,
): number {
  if (isFree(type, length, index, lifted)) return LEVEL + OBLIQUE;
  return lineTones(type, length)[index] === '平' ? LEVEL : OBLIQUE;
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
