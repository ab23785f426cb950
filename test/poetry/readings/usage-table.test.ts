import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readVerses, usageModule } from '../../../scripts/usage-table.js';
import { usageOf } from '../../../src/poetry/readings/usage.js';

/** The whole corpus, where it lies beside the project. */
const CORPUS = '../shared/data/chinese-poetry';

/** Level and oblique places by character, as a table has them. */
const countsIn = (table: string): Map<string, readonly [number, number]> =>
  new Map(
    [...table.matchAll(/(\p{Script=Han})(\d+)\/(\d+)/gu)].map(([, character = '', level, oblique]) => [
      character,
      [Number(level), Number(oblique)],
    ]),
  );

describe('the table of usage', () => {
  it('agrees with what its script counts over the poems that ship', async () => {
    const counts = countsIn(usageModule(await readVerses('data/starter')));
    expect(counts.size).toBeGreaterThan(500);
    for (const [character, [level, oblique]] of counts) {
      const shipped = usageOf([character]);
      expect(shipped.level + shipped.oblique, character).toBeGreaterThan(0);
      // What all poems show with ten to one, a few do not turn round.
      if (Math.max(shipped.level, shipped.oblique) < 10 * Math.min(shipped.level, shipped.oblique)) continue;
      if (level + oblique < 3) continue;
      expect(level > oblique, `${character} ${level}/${oblique}`).toBe(shipped.level > shipped.oblique);
    }
  });

  it.skipIf(!existsSync(CORPUS))(
    'is what its script writes from the whole corpus (skipped where ../shared has none)',
    { timeout: 600_000 },
    async () => {
      expect(readFileSync('src/poetry/readings/usage-table.ts', 'utf8')).toBe(
        usageModule(await readVerses(CORPUS)),
      );
    },
  );
});
