/**
 * Documents to learn, kept as one array of tokens. A hundred thousand of them as objects would be walked by every garbage collection,
 * and the gradients of each step bring one about.
 */
import type { TokenTree } from './packing.js';

export class TokenDocuments {
  /** @param ends where each document's tokens end; it begins where the one before ends */
  private constructor(
    private readonly tokens: Int32Array,
    private readonly ends: Int32Array,
    private readonly opening: readonly number[],
  ) {}

  /**
   * @param texts the tokens of each document
   * @param opening the tokens that open every one of them, as its prompt
   */
  static of(texts: Iterable<readonly number[]>, opening: readonly number[]): TokenDocuments {
    const ends: number[] = [];
    let tokens = new Int32Array(1 << 16);
    let length = 0;
    for (const text of texts) {
      if (length + text.length > tokens.length) {
        const longer = new Int32Array(2 * (length + text.length));
        longer.set(tokens);
        tokens = longer;
      }
      tokens.set(text, length);
      length += text.length;
      ends.push(length);
    }
    return new TokenDocuments(tokens.slice(0, length), Int32Array.from(ends), opening);
  }

  /** How many documents. */
  get length(): number {
    return this.ends.length;
  }

  /** The tokens of all, with what opens them. */
  get size(): number {
    return this.tokens.length + this.length * this.opening.length;
  }

  /** The document at a place. */
  at(place: number): TokenTree {
    const text = this.tokens.subarray(place === 0 ? 0 : this.ends[place - 1], this.ends[place]);
    return { prompt: this.opening, completions: [Array.from(text)] };
  }
}
