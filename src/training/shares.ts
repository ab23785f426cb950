/** A step's examples in shares of about as many tokens, to be run side by side. */
import { treeLength, type TokenTree } from './packing.js';

/** Tokens of a share: enough that what every run costs besides, whatever its tokens, is a small part of it. */
const TOKENS_OF_SHARE = 1024;

/**
 * How many shares a step of so many tokens has. It follows from the step alone: on how many threads they run changes no number, since
 * their gradients are added up in their order.
 */
export const shareCount = (tokens: number): number => Math.max(1, Math.round(tokens / TOKENS_OF_SHARE));

/** Places of examples by share: each, the longest first, where the fewest tokens are. Shares that would be empty are left out. */
export function evenShares(trees: readonly TokenTree[], count: number): number[][] {
  const sizes = trees.map(treeLength);
  const size = (place: number): number => sizes[place] ?? 0;
  const shares = Array.from({ length: count }, () => ({ places: [] as number[], tokens: 0 }));
  for (const place of [...sizes.keys()].sort((a, b) => size(b) - size(a))) {
    const emptiest = shares.reduce((least, share) => (share.tokens < least.tokens ? share : least));
    emptiest.places.push(place);
    emptiest.tokens += size(place);
  }
  return shares.map(({ places }) => places).filter(({ length }) => length > 0);
}
