/** Pages of a headless browser that have the bundled library, served from this package's files. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../chromium.js';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.html': 'text/html',
};

const PAGE =
  '<!doctype html><script type="module">globalThis.shiren = await import("/dist/shiren.browser.js")</script>';

/** Serves files of the package, and at / a page that has the library. @param headers of every answer */
function serveFiles(headers: Readonly<Record<string, string>>): Server {
  return createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname;
    response.setHeader('content-type', TYPES[path.extname(name)] ?? 'application/octet-stream');
    for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
    if (name === '/') {
      response.setHeader('content-type', 'text/html');
      response.end(PAGE);
      return;
    }
    readFile(path.join('.', path.normalize(name))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
}

/** A browser, and a server of this package's files for it. */
export class LibraryPages {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
  ) {}

  static async open(headers: Readonly<Record<string, string>> = {}): Promise<LibraryPages> {
    const server = serveFiles(headers);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new LibraryPages(server, await launchChromium());
  }

  /** A page whose `shiren` is the library. @param faults gets what the page throws and nobody catches */
  async page(faults: string[] = []): Promise<Page> {
    const page = await this.browser.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    await this.load(page);
    return page;
  }

  /** Loads the library's page, or loads it anew. */
  async load(page: Page): Promise<void> {
    await page.goto(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
    await page.waitForFunction(() => 'shiren' in globalThis);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}
