/**
 * A request as a plan: which characters are fixed and where, which templates and rhyme groups are open. A request that cannot be
 * met is refused here, with the reason and what could be relaxed.
 */
import { FORMS, type FormName } from '../poetry/forms.js';
import { groupByName, RHYME_GROUPS } from '../poetry/pingshui.js';
import { levelGroups } from '../poetry/readings.js';
import { characters, isHan } from '../poetry/text.js';
import { InputError } from '../support/errors.js';
import type { Random } from '../support/random.js';
import type { Constraints } from './constraint-schema.js';
import {
  fitsPlace,
  namedTemplates,
  openTemplates,
  type LiftableRule,
  type Template,
} from './tonal-templates.js';
import type { VerseVocabulary } from './verse-vocabulary.js';

export interface PoemPlan {
  readonly form: FormName;
  readonly lines: number;
  readonly length: number;
  /** Characters that are fixed, at line × length + index. */
  readonly fixed: ReadonlyMap<number, string>;
  /** Templates still possible; undefined where tones are not kept. */
  readonly templates: readonly Template[] | undefined;
  /** Labels of the rhyme groups still possible; undefined where rhyme is not kept. */
  readonly groups: readonly string[] | undefined;
  readonly lifted: ReadonlySet<LiftableRule>;
  readonly forbidden: readonly string[];
}

/** A rhyme group must offer enough characters that a poem does not have to take any that is left. */
const FEWEST_RHYME_CHARACTERS = 12;

/** Places looked at before required words are said not to fit. */
const PLACING_BUDGET = 20_000;

/** The plan of a request. @throws InputError for a request that cannot be met */
export function planPoem(
  form: FormName,
  constraints: Constraints,
  vocabulary: VerseVocabulary,
  random: Random,
): PoemPlan {
  const { lines, length } = FORMS[form];
  const lifted = new Set(constraints.allow);
  const fixed = fixedCharacters(form, constraints);
  const forbidden = constraints.forbidden ?? [];
  refuseContradictions(form, fixed, forbidden, lifted);
  const base = { form, lines, length, lifted, forbidden };
  const open = openTemplates(lines, lifted);
  const templates =
    constraints.tones === false
      ? undefined
      : constraints.template === undefined
        ? open
        : namedTemplates(open, constraints.template, length);
  const groups = rhymeGroups(constraints.rhyme ?? true, vocabulary);
  const plan = narrow({ ...base, fixed, templates, groups }, vocabulary);
  if (typeof plan === 'string') throw new InputError(plan);
  return placeWords(plan, constraints.required ?? [], vocabulary, random);
}

/** Whether a line rhymes: the even ones, and the first under a template that says so. */
export function rhymesAt(line: number, template: Template | undefined): boolean {
  return line % 2 === 1 || (line === 0 && (template?.firstLineRhymes ?? false));
}

/** Given lines and acrostics as characters at places. */
function fixedCharacters(form: FormName, constraints: Constraints): Map<number, string> {
  const { lines, length } = FORMS[form];
  const fixed = new Map<number, string>();
  const put = (line: number, index: number, character: string, what: string): void => {
    const at = line * length + index;
    const before = fixed.get(at);
    if (before !== undefined && before !== character) {
      throw new InputError(`${what}: line ${line + 1} needs ${character} where ${before} is given`);
    }
    if (!isHan(character)) throw new InputError(`${what}: expected Han characters, found "${character}"`);
    fixed.set(at, character);
  };
  const given = constraints.lines ?? [];
  if (given.length > lines) {
    throw new InputError(`given lines: ${given.length}, but ${form} has ${lines} lines`);
  }
  given.forEach((text, line) => {
    if (text === undefined) return;
    const what = `given line ${line + 1} "${text}"`;
    const all = characters(text);
    if (all.length !== length) {
      throw new InputError(`${what}: ${all.length} characters, but ${form} has ${length} a line`);
    }
    all.forEach((character, index) => put(line, index, character, what));
  });
  const acrostic = (text: string | undefined, index: number, name: string): void => {
    const all = characters(text ?? '');
    if (all.length > lines) {
      throw new InputError(`${name} "${text}": ${all.length} characters, but ${form} has ${lines} lines`);
    }
    all.forEach((character, line) => put(line, index, character, `${name} "${text}"`));
  };
  acrostic(constraints.acrostic, 0, 'acrostic');
  acrostic(constraints.acrosticEnd, length - 1, 'acrostic at the end');
  return fixed;
}

