/** The classes of characters that answer each other in parallel couplets: the table read, and two lines compared by it. */

/** A letter for each class. */
export const CLASS_NAMES = [...'abcdefghijklmnopqrstuvwxyzABCDEF'];
/** A character's share of a class is written in so many steps, as one digit to the base of 16. */
export const WEIGHT_STEPS = 15;

export interface ParallelClasses {
  /** P(k). */
  readonly shares: readonly number[];
  /** P(k | character), the likeliest ones. */
  readonly members: ReadonlyMap<string, readonly { readonly at: number; readonly share: number }[]>;
}

/** Reads `花a9c3` and the like. */
export function readParallelClasses(shares: string, table: string): ParallelClasses {
  const members = table
    .trim()
    .split(/\s+/u)
    .map((entry) => {
      const [character = '', ...rest] = entry;
      const classes = rest.flatMap((name, index) =>
        index % 2 === 0
          ? [{ at: CLASS_NAMES.indexOf(name), share: parseInt(rest[index + 1] ?? '0', 16) / WEIGHT_STEPS }]
          : [],
      );
      return [character, classes] as const;
    });
  return { shares: shares.split(' ').map(Number), members: new Map(members) };
}

/** What two characters make likelier of each other at the least. */
const LEAST = 0.02;

/** ln P(a, b) / (P(a) P(b)); 0 where one is not known. A character does not answer itself. */
function answer({ shares, members }: ParallelClasses, left: string, right: string): number {
  if (left === right) return Math.log(LEAST);
  const [a, b] = [members.get(left), members.get(right)];
  if (!a || !b) return 0;
  let sum = LEAST;
  for (const one of a) {
    for (const other of b) if (one.at === other.at) sum += (one.share * other.share) / (shares[one.at] ?? 1);
  }
  return Math.log(sum);
}

/** The mean over the places of two lines of one length. */
export function meanAnswer(
  classes: ParallelClasses,
  upper: readonly string[],
  lower: readonly string[],
): number {
  const all = upper.reduce((sum, character, at) => sum + answer(classes, character, lower[at] ?? ''), 0);
  return all / upper.length;
}
