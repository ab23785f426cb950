/**
 * A request as a plan: which characters are fixed and where, which templates and rhyme groups are open. A request that cannot be
 * met is refused here, with the reason and what could be relaxed.
 */
import {
  FORMS,
  LINES_A_RHYME,
  shapeOf,
  writtenLineCounts,
  type FormName,
  type PoemShape,
} from '../../poetry/forms/forms.js';
import { endTone } from '../../poetry/prosody/line-types.js';
import { groupByName, RHYME_GROUPS, type RhymeGroup } from '../../poetry/readings/pingshui.js';
import { countedGroups } from '../../poetry/readings/readings.js';
import { characters, isHan } from '../../poetry/text.js';
import { standardCharacter } from '../../poetry/script/variants.js';
import { InputError } from '../../support/errors.js';
import type { Random } from '../../support/random.js';
import type { Constraints } from './constraint-schema.js';
import { fitsPlace, namedTemplates, narrowLattice, openLattice } from './tonal-templates.js';
import type { LiftableRule, ToneLattice } from './tonal-templates.js';
import { fixedOfLine, freeRhymes, givenTwice, placeOf, rhymeEnds, type PoemPlan } from './poem-plan.js';
import { whyNoRhyme, whyNoTemplate } from './refusals.js';
import type { VerseVocabulary } from './verse-vocabulary.js';
import { placeWords } from './word-places.js';

/** A rhyme group must offer enough characters that a poem does not have to take any that is left. */
const FEWEST_RHYME_CHARACTERS = 12;

/** The plan of a request. @throws InputError for a request that cannot be met */
export function planPoem(
  form: FormName,
  constraints: Constraints,
  vocabulary: VerseVocabulary,
  random: Random,
): PoemPlan {
  const shape = requestedShape(form, constraints);
  const lifted = new Set(constraints.allow);
  const fixed = fixedCharacters(shape, constraints);
  const forbidden = constraints.forbidden ?? [];
  refuseContradictions(shape, fixed, constraints, lifted);
  const tones = requestedTones(shape, constraints, lifted);
  const groups = rhymeGroups(shape, constraints, vocabulary);
  const plan = narrow({ shape, lifted, forbidden, fixed, tones, groups }, vocabulary);
  if (typeof plan === 'string') throw new InputError(plan);
  const narrowed = (next: PoemPlan): PoemPlan | undefined => {
    const found = narrow(next, vocabulary);
    return typeof found === 'string' ? undefined : found;
  };
  return placeWords(plan, constraints.required ?? [], random, narrowed);
}

/** The lines of a request. @throws InputError for a number that the form does not have */
function requestedShape(form: FormName, { lineCount, changeRhyme }: Constraints): PoemShape {
  const counts = writtenLineCounts(form);
  if (lineCount !== undefined && !counts.includes(lineCount)) {
    const expected = counts.length === 1 ? `${counts[0]}` : `one of ${counts.join(', ')}`;
    throw new InputError(`${form}: ${lineCount} lines, expected ${expected}`);
  }
  const shape = shapeOf(form, lineCount, changeRhyme ? LINES_A_RHYME : undefined);
  if (!changeRhyme) return shape;
  if (FORMS[form].style === 'regulated') {
    throw new InputError(`${form} keeps one rhyme throughout: drop changeRhyme, or ask for old-style verse`);
  }
  if (shape.lines.length % LINES_A_RHYME !== 0) {
    throw new InputError(`changeRhyme: ${shape.lines.length} lines, expected a multiple of ${LINES_A_RHYME}`);
  }
  return shape;
}

/** The templates that a request leaves open; undefined where tones are not kept. */
function requestedTones(
  shape: PoemShape,
  { tones = true, template }: Constraints,
  lifted: ReadonlySet<LiftableRule>,
): ToneLattice | undefined {
  if (FORMS[shape.form].style === 'old-style') {
    if (template === undefined) return undefined;
    throw new InputError(`template "${template}": ${shape.form} has no tonal templates`);
  }
  if (!tones) return undefined;
  const open = openLattice(shape, lifted);
  const named = template === undefined ? open : namedTemplates(open, template);
  if (!named) throw new InputError('no tonal template of that name is open to this form');
  return named;
}

