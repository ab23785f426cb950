/**
 * Learning what answers what in parallel couplets (对仗): characters get classes, so that those that stand at one place of two lines have one.
 * The classes are those of a latent class model of the pairs, P(a, b) = Σ P(k) P(a | k) P(b | k), fitted by expectation maximisation
 * (Hofmann 1999, Probabilistic Latent Semantic Analysis).
 */
import { Random } from '../support/random.js';

export interface ParallelClasses {
  /** P(k) of each class. */
  readonly shares: readonly number[];
  /** P(k | character) for each class, by character. */
  readonly members: ReadonlyMap<string, readonly number[]>;
}

export interface ParallelOptions {
  readonly classes: number;
  readonly rounds: number;
  /** A character is learnt that stands in so many pairs. */
  readonly minCount: number;
  readonly seed: number;
}

/** Pairs of characters by their numbers, each with how often it stands there. */
interface Pairs {
  readonly characters: readonly string[];
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly counts: Float64Array;
  /** How often each character stands in a pair. */
  readonly totals: Float64Array;
}

/** @param couplets upper and lower lines of one length, as characters */
export function learnParallels(
  couplets: Iterable<readonly [readonly string[], readonly string[]]>,
  { classes, rounds, minCount, seed }: ParallelOptions,
): ParallelClasses {
  const pairs = countPairs(couplets, minCount);
  const size = pairs.characters.length;
  const random = Random.for(seed, 'classes');
  // Rows by character: the classes of one stand side by side.
  let joint = Float64Array.from(
    { length: size * classes },
    (_, at) => (pairs.totals[Math.floor(at / classes)] ?? 0) * -Math.log(1 - random.next()),
  );
  for (let round = 0; round < rounds; round += 1) joint = maximise(pairs, joint, classes);
  const sums = classSums(joint, classes);
  const all = sums.reduce((sum, one) => sum + one, 0);
  const members = pairs.characters.map((character, at): [string, number[]] => {
    const row = [...joint.subarray(at * classes, (at + 1) * classes)];
    const total = row.reduce((sum, one) => sum + one, 0);
    return [character, row.map((one) => one / total)];
  });
  return { shares: sums.map((one) => one / all), members: new Map(members) };
}

/** Pairs of different characters, in one order. */
function countPairs(
  couplets: Iterable<readonly [readonly string[], readonly string[]]>,
  minCount: number,
): Pairs {
  const counts = new Map<string, number>();
  const totals = new Map<string, number>();
  for (const [upper, lower] of couplets) {
    upper.forEach((a, at) => {
      const b = lower[at];
      if (b === undefined || a === b) return;
      const pair = a < b ? `${a} ${b}` : `${b} ${a}`;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
      for (const one of [a, b]) totals.set(one, (totals.get(one) ?? 0) + 1);
    });
  }
  const characters = [...totals].filter(([, count]) => count >= minCount).map(([character]) => character);
  const numbers = new Map(characters.map((character, number) => [character, number]));
  const kept = [...counts].flatMap(([pair, count]) => {
    const [a, b] = pair.split(' ').map((character) => numbers.get(character));
    return a === undefined || b === undefined ? [] : [{ a, b, count }];
  });
  return {
    characters,
    left: Int32Array.from(kept, ({ a }) => a),
    right: Int32Array.from(kept, ({ b }) => b),
    counts: Float64Array.from(kept, ({ count }) => count),
    totals: Float64Array.from(characters, (character) => totals.get(character) ?? 0),
  };
}

/** The sum over characters of each class. */
function classSums(joint: Float64Array, classes: number): number[] {
  const sums = new Array<number>(classes).fill(0);
  joint.forEach((value, at) => (sums[at % classes]! += value));
  return sums;
}

/** One round: how much of each pair belongs to each class under the classes of now, counted anew for its two characters. */
function maximise(
  { left, right, counts }: Pairs,
  joint: Float64Array<ArrayBuffer>,
  classes: number,
): Float64Array<ArrayBuffer> {
  const inverse = classSums(joint, classes).map((sum) => 1 / sum);
  const next = new Float64Array(joint.length);
  const belongs = new Float64Array(classes);
  for (let pair = 0; pair < counts.length; pair += 1) {
    const [a, b] = [left[pair]! * classes, right[pair]! * classes];
    let sum = 0;
    for (let k = 0; k < classes; k += 1) {
      const share = joint[a + k]! * joint[b + k]! * inverse[k]!;
      belongs[k] = share;
      sum += share;
    }
    if (sum === 0) continue;
    const factor = counts[pair]! / sum;
    for (let k = 0; k < classes; k += 1) {
      const share = belongs[k]! * factor;
      next[a + k]! += share;
      next[b + k]! += share;
    }
  }
  return next;
}
