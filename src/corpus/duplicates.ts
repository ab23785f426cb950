/**
 * Duplicates: the same poem twice, one inside another, and poems that share half of their lines; and clusters, so that poems with two
 * lines in common are never on both sides of a split.
 */
import { SHARED_LINES } from './shared-lines.js';

/** What is compared of a poem. */
export interface Comparable {
  readonly id: string;
  /** Lines without punctuation. */
  readonly lines: readonly string[];
  /** Of two copies the one with the higher quality is kept; of equal ones the earlier. */
  readonly quality: number;
}

export interface Duplicate {
  readonly rule: 'duplicate' | 'near-duplicate';
  /** The poem that was kept. */
  readonly of: string;
}

export interface Duplicates {
  /** Poems to drop, by id. */
  readonly dropped: ReadonlyMap<string, Duplicate>;
  /** The cluster of each poem that is kept: the id of one of its members. */
  readonly clusterOf: (id: string) => string;
}

/** A line that so many poems have is a phrase, and tells nothing. */
const COMMON_LINE = 50;

/** Finds duplicates and clusters among all poems. */
export function findDuplicates(poems: readonly Comparable[]): Duplicates {
  const order = poems
    .map((_, index) => index)
    .sort((a, b) => (poems[b]?.quality ?? 0) - (poems[a]?.quality ?? 0) || a - b);
  // Most lines have one owner: a bare number takes a fraction of a list's memory.
  const owners = new Map<string, number | number[]>();
  const ownersOf = (line: string): readonly number[] => {
    const known = owners.get(line) ?? [];
    return typeof known === 'number' ? [known] : known;
  };
  const dropped = new Map<string, Duplicate>();
  const parents = new Map<string, string>();
  const root = (id: string): string => {
    let at = id;
    for (let up = parents.get(at); up !== undefined && up !== at; up = parents.get(at)) at = up;
    return at;
  };
  for (const index of order) {
    const poem = poems[index] as Comparable;
    const shared = new Map<number, number>();
    for (const line of new Set(poem.lines)) {
      for (const owner of ownersOf(line)) shared.set(owner, (shared.get(owner) ?? 0) + 1);
    }
    const fewer = (owner: number): number => Math.min(poem.lines.length, poems[owner]?.lines.length ?? 0);
    const twin = [...shared].find(([owner, count]) => count * 2 >= fewer(owner));
    if (twin) {
      const [owner, count] = twin;
      const other = poems[owner] as Comparable;
      const same = count === poem.lines.length && count === other.lines.length;
      dropped.set(poem.id, { rule: same ? 'duplicate' : 'near-duplicate', of: other.id });
      continue;
    }
    for (const [owner, count] of shared) {
      if (count >= SHARED_LINES) parents.set(root(poem.id), root((poems[owner] as Comparable).id));
    }
    for (const line of new Set(poem.lines)) {
      const known = ownersOf(line);
      if (known.length === 0) owners.set(line, index);
      else if (known.length < COMMON_LINE) owners.set(line, [...known, index]);
    }
  }
  return { dropped, clusterOf: root };
}
