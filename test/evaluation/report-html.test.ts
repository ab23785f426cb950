/** report.html in a real browser: no network, no script error, room on a phone, filters that filter. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CandidateResult } from '../../src/evaluation/evaluate.js';
import { measurePoem } from '../../src/evaluation/metrics.js';
import { formatHtmlReport } from '../../src/evaluation/report-html.js';
import { Yardstick } from '../../src/evaluation/yardstick.js';
import type { FormName } from '../../src/poetry/forms/forms.js';
import { ThemeMeasure } from '../../src/poetry/theme-measure.js';
import { CHROMIUM, contentWidth, launchChromium } from '../chromium.js';

const yardstick = new Yardstick({ lines: [], themes: new ThemeMeasure({}) });
const QUATRAIN = '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。';
const SEVEN = '朝辞白帝彩云间，千里江陵一日还。\n两岸猿声啼不住，轻舟已过万重山。';

function result(name: string, texts: readonly string[]): CandidateResult {
  const asked: [FormName, string[]][] = [
    ['五言绝句', ['山水']],
    ['七言绝句', ['舟', '山']],
  ];
  return {
    name,
    poems: asked.map(([form, themes], index) => ({
      prompt: `写一首[${form}] 主题为: ${themes.join('、')}`,
      promptIndex: index,
      form,
      themes,
      seed: 0,
      text: texts[index] ?? '',
      metrics: measurePoem(texts[index] ?? '', { form, themes }, yardstick),
    })),
  };
}

describe.skipIf(CHROMIUM === undefined)('report.html', () => {
  let browser: Browser;
  let url: string;
  beforeAll(async () => {
    const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'shiren-report-')), 'report.html');
    const results = [
      result('base', ['<img src=x onerror=alert(1)>', '月']),
      result('dpo', [QUATRAIN, SEVEN]),
    ];
    writeFileSync(
      file,
      formatHtmlReport(results, {
        temperature: 0.8,
        seeds: 1,
        prompts: 2,
        examples: 2,
        baseline: 'previous',
      }),
    );
    url = `file://${file}`;
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it('needs no network and no more than the width of a phone, and runs nothing that a model wrote', async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 800 } });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('dialog', (dialog) => void faults.push(dialog.message()));
    page.on('request', (request) => request.url() !== url && faults.push(request.url()));
    await page.goto(url);
    expect(faults).toEqual([]);
    expect(await contentWidth(page)).toBeLessThanOrEqual(360);
    expect(await page.locator('svg').count()).toBe(2);
    expect(await page.locator('img').count()).toBe(0);
    await page.close();
  });

  it('shows tones under the characters, and filters by form and theme', async () => {
    const page = await browser.newPage();
    await page.goto(url);
    expect(await page.locator('ruby.level rt', { hasText: '平' }).count()).toBeGreaterThan(10);
    expect(await page.locator('.fault').count()).toBeGreaterThan(0);
    const visible = (): Promise<number> => page.locator('article:visible').count();
    expect(await visible()).toBe(2);
    await page.selectOption('#form', '七言绝句');
    expect(await visible()).toBe(1);
    await page.selectOption('#theme', '山水');
    expect(await visible()).toBe(0);
    await page.selectOption('#form', '');
    expect(await visible()).toBe(1);
    await page.close();
  });
});
