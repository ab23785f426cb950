/** The words that are a poem's own: pairs of characters that stand together more often than chance would have them. */
import { characters } from '../poetry/text.js';

/** Where words of two characters stand in lines of five and seven: within the phrases of 2+3 and 2+2+3. */
const WORD_PLACES: Readonly<Record<number, readonly number[]>> = { 5: [0, 2, 3], 7: [0, 2, 4, 5] };
/** A pair that fewer poems have is no word. */
const FEWEST_POEMS = 3;
/** Above this share of all characters' chances a pair is a word: normalised pointwise mutual information (Bouma 2009). */
const LEAST_INFORMATION = 0.35;
const MOST_KEYWORDS = 4;
/** Words of grammar (不知, 那堪, 谁家) tell nothing of a poem. */
const GRAMMAR = /[不那何谁莫未已可况此]/u;

/** The pairs of characters of lines that stand where words of two characters do. */
export function* pairsOf(lines: readonly string[]): Generator<string> {
  for (const line of lines) {
    const all = characters(line);
    for (const place of WORD_PLACES[all.length] ?? []) yield `${all[place]}${all[place + 1]}`;
  }
}

export class Keywords {
  private readonly pairs = new Map<string, number>();
  private readonly singles = new Map<string, number>();
  private total = 0;

  /** Counts the pairs of many poems, each once a poem. */
  constructor(poems: Iterable<readonly string[]>) {
    const count = (counts: Map<string, number>, key: string): void => {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    };
    for (const lines of poems) {
      for (const pair of new Set(pairsOf(lines))) {
        this.total += 1;
        count(this.pairs, pair);
        for (const one of characters(pair)) count(this.singles, one);
      }
    }
  }

  /** Up to four keywords of a poem, the most telling first. */
  of(lines: readonly string[]): string[] {
    return [...new Set(pairsOf(lines))]
      .map((pair) => ({ pair, information: this.information(pair) }))
      .filter(({ information }) => information >= LEAST_INFORMATION)
      .sort((a, b) => b.information - a.information)
      .slice(0, MOST_KEYWORDS)
      .map(({ pair }) => pair);
  }

  /** All words that at least so many poems have, the commonest first. */
  words(fewestPoems: number): string[] {
    return [...this.pairs]
      .filter(([pair, count]) => count >= fewestPoems && this.information(pair) >= LEAST_INFORMATION)
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(([pair]) => pair);
  }

  private information(pair: string): number {
    const count = this.pairs.get(pair) ?? 0;
    if (count < FEWEST_POEMS || GRAMMAR.test(pair)) return 0;
    const share = count / this.total;
    // A character is counted at either place of a pair.
    const chance = characters(pair).reduce(
      (product, one) => (product * (this.singles.get(one) ?? 0)) / (2 * this.total),
      1,
    );
    return Math.log(share / chance) / -Math.log(share);
  }
}
