/** Which words tell the tone of a character that has two: what was counted of its contexts, weighed. Pure. */
import type { Tone } from '../poetry/readings/tone.js';
import { standardCharacter } from '../poetry/script/variants.js';
import type { TellingNeighbours, TellingWords } from '../poetry/readings/words.js';
import type { Context, ToneCount } from './learn-usage.js';

/**
 * A word tells a tone if this share of its places has it. What the character does elsewhere counts in, as some places more (`likeness`): where
 * words hardly differ, as those of a character that means the same in both tones (看 听), it takes many places to tell one apart.
 */
const WORD_SHARE = 0.95;
const FEWEST_PLACES = 3;
const LIKENESSES = [1, 2, 3, 4, 6, 8, 12] as const;
/** A word of so many places tells at a distance too (思故乡 as 思乡). */
const KNOWN_PLACES = 20;
/**
 * A tone lives in a few words (沧浪, 万乘, 尚书) if this share of its places, of which there are not too few, is in words of at least two places,
 * two thirds of which have it. Outside of them the character has the other tone, if nearly all that is left has it.
 */
const BOUND_SHARE = 0.8;
const FEWEST_BOUND = 20;
const BOUND_PLACES = 2;
const OUTSIDE_SHARE = 0.96;

const SIDES = ['before', 'after'] as const;
type Side = (typeof SIDES)[number];

const total = ({ level, oblique }: ToneCount): number => level + oblique;
const placesOf = (count: ToneCount, tone: Tone): number => (tone === '平' ? count.level : count.oblique);

function sum(contexts: Iterable<ToneCount>): ToneCount {
  const all: ToneCount = { level: 0, oblique: 0 };
  for (const { level, oblique } of contexts) {
    all.level += level;
    all.oblique += oblique;
  }
  return all;
}

/** Contexts of all forms of each character together, in standard characters. */
export function standardContexts(
  contexts: ReadonlyMap<string, readonly Context[]>,
): Map<string, readonly Context[]> {
  const standard = (character: string | undefined): string | undefined =>
    character && standardCharacter(character);
  const together = new Map<string, readonly Context[]>();
  for (const [character, rows] of contexts) {
    const key = standardCharacter(character);
    const own = rows.map((row) => ({ ...row, before: standard(row.before), after: standard(row.after) }));
    together.set(key, [...(together.get(key) ?? []), ...own]);
  }
  return together;
}

type Words = Readonly<Record<Side, ReadonlyMap<string, ToneCount>>>;

function wordsOf(contexts: readonly Context[], side: Side): Map<string, ToneCount> {
  const words = new Map<string, ToneCount>();
  for (const context of contexts) {
    const neighbour = context[side];
    if (neighbour !== undefined) words.set(neighbour, sum([words.get(neighbour) ?? sum([]), context]));
  }
  return words;
}

/** The logarithm of x (x + 1) … (x + n - 1). */
function logRising(x: number, n: number): number {
  let log = 0;
  for (let i = 0; i < n; i += 1) log += Math.log(x + i);
  return log;
}

/**
 * How many places a character's own share of level tones counts for in each of its words: those that make the counts of its words likeliest,
 * their shares being spread around its own as a beta distribution is (the Dirichlet-multinomial of two outcomes).
 */
function likenessOf(words: Iterable<ToneCount>, level: number): number {
  const rows = [...words];
  const likelihoods = LIKENESSES.map((likeness) => {
    const each = rows.map(
      (word) =>
        logRising(likeness * level, word.level) +
        logRising(likeness * (1 - level), word.oblique) -
        logRising(likeness, total(word)),
    );
    return { likeness, log: each.reduce((sum, one) => sum + one, 0) };
  });
  return likelihoods.reduce((a, b) => (b.log > a.log ? b : a)).likeness;
}

/** The rarer tone, and which words have it, if it lives in words. */
function boundTone(
  contexts: readonly Context[],
  words: Words,
  own: ToneCount,
): { tone: Tone; has: (word: ToneCount) => boolean } | undefined {
  const [tone, other] = own.level < own.oblique ? (['平', '仄'] as const) : (['仄', '平'] as const);
  const has = (word: ToneCount): boolean =>
    placesOf(word, tone) >= BOUND_PLACES && placesOf(word, tone) >= 2 * placesOf(word, other);
  const isOutside = (context: Context): boolean =>
    !SIDES.some((side) => has(words[side].get(context[side] ?? '') ?? sum([])));
  const outside = sum(contexts.filter(isOutside));
  const isBound =
    placesOf(own, tone) >= FEWEST_BOUND && placesOf(outside, tone) <= (1 - BOUND_SHARE) * placesOf(own, tone);
  const isOtherOutside = placesOf(outside, other) >= OUTSIDE_SHARE * total(outside);
  return isBound && isOtherOutside ? { tone, has } : undefined;
}

/** The words that tell the tone of a character, whose contexts these are; undefined where none does. */
export function tellingWords(contexts: readonly Context[]): TellingWords | undefined {
  const own = sum(contexts);
  const words: Words = { before: wordsOf(contexts, 'before'), after: wordsOf(contexts, 'after') };
  const bound = boundTone(contexts, words, own);
  const likeness = likenessOf(
    [...words.before.values(), ...words.after.values()],
    (own.level + 0.5) / (total(own) + 1),
  );
  const tells = (word: ToneCount, tone: Tone): boolean => {
    const elsewhere = (likeness * placesOf(own, tone)) / total(own);
    const isSure =
      total(word) >= FEWEST_PLACES &&
      placesOf(word, tone) + elsewhere >= WORD_SHARE * (total(word) + likeness);
    return isSure || (bound?.tone === tone && bound.has(word));
  };
  const telling = (side: Side, tone: Tone, fewest: number): string =>
    [...words[side]]
      .filter(([, word]) => total(word) >= fewest && tells(word, tone))
      .map(([neighbour]) => neighbour)
      .sort()
      .join('');
  const neighbours = (tone: Tone): TellingNeighbours => ({
    before: telling('before', tone, 1),
    after: telling('after', tone, 1),
    object: telling('after', tone, KNOWN_PLACES),
  });
  const [level, oblique] = [neighbours('平'), neighbours('仄')];
  if ([level, oblique].every(({ before, after }) => before + after === '')) return undefined;
  const outside = bound && (bound.tone === '平' ? '仄' : '平');
  return { neighbours: { 平: level, 仄: oblique }, outside };
}