/** The number of a character in the poem. */
function numberOf({ lines }: PoemShape, line: number, index: number): number {
  return (lines[line]?.start ?? 0) + index;
}

/** Given lines and acrostics as characters at places. */
function fixedCharacters(shape: PoemShape, constraints: Constraints): Map<number, string> {
  const { form, lines } = shape;
  const fixed = new Map<number, string>();
  const put = (line: number, index: number, character: string, what: string): void => {
    const at = numberOf(shape, line, index);
    const before = fixed.get(at);
    if (before !== undefined && before !== character) {
      throw new InputError(`${what}: line ${line + 1} needs ${character} where ${before} is given`);
    }
    if (!isHan(character)) throw new InputError(`${what}: expected Han characters, found "${character}"`);
    fixed.set(at, character);
  };
  const given = constraints.lines ?? [];
  if (given.length > lines.length) {
    throw new InputError(`given lines: ${given.length}, but ${form} has ${lines.length} lines`);
  }
  given.forEach((text, line) => {
    if (text === undefined) return;
    const what = `given line ${line + 1} "${text}"`;
    const all = characters(text);
    const { length = 0 } = lines[line] ?? {};
    if (all.length !== length) {
      throw new InputError(`${what}: ${all.length} characters, but ${form} has ${length} a line`);
    }
    all.forEach((character, index) => put(line, index, character, what));
  });
  const acrostic = (text: string | undefined, end: boolean, name: string): void => {
    const all = characters(text ?? '');
    if (all.length > lines.length) {
      throw new InputError(
        `${name} "${text}": ${all.length} characters, but ${form} has ${lines.length} lines`,
      );
    }
    all.forEach((character, line) => {
      const last = (lines[line]?.length ?? 1) - 1;
      put(line, end ? last : 0, character, `${name} "${text}"`);
    });
  };
  acrostic(constraints.acrostic, false, 'acrostic');
  acrostic(constraints.acrosticEnd, true, 'acrostic at the end');
  return fixed;
}

function refuseContradictions(
  shape: PoemShape,
  fixed: ReadonlyMap<number, string>,
  { forbidden = [], lines = [], required = [] }: Constraints,
  lifted: ReadonlySet<LiftableRule>,
): void {
  const asked = [...lines.filter((line) => line !== undefined), ...required];
  const lineOf = (at: number): number => (shape.places[at]?.line ?? 0) + 1;
  const twice = lifted.has('repeated-character') ? undefined : givenTwice(shape, fixed, asked);
  if (twice) {
    const { character, first, second } = twice;
    throw new InputError(
      `${character} is given twice (lines ${lineOf(first)} and ${lineOf(second)}): allow repeated-character to keep both`,
    );
  }
  for (const word of forbidden) {
    const found = placeOf(word, fixed);
    if (found !== undefined) {
      throw new InputError(`"${word}" is forbidden, but given in line ${lineOf(found)}: drop one of the two`);
    }
  }
}

