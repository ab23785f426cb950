/**
 * The picture of the studio in the documents, from the real page as a reader meets it: `npx tsx scripts/studio-picture.ts` writes
 * docs/studio.png. Needs the built page (npm run build) and a Chromium (CHROMIUM names another than those that are looked for).
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { launchChromium } from '../test/chromium.js';

const PICTURE = 'docs/studio.png';
/** Pixels. */
const SIZE = { width: 1160, height: 700 };

const output = await mkdtemp(path.join(os.tmpdir(), 'shiren-picture-'));
const studio = spawn(process.execPath, ['bin/shiren.js', 'studio', '--port', '0', '--output', output], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const page = await (await launchChromium()).newPage({ locale: 'en-US', viewport: SIZE });
  await page.goto(await addressOf());
  await page.waitForSelector('.verdict');
  await page.hover('.line >> nth=0 >> ruby >> nth=4');
  await page.waitForLoadState('networkidle');
  await page.evaluate('document.fonts.ready');
  // What is seen first comes in; then it stands.
  await page.waitForTimeout(1000);
  await page.screenshot({ path: PICTURE });
  await page.context().browser()?.close();
} finally {
  studio.kill();
  await rm(output, { recursive: true, force: true });
}

/** The address that the studio prints when it listens. */
async function addressOf(): Promise<string> {
  for await (const line of createInterface({ input: studio.stdout })) {
    const address = /http:\S+/.exec(line)?.[0];
    if (address !== undefined) return address;
  }
  throw new Error('the studio ended before it listened');
}
