/**
 * Coherence: how much likelier the second half of a poem is after its own first half than alone, under a language model that no poet
 * here was trained with. That is the pointwise mutual information of the two halves (Church and Hanks 1990).
 */

/** What a judge finds of one poem. */
export interface Coherence {
  /** log p(second half | first half) − log p(second half), in nats. */
  readonly information: number;
  /** Tokens of the second half, its end included. */
  readonly tokens: number;
}

/** A language model as judge. */
export interface CoherenceJudge {
  /** One answer for each text; null for a text of less than two couplets. */
  judge(texts: readonly string[]): Promise<readonly (Coherence | null)[]>;
}

/** Nats a character; null where there is nothing to say. */
export function coherenceFigure(found: Coherence | null | undefined): number | null {
  return found ? found.information / found.tokens : null;
}

/** The chance, at even odds, that the second half was written to this first half and not to none: from 0 to 1. */
export function belonging(found: Coherence | null): number {
  return found ? 1 / (1 + Math.exp(-found.information)) : NaN;
}
