/**
 * Characters that are no token of a model: each is written as several, the pieces of its bytes. To a constraint such a character is one
 * choice, with a number beyond the model's tokens; here choices become tokens, and tokens choices again.
 */

/** What was begun: tokens of a choice that is not whole yet. */
export type Begun = readonly number[];

export class TokenPieces {
  private readonly wholes = new Map<string, number>();
  /** The first tokens of choices that take several. */
  private readonly beginnings = new Set<number>();
  /** The most tokens that a choice takes. */
  readonly longest: number;

  /** @param pieces the tokens of each choice that takes several; none of them begins another */
  constructor(private readonly pieces: ReadonlyMap<number, readonly number[]>) {
    for (const [choice, tokens] of pieces) {
      this.wholes.set(tokens.join(), choice);
      if (tokens[0] !== undefined) this.beginnings.add(tokens[0]);
    }
    this.longest = [...pieces.values()].reduce((most, { length }) => Math.max(most, length), 1);
  }

  /** The tokens by which one of these choices goes on. */
  nextTokens(choices: readonly number[], begun: Begun): readonly number[] {
    if (this.pieces.size === 0) return choices;
    const next = new Set<number>();
    for (const choice of choices) {
      const token = this.tokenAfter(choice, begun);
      if (token !== undefined) next.add(token);
    }
    return [...next];
  }

  /** Of these choices those that begin with some tokens. */
  beginningWith(choices: readonly number[], begun: Begun): number[] {
    return choices.filter((choice) => this.tokenAfter(choice, begun) !== undefined);
  }

  /** The choice that these tokens are the whole of; undefined where more are to come. */
  whole(tokens: Begun): number | undefined {
    if (this.pieces.size === 0) return tokens[0];
    const found = this.wholes.get(tokens.join());
    if (found !== undefined || tokens.length > 1) return found;
    const [token] = tokens;
    return token === undefined || this.beginnings.has(token) ? undefined : token;
  }

  /** The token of a choice that follows what was begun; undefined where the choice begins otherwise. */
  private tokenAfter(choice: number, begun: Begun): number | undefined {
    const tokens = this.pieces.get(choice);
    if (!tokens) return begun.length === 0 ? choice : undefined;
    for (let at = 0; at < begun.length; at += 1) if (tokens[at] !== begun[at]) return undefined;
    return tokens[begun.length];
  }
}
