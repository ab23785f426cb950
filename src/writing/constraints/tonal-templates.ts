/**
 * The tonal templates that a request leaves open: for each line the types that it may still have, and which type may follow which. All
 * templates together are the paths through them; they are never listed.
 */
import type { PoemShape } from '../../poetry/forms/forms.js';
import {
  adheringTo,
  endTone,
  hingeTone,
  LINE_TYPE_NAMES,
  linePlaces,
  opposedTo,
  typesEnding,
  type LineType,
} from '../../poetry/prosody/line-types.js';
import type { RuleId } from '../../poetry/prosody/rules.js';
import { givenBits, LEVEL, OBLIQUE } from '../../poetry/readings/tone-bits.js';
import { InputError } from '../../support/errors.js';

/** Rules that a request may lift. */
export const LIFTABLE_RULES = [
  'adhesion',
  'opposition',
  'lone-level',
  'three-level',
  'repeated-character',
] as const satisfies readonly RuleId[];

export type LiftableRule = (typeof LIFTABLE_RULES)[number];

export interface ToneLattice {
  readonly shape: PoemShape;
  readonly lifted: ReadonlySet<LiftableRule>;
  /** For each line the types it may have. Each of them is on some path from the first line to the last. */
  readonly open: readonly (readonly LineType[])[];
}

/** All templates of a shape: in each couplet the lines oppose each other, and couplets adhere, where these rules are not lifted. */
export function openLattice(shape: PoemShape, lifted: ReadonlySet<LiftableRule>): ToneLattice {
  const open = shape.lines.map(({ rhymes }) =>
    rhymes === 'may' ? LINE_TYPE_NAMES : typesEnding(rhymes === 'always' ? '平' : '仄'),
  );
  return { shape, lifted, open };
}

/** The types that the line after this one may have, if this one has one of these. */
export function nextTypes(
  { shape, lifted, open }: ToneLattice,
  line: number,
  types: readonly LineType[],
): readonly LineType[] {
  const next = open[line + 1] ?? [];
  // Without opposition each line begins anew, without adhesion each couplet.
  if (lifted.has('opposition')) return next;
  const isLower = shape.lines[line + 1]?.role === 'lower';
  if (!isLower && lifted.has('adhesion')) return next;
  const following = types.map(isLower ? opposedTo : adheringTo);
  return next.filter((type) => following.includes(type));
}

/** Keeps the templates whose lines all fit; undefined where none does. */
export function narrowLattice(
  lattice: ToneLattice,
  fits: (line: number, type: LineType) => boolean,
): ToneLattice | undefined {
  const reached: LineType[][] = [];
  lattice.open.forEach((types, line) => {
    const before = reached[line - 1];
    const following = before ? nextTypes(lattice, line - 1, before) : types;
    reached.push(following.filter((type) => fits(line, type)));
  });
  const open = [...reached];
  for (let line = open.length - 2; line >= 0; line -= 1) {
    const after = open[line + 1] ?? [];
    open[line] = (open[line] ?? []).filter((type) =>
      nextTypes(lattice, line, [type]).some((one) => after.includes(one)),
    );
  }
  return open.every((types) => types.length > 0) ? { ...lattice, open } : undefined;
}

/** How the second character of a poem begins it, and whether the first line rhymes. */
const [BEGINNINGS, FIRST_LINES] = [
  ['平起', '仄起'],
  ['首句入韵', '首句不入韵'],
] as const;

/** The names of templates: by one of both, or by both. */
export const TEMPLATE_NAMES: readonly string[] = [
  ...BEGINNINGS,
  ...FIRST_LINES,
  ...BEGINNINGS.flatMap((beginning) => FIRST_LINES.map((first) => beginning + first)),
];

/**
 * Keeps the templates of a name: 平起 or 仄起 (the second character of the poem is level or oblique), 首句入韵 or 首句不入韵 (the
 * first line rhymes or does not), or both.
 *
 * @throws InputError for a name that is neither
 */
export function namedTemplates(lattice: ToneLattice, name: string): ToneLattice | undefined {
  const fits = templateNamed(name);
  const { length = 0 } = lattice.shape.lines[0] ?? {};
  return narrowLattice(lattice, (line, type) => line > 0 || fits(type, length));
}

/** Whether a first line's type is of the template of this name. @throws InputError for a name that is none */
export function templateNamed(name: string): (type: LineType, length: number) => boolean {
  const wanted = name.trim();
  if (!TEMPLATE_NAMES.includes(wanted)) {
    throw new InputError(`template "${name}": expected 平起 or 仄起, 首句入韵 or 首句不入韵, or both`);
  }
  const start = BEGINNINGS.find((one) => wanted.startsWith(one));
  const rhyme = FIRST_LINES.find((one) => wanted.endsWith(one));
  return (type, length) =>
    (start === undefined || hingeTone(type, length) === start[0]) &&
    (rhyme === undefined || (endTone(type) === '平') === (rhyme === '首句入韵'));
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

/** Whether a given character can stand at a place of a line of this type. */
export function fitsPlace(
  type: LineType,
  length: number,
  index: number,
  character: string,
  lifted: ReadonlySet<LiftableRule>,
): boolean {
  return (tonesAt(type, length, index, lifted) & givenBits(character)) !== 0;
}
