/**
 * A judge of fluency that is no stage's own: a trigram model over characters with interpolated Kneser-Ney smoothing (Chen and
 * Goodman 1999), learnt from poems that the models under comparison were not trained on.
 */

const DISCOUNT = 0.75;
const START = '\u0002';
const END = '\u0003';

/** Characters as numbers small enough that three of them make one exact number. */
const BITS = 2 ** 15;
const UNKNOWN = 0;

export class NgramModel {
  private readonly ids = new Map<string, number>();
  /** Counts of trigrams, and of their beginnings. */
  private readonly trigrams = new Map<number, number>();
  private readonly pairs = new Map<number, number>();
  private readonly pairFollowers = new Map<number, number>();
  /** Different characters before a pair; different ones before and after a character. */
  private readonly pairPredecessors = new Map<number, number>();
  private readonly followers = new Map<number, number>();
  private readonly middles = new Map<number, number>();
  private readonly predecessors = new Map<number, number>();
  private bigramTypes = 0;

  /** Learns from poems as they are laid out. */
  static of(poems: Iterable<string>): NgramModel {
    const model = new NgramModel();
    for (const poem of poems) model.learn(poem);
    return model;
  }

  private tokens(text: string, learning: boolean): number[] {
    return [START, START, ...text.replace(/\s+/gu, '\n').trim(), END].map((character) => {
      const known = this.ids.get(character);
      if (known !== undefined || !learning) return known ?? UNKNOWN;
      this.ids.set(character, this.ids.size + 1);
      return this.ids.size;
    });
  }

  private learn(poem: string): void {
    const tokens = this.tokens(poem, true);
    const increase = (counts: Map<number, number>, key: number): number => {
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count;
    };
    for (let index = 2; index < tokens.length; index += 1) {
      const [u = 0, v = 0, w = 0] = tokens.slice(index - 2, index + 1);
      increase(this.pairs, u * BITS + v);
      if (increase(this.trigrams, (u * BITS + v) * BITS + w) > 1) continue;
      increase(this.pairFollowers, u * BITS + v);
      increase(this.middles, v);
      if (increase(this.pairPredecessors, v * BITS + w) > 1) continue;
      increase(this.followers, v);
      increase(this.predecessors, w);
      this.bigramTypes += 1;
    }
  }

  private probability(u: number, v: number, w: number): number {
    const vocabulary = this.ids.size + 1;
    // The share of pairs that end in w, mixed with an equal chance for all, so that unknown characters have one.
    const single =
      (Math.max(0, (this.predecessors.get(w) ?? 0) - DISCOUNT) +
        (DISCOUNT * this.predecessors.size) / vocabulary) /
      this.bigramTypes;
    const middles = this.middles.get(v) ?? 0;
    const double =
      middles === 0
        ? single
        : (Math.max(0, (this.pairPredecessors.get(v * BITS + w) ?? 0) - DISCOUNT) +
            DISCOUNT * (this.followers.get(v) ?? 0) * single) /
          middles;
    const pair = u * BITS + v;
    const count = this.pairs.get(pair) ?? 0;
    if (count === 0) return double;
    const seen = Math.max(0, (this.trigrams.get(pair * BITS + w) ?? 0) - DISCOUNT);
    return (seen + DISCOUNT * (this.pairFollowers.get(pair) ?? 0) * double) / count;
  }

  /** exp of the mean negative log-probability a character, the end included. Lower is more fluent. */
  perplexity(text: string): number {
    const tokens = this.tokens(text, false);
    let sum = 0;
    for (let index = 2; index < tokens.length; index += 1) {
      sum += Math.log(this.probability(tokens[index - 2] ?? 0, tokens[index - 1] ?? 0, tokens[index] ?? 0));
    }
    return Math.exp(-sum / (tokens.length - 2));
  }
}