function refuseContradictions(
  form: FormName,
  fixed: ReadonlyMap<number, string>,
  forbidden: readonly string[],
  lifted: ReadonlySet<LiftableRule>,
): void {
  const { length } = FORMS[form];
  const lineOf = (at: number): number => Math.floor(at / length) + 1;
  if (!lifted.has('repeated-character')) {
    const places = new Map<string, number>();
    for (const [at, character] of fixed) {
      const before = places.get(character);
      if (before !== undefined) {
        throw new InputError(
          `${character} is given twice (lines ${lineOf(before)} and ${lineOf(at)}): allow repeated-character to keep both`,
        );
      }
      places.set(character, at);
    }
  }
  for (const word of forbidden) {
    const found = placeOf(word, fixed);
    if (found !== undefined) {
      throw new InputError(`"${word}" is forbidden, but given in line ${lineOf(found)}: drop one of the two`);
    }
  }
}

/** The groups that a request names, or those rich enough to write in. */
function rhymeGroups(rhyme: boolean | string, vocabulary: VerseVocabulary): readonly string[] | undefined {
  if (rhyme === false) return undefined;
  const rich = [...vocabulary.rhymes].flatMap(([label, { size }]) =>
    size >= FEWEST_RHYME_CHARACTERS ? [label] : [],
  );
  if (rhyme === true) return rich;
  const found = groupByName(rhyme);
  if (!found) {
    const labels = RHYME_GROUPS.map(({ label }) => label).filter((label) => rich.includes(label));
    throw new InputError(
      `rhyme group "${rhyme}": no level-tone group of 平水韵; expected one of ${labels.join(', ')}`,
    );
  }
  return [found.label];
}

/** Keeps the templates and groups that the fixed characters leave open; or says why none is left. */
function narrow(plan: PoemPlan, vocabulary: VerseVocabulary): PoemPlan | string {
  const byTone = plan.templates?.filter((template) => unfitLine(plan, template) === undefined);
  if (byTone?.length === 0) return whyNoTemplate(plan);
  if (!plan.groups) return { ...plan, templates: byTone };
  const templates = byTone?.filter((template) => groupsFor(plan, template, vocabulary).length > 0);
  const open = new Set((templates ?? [undefined]).flatMap((one) => groupsFor(plan, one, vocabulary)));
  const groups = plan.groups.filter((label) => open.has(label));
  return groups.length === 0 ? whyNoRhyme(plan, vocabulary) : { ...plan, templates, groups };
}

/** The first line whose fixed characters a template has no place for. */
function unfitLine({ fixed, length, lifted }: PoemPlan, { types }: Template): number | undefined {
  for (const [at, character] of fixed) {
    const line = Math.floor(at / length);
    const type = types[line];
    if (type && !fitsPlace(type, length, at % length, character, lifted)) return line;
  }
  return undefined;
}

/** The characters fixed at rhyming places. */
function fixedRhymes({ fixed, length, lines }: PoemPlan, template: Template | undefined): string[] {
  return Array.from({ length: lines }, (_, line) =>
    rhymesAt(line, template) ? fixed.get(line * length + length - 1) : undefined,
  ).filter((character) => character !== undefined);
}

/** The groups in which a poem of this template can rhyme: all fixed rhymes are in it, and enough others are left. */
function groupsFor(plan: PoemPlan, template: Template | undefined, vocabulary: VerseVocabulary): string[] {
  const given = fixedRhymes(plan, template);
  const positions = Array.from({ length: plan.lines }, (_, line) => rhymesAt(line, template));
  const needed = positions.filter(Boolean).length - given.length;
  if (new Set(given).size < given.length) return [];
  return (plan.groups ?? []).filter((label) => {
    if (!given.every((character) => levelGroups(character).some((group) => group.label === label))) {
      return false;
    }
    return rhymeSupply(plan, label, vocabulary) >= needed + plan.forbidden.length;
  });
}

/** Characters of a group that are neither fixed somewhere nor forbidden. */
export function rhymeSupply(plan: PoemPlan, label: string, vocabulary: VerseVocabulary): number {
  const taken = new Set([...plan.fixed.values(), ...plan.forbidden]);
  let supply = 0;
  for (const character of vocabulary.rhymes.get(label) ?? []) if (!taken.has(character)) supply += 1;
  return supply;
}

function textOfLine({ fixed, length }: PoemPlan, line: number): string {
  return Array.from({ length }, (_, index) => fixed.get(line * length + index) ?? '□').join('');
}

function whyNoTemplate(plan: PoemPlan): string {
  const { lines, templates = [] } = plan;
  if (templates.length === 0) return 'no tonal template of that name is open to this form';
  for (let line = 0; line < lines; line += 1) {
    const alone = new Map([...plan.fixed].filter(([at]) => Math.floor(at / plan.length) === line));
    if (templates.every((template) => unfitLine({ ...plan, fixed: alone }, template) !== undefined)) {
      return `line ${line + 1} "${textOfLine(plan, line)}" keeps no tonal line type of its place: change it, or switch the tones off`;
    }
  }
  return 'the given characters follow no tonal template together: change them, allow adhesion or opposition to be broken, or switch the tones off';
}

