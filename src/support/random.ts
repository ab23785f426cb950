/** A seeded generator of pseudo-random numbers whose state is one integer, so that runs can be repeated. */

/** Mulberry32 (public domain, Tommy Ettinger): 32 bits of state, enough for shuffles and initial weights. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A generator for one purpose, independent of how often others were asked: seed and labels are hashed. */
  static for(seed: number, ...labels: readonly (string | number)[]): Random {
    let hash = 2166136261 ^ seed;
    for (const character of labels.join('/')) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619);
    }
    const random = new Random(hash);
    random.next();
    return random;
  }

  /** A whole number of 32 bits, uniform. */
  bits(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    return this.bits() / 4294967296;
  }

  /** A whole number from 0 to `limit` − 1. */
  integer(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('pick from an empty list');
    return items[this.integer(items.length)] as T;
  }

  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i -= 1) {
      const j = this.integer(i + 1);
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }
}
