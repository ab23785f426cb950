/** The library in headless Chromium, against the same library here. Skipped, saying so, where no Chromium is found. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as library from '../../src/browser/index.js';
import { Poet } from '../../src/writing/poet.js';
import { CHROMIUM, launchChromium } from '../chromium.js';
import type { WrittenPoem } from '../../src/writing/written-poem.js';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.html': 'text/html',
};

/** What the page has of the library. */
declare const shiren: Pick<typeof library, 'loadPoet'>;

/** Serves files of the package, and at / a page that has the library. */
function serveFiles(): Server {
  return createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname;
    response.setHeader('content-type', TYPES[path.extname(name)] ?? 'application/octet-stream');
    if (name === '/') {
      response.setHeader('content-type', 'text/html');
      response.end(
        '<!doctype html><script type="module">globalThis.shiren = await import("/dist/shiren.browser.js")</script>',
      );
      return;
    }
    readFile(path.join('.', path.normalize(name))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
}

const REQUEST = { form: '五言绝句', themes: ['秋天', '明月'], acrostic: '秋', seed: 7 } as const;

describe.skipIf(CHROMIUM === undefined)('the poet in a browser', () => {
  let server: Server;
  let browser: Browser;
  let origin: string;
  beforeAll(async () => {
    server = serveFiles();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  it('writes the same poem for the same seed as in Node.js', { timeout: 120_000 }, async () => {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(origin);
    await page.waitForFunction(() => 'shiren' in globalThis);
    const there = await page.evaluate(async (request): Promise<WrittenPoem & { grew: number }> => {
      const poet = await shiren.loadPoet({
        model: '/models/miniature',
        adapter: '/models/miniature-dpo',
        index: '/data/tang.index',
        wasm: '/node_modules/onnxruntime-web/dist/',
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
    const page = await browser.newPage();
    await page.goto(origin);
    await page.waitForFunction(() => 'shiren' in globalThis);
    const message = await page.evaluate(async () => {
      return shiren.loadPoet({ model: '/models/none' }).catch(String);
    });
    expect(message).toMatch(/models\/none\/.*: answered 404/);
  });
});