function whyNoRhyme(plan: PoemPlan, vocabulary: VerseVocabulary): string {
  const given = fixedRhymes(plan, undefined);
  const oblique = given.find((character) => levelGroups(character).length === 0);
  const relax = 'change it, or switch the rhyme off';
  if (oblique !== undefined) {
    return `${oblique} ends a rhyming line, but has no level tone (平) in 平水韵: ${relax}`;
  }
  const repeated = given.find((character, index) => given.indexOf(character) !== index);
  if (repeated !== undefined) return `${repeated} is given as a rhyme twice: ${relax}`;
  if (given.length > 0) {
    return `${given.join(', ')} end rhyming lines, but share no rhyme group that is asked for and large enough: ${relax}`;
  }
  const sizes = (plan.groups ?? []).map((label) => `${label} ${rhymeSupply(plan, label, vocabulary)}`);
  return `the rhyme group has too few characters left for ${plan.lines} lines (${sizes.join(', ')}): take another one, or switch the rhyme off`;
}

/** Draws places for the required words, so that templates and groups stay open. */
function placeWords(
  plan: PoemPlan,
  required: readonly string[],
  vocabulary: VerseVocabulary,
  random: Random,
): PoemPlan {
  const text = Array.from({ length: plan.lines }, (_, line) => textOfLine(plan, line)).join('，');
  const words = required
    .filter((word) => !text.includes(word))
    .sort((a, b) => characters(b).length - characters(a).length);
  for (const word of words) {
    const unfit = characters(word).length > plan.length || !characters(word).every(isHan);
    if (unfit || word === '') {
      throw new InputError(`required word "${word}": expected 1 to ${plan.length} Han characters`);
    }
  }
  const budget = { left: PLACING_BUDGET };
  const placed = placeRest(plan, words, vocabulary, random, budget);
  if (!placed) {
    throw new InputError(
      `the required words ${words.join(', ')} do not fit with what else is asked: drop one, or switch tones or rhyme off`,
    );
  }
  return placed;
}

function placeRest(
  plan: PoemPlan,
  [word, ...rest]: readonly string[],
  vocabulary: VerseVocabulary,
  random: Random,
  budget: { left: number },
): PoemPlan | undefined {
  if (word === undefined) return plan;
  const all = characters(word);
  const free = (line: number, index: number): boolean =>
    all.every((_, offset) => !plan.fixed.has(line * plan.length + index + offset));
  for (const at of wordPlaces(plan, all.length, random)) {
    const [line, index] = [Math.floor(at / plan.length), at % plan.length];
    if (!free(line, index)) continue;
    if (budget.left-- <= 0) return undefined;
    const fixed = new Map([...plan.fixed, ...all.map((one, offset): [number, string] => [at + offset, one])]);
    const repeats = !plan.lifted.has('repeated-character') && new Set(fixed.values()).size < fixed.size;
    const narrowed = repeats ? undefined : narrow({ ...plan, fixed }, vocabulary);
    if (narrowed === undefined || typeof narrowed === 'string' || breaksForbidden(narrowed)) continue;
    const whole = placeRest(narrowed, rest, vocabulary, random, budget);
    if (whole) return whole;
  }
  return undefined;
}

/** Where a word can begin, in a drawn order; first the places that do not cut the line's rhythm of pairs (2-3, 2-2-3). */
function wordPlaces({ lines, length }: PoemPlan, size: number, random: Random): number[] {
  const places = Array.from({ length: lines * length }, (_, at) => at).filter(
    (at) => (at % length) + size <= length,
  );
  const inRhythm = (at: number): boolean => {
    const index = at % length;
    return size === 1 || index % 2 === 0
      ? index + size <= length - 3 || index >= length - 3
      : index === length - 2;
  };
  const drawn = random.shuffle(places);
  return [...drawn.filter(inRhythm), ...drawn.filter((at) => !inRhythm(at))];
}

function breaksForbidden({ fixed, forbidden }: PoemPlan): boolean {
  return forbidden.some((word) => placeOf(word, fixed) !== undefined);
}

/** Where a word stands among the fixed characters. */
function placeOf(word: string, fixed: ReadonlyMap<number, string>): number | undefined {
  return [...fixed.keys()].find((at) =>
    characters(word).every((character, offset) => fixed.get(at + offset) === character),
  );
}