/** For each stretch the groups that a request names, or those rich enough to write in. */
function rhymeGroups(
  { form, lines }: PoemShape,
  { rhyme = true, rhymeTone, changeRhyme }: Constraints,
  vocabulary: VerseVocabulary,
): readonly (readonly string[])[] | undefined {
  const oldStyle = FORMS[form].style === 'old-style';
  if (rhymeTone === 'oblique' && !oldStyle) {
    throw new InputError(`${form} rhymes in level tones: ask for old-style verse to rhyme in oblique ones`);
  }
  if (rhyme === false) return undefined;
  const mayTake = ({ category }: RhymeGroup): boolean =>
    oldStyle && rhymeTone !== 'level' ? rhymeTone === undefined || category !== '平' : category === '平';
  const allowed = new Set(RHYME_GROUPS.filter(mayTake).map(({ label }) => label));
  const rich = [...vocabulary.rhymes].flatMap(([label, { size }]) =>
    allowed.has(label) && size >= FEWEST_RHYME_CHARACTERS ? [label] : [],
  );
  const stretches = new Set(lines.map(({ stretch }) => stretch)).size;
  if (rhyme === true) return Array.from({ length: stretches }, () => rich);
  const found = groupByName(rhyme);
  if (!found || !mayTake(found)) {
    const labels = RHYME_GROUPS.map(({ label }) => label).filter((label) => rich.includes(label));
    const kind = oldStyle ? (rhymeTone === undefined ? '' : `${rhymeTone}-tone `) : 'level-tone ';
    throw new InputError(
      `rhyme group "${rhyme}": no ${kind}group of 平水韵; expected one of ${labels.join(', ')}`,
    );
  }
  if (changeRhyme)
    throw new InputError(`rhyme group "${rhyme}": changeRhyme needs several; drop one of the two`);
  return [[found.label]];
}

/** Keeps the templates and groups that the fixed characters leave open; or says why none is left. */
function narrow(plan: PoemPlan, vocabulary: VerseVocabulary): PoemPlan | string {
  const { lines } = plan.shape;
  const byTone =
    plan.tones &&
    narrowLattice(plan.tones, (line, type) =>
      fixedOfLine(plan, line).every(([index, character]) =>
        fitsPlace(type, lines[line]?.length ?? 0, index, character, plan.lifted),
      ),
    );
  if (plan.tones && !byTone) return whyNoTemplate(plan, plan.tones);
  if (!plan.groups) return { ...plan, tones: byTone };
  const whole = { ...plan, tones: byTone };
  // Whether the first line rhymes decides how many rhymes the first stretch needs.
  const openings = [false, true].filter((rhymes) => opensSo(byTone, rhymes));
  const kept = openings.filter((rhymes) => groupsFor(whole, 0, rhymes, vocabulary).length > 0);
  const tones =
    byTone && narrowLattice(byTone, (line, type) => line > 0 || kept.includes(endTone(type) === '平'));
  const groups = plan.groups.map((_, stretch) => {
    const open = new Set(
      (stretch === 0 ? kept : [false]).flatMap((rhymes) => groupsFor(whole, stretch, rhymes, vocabulary)),
    );
    return (plan.groups?.[stretch] ?? []).filter((label) => open.has(label));
  });
  const closed = groups.findIndex((open) => open.length === 0);
  return closed >= 0 ? whyNoRhyme(plan, closed, vocabulary) : { ...plan, tones, groups };
}

/** Whether a poem may begin with a line that rhymes, or one that does not. With tones off it is never asked to. */
function opensSo(tones: ToneLattice | undefined, rhymes: boolean): boolean {
  return tones ? (tones.open[0] ?? []).some((type) => (endTone(type) === '平') === rhymes) : !rhymes;
}

/** The groups in which a stretch can rhyme: all fixed rhymes are in it, and enough others are left. */
function groupsFor(
  plan: PoemPlan,
  stretch: number,
  firstRhymes: boolean,
  vocabulary: VerseVocabulary,
): string[] {
  const ends = rhymeEnds(plan, stretch, firstRhymes);
  const given = ends.flatMap((at) => plan.fixed.get(at) ?? []);
  if (new Set(given.map(standardCharacter)).size < given.length) return [];
  const needed = ends.length - given.length;
  return (plan.groups?.[stretch] ?? []).filter((label) => {
    if (!given.every((character) => countedGroups(character).some((group) => group.label === label))) {
      return false;
    }
    return freeRhymes(plan, label, vocabulary).size >= needed + plan.forbidden.length;
  });
}
