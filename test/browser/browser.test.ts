/** The library in headless Chromium, against the same library here. Skipped, saying so, where no Chromium is found. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as library from '../../src/browser/index.js';
import { Poet } from '../../src/writing/poet.js';
import type { WrittenPoem } from '../../src/writing/written-poem.js';
import { CHROMIUM } from '../chromium.js';
import { LibraryPages } from './library-page.js';

/** What the page has of the library. */
declare const shiren: Pick<typeof library, 'loadPoet'>;

const REQUEST = { form: '五言绝句', themes: ['秋天', '明月'], acrostic: '秋', seed: 7 } as const;

describe.skipIf(CHROMIUM === undefined)('the poet in a browser', () => {
  let pages: LibraryPages;
  beforeAll(async () => {
    pages = await LibraryPages.open();
  });
  afterAll(() => pages.close());

  it('writes the same poem for the same seed as in Node.js', { timeout: 120_000 }, async () => {
    const faults: string[] = [];
    const page = await pages.page(faults);
    const there = await page.evaluate(async (request): Promise<WrittenPoem & { grew: number }> => {
      const poet = await shiren.loadPoet({
        model: '/models/miniature',
        adapter: '/models/miniature-dpo',
        index: '/data/tang.index',
      });
      let grew = 0;
      const [poem] = await poet.write({ ...request, onToken: () => (grew += 1) });
      await poet.release();
      return { ...poem!, grew };
    }, REQUEST);
    expect(faults).toEqual([]);
    const poet = await Poet.load({ model: 'models/miniature', adapter: 'models/miniature-dpo' });
    const [here] = await poet.write(REQUEST);
    await poet.release();
    expect(there.text).toBe(here!.text);
    expect(there.check).toEqual(here!.check);
    expect(there.novelty).toHaveLength(4);
    expect(there.grew).toBeGreaterThan(20);
  });

  it('says what cannot be fetched', async () => {
    const page = await pages.page();
    const message = await page.evaluate(async () => {
      return shiren.loadPoet({ model: '/models/none' }).catch(String);
    });
    expect(message).toMatch(/models\/none\/.*: answered 404/);
    // An application's host has its page for everything.
    const page404 = await page.evaluate(async () => {
      return shiren.loadPoet({ model: '/?models' }).catch(String);
    });
    expect(page404).toMatch(/\?models\/.*: answered with a page, expected a file/);
  });
});
