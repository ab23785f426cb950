/** Places for the words that a poem must have, drawn so that templates and rhyme groups stay open. */
import type { PoemShape } from '../../poetry/forms/forms.js';
import { characters, isHan } from '../../poetry/text.js';
import { InputError } from '../../support/errors.js';
import type { Random } from '../../support/random.js';
import { givenTwice, placeOf, textOfLine, type PoemPlan } from './poem-plan.js';

/** Places looked at before required words are said not to fit. */
const PLACING_BUDGET = 20_000;

/** What a plan leaves open with more characters fixed; undefined where nothing is left. */
type Narrow = (plan: PoemPlan) => PoemPlan | undefined;

/** A search for places. */
interface Search {
  /** The words and lines that were asked for. */
  readonly asked: readonly string[];
  readonly random: Random;
  readonly narrow: Narrow;
  /** Places that may still be looked at. */
  left: number;
}

/** Fixes the required words somewhere. @throws InputError where they do not fit */
export function placeWords(
  plan: PoemPlan,
  required: readonly string[],
  random: Random,
  narrow: Narrow,
): PoemPlan {
  const given = plan.shape.lines.map((_, line) => textOfLine(plan, line));
  const text = given.join('，');
  const longest = Math.max(...plan.shape.lines.map(({ length }) => length));
  const words = required
    .filter((word) => !text.includes(word))
    .sort((a, b) => characters(b).length - characters(a).length);
  for (const word of words) {
    const unfit = characters(word).length > longest || !characters(word).every(isHan);
    if (unfit || word === '') {
      throw new InputError(`required word "${word}": expected 1 to ${longest} Han characters`);
    }
  }
  const placed = placeRest(plan, words, {
    asked: [...given, ...required],
    random,
    narrow,
    left: PLACING_BUDGET,
  });
  if (!placed) {
    throw new InputError(
      `the required words ${words.join(', ')} do not fit with what else is asked: drop one, or switch tones or rhyme off`,
    );
  }
  return placed;
}

function placeRest(plan: PoemPlan, [word, ...rest]: readonly string[], search: Search): PoemPlan | undefined {
  if (word === undefined) return plan;
  const all = characters(word);
  for (const at of wordPlaces(plan.shape, all.length, search.random)) {
    if (all.some((_, offset) => plan.fixed.has(at + offset))) continue;
    if (search.left-- <= 0) return undefined;
    const fixed = new Map([...plan.fixed, ...all.map((one, offset): [number, string] => [at + offset, one])]);
    const repeats =
      !plan.lifted.has('repeated-character') && givenTwice(plan.shape, fixed, search.asked) !== undefined;
    const narrowed = repeats ? undefined : search.narrow({ ...plan, fixed });
    if (!narrowed || breaksForbidden(narrowed)) continue;
    const whole = placeRest(narrowed, rest, search);
    if (whole) return whole;
  }
  return undefined;
}

/** A line ends in a group of three characters; what is before it goes by pairs (2-3, 2-2-3). */
const LAST_GROUP = 3;
const PAIR = 2;

/** Where a word can begin, in a drawn order; first the places that do not cut the line's rhythm. */
function wordPlaces({ lines, places }: PoemShape, size: number, random: Random): number[] {
  const room = (at: number): { index: number; length: number } => {
    const { line = 0, index = 0 } = places[at] ?? {};
    return { index, length: lines[line]?.length ?? 0 };
  };
  const possible = places.flatMap((_, at) => {
    const { index, length } = room(at);
    return index + size <= length ? [at] : [];
  });
  const inRhythm = (at: number): boolean => {
    const { index, length } = room(at);
    const last = length - LAST_GROUP;
    return size === 1 || index % PAIR === 0 ? index + size <= last || index >= last : index === length - PAIR;
  };
  const drawn = random.shuffle(possible);
  return [...drawn.filter(inRhythm), ...drawn.filter((at) => !inRhythm(at))];
}

function breaksForbidden({ fixed, forbidden }: PoemPlan): boolean {
  return forbidden.some((word) => placeOf(word, fixed) !== undefined);
}
