/** Duplicates: exact ones, and poems that share half of their lines with one already kept. */
import type { CleanPoem } from './poem.js';

/** Remembers lines of the poems kept so far, in the order they come. */
export class DuplicateIndex {
  private readonly owners = new Map<string, string>();
  private readonly clusters = new Map<string, string>();

  /** What a poem repeats: undefined if it is new. New poems are remembered. */
  check(poem: CleanPoem): { rule: 'duplicate' | 'near-duplicate'; of: string } | undefined {
    const shared = new Map<string, number>();
    for (const line of poem.traditional) {
      const owner = this.owners.get(line);
      if (owner !== undefined) shared.set(owner, (shared.get(owner) ?? 0) + 1);
    }
    const [most] = [...shared].sort((a, b) => b[1] - a[1]);
    if (most && most[1] * 2 >= poem.lines.length) {
      return { rule: most[1] === poem.lines.length ? 'duplicate' : 'near-duplicate', of: most[0] };
    }
    // Poems with two lines in common stay apart as poems, but never on both sides of a split.
    const cluster = most && most[1] >= 2 ? this.clusterOf(most[0]) : poem.id;
    this.clusters.set(poem.id, cluster);
    for (const line of poem.traditional) if (!this.owners.has(line)) this.owners.set(line, poem.id);
    return undefined;
  }

  /** The cluster of a poem that was kept: poems that share two lines have one in common. */
  clusterOf(id: string): string {
    return this.clusters.get(id) ?? id;
  }
}
