/** The static site in headless Chromium, from a host that only serves files. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import files from '@fastify/static';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../chromium.js';
import { shiren } from '../shiren.js';

/** Two quatrains, and a poem in no form that is written. */
const POEMS = `相思
王维
红豆生南国，春来发几枝。
愿君多采撷，此物最相思。

江雪
柳宗元
千山鸟飞绝，万径人踪灭。
孤舟蓑笠翁，独钓寒江雪。

渡易水歌
风萧萧兮易水寒，壮士一去兮不复还。`;

describe('the static site', () => {
  const folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'shiren-site-')), 'site');

  it('is written whole, over an earlier one, and over nothing else', () => {
    for (const round of [1, 2]) {
      expect([round, shiren(['studio', '--static', folder]).code]).toEqual([round, 0]);
    }
    expect(existsSync(path.join(folder, 'runtime/ort-wasm-simd-threaded.wasm'))).toBe(true);
    const other = mkdtempSync(path.join(os.tmpdir(), 'shiren-other-'));
    writeFileSync(path.join(other, 'mine.txt'), '');
    const { code, err } = shiren(['studio', '--static', other]);
    expect([code, err]).toEqual([2, expect.stringContaining('holds something else')]);
  });

  it.skipIf(CHROMIUM === undefined)('writes and checks without a server', { timeout: 400_000 }, async () => {
    const host = fastify();
    await host.register(files, { root: folder, prefix: '/poems/' });
    const address = await host.listen({ host: '127.0.0.1', port: 0 });
    const browser = await launchChromium();
    const page = await browser.newPage({ locale: 'zh-CN' });
    page.setDefaultTimeout(150_000);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(`${address}/poems/index.html`);
    await page.waitForSelector('.suggestions');
    expect(await page.locator('nav a').allInnerTexts()).toEqual(['写诗', '格律', '训练']);
    await page.click('summary:has-text("更多要求")');
    await page.fill('label:has-text("候选") input', '1');
    await page.fill('label:has-text("藏头") input', '春');
    await page.click('button.primary');
    await page.waitForSelector('.growing');
    await page.waitForSelector('.verdict:has-text("合律")');
    expect(await page.locator('.line ruby').first().innerText()).toMatch(/^春/);
    await page.click('nav a[href="#check"]');
    await page.waitForSelector('.verdict:has-text("五绝")');
    await page.click('nav a[href="#train"]');
    await page.fill('textarea', POEMS);
    await page.fill('label:has-text("步数") input', '20');
    await page.click('button:has-text("训练")');
    await page.waitForSelector('p.progress:has-text("/20")');
    await page.click('button:has-text("停")');
    await page.waitForSelector('button.primary:not([disabled])');
    await page.click('button.primary');
    await page.waitForSelector('button:has-text("adapter_model.safetensors")');
    expect(await page.locator('p.progress').innerText()).toMatch(/^20\/20/);
    expect(await page.locator('main').innerText()).toMatch(/学 2 首；1 首不合诗体/);
    expect(await page.locator('.samples pre').first().innerText()).toMatch(/\p{Script=Han}{5}/u);
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.click('button:has-text("adapter_config.json")'),
    ]);
    const adapter = JSON.parse(readFileSync(await saved.path(), 'utf8')) as Record<string, unknown>;
    expect(adapter).toMatchObject({ peft_type: 'LORA', base_model_name_or_path: 'models/miniature', r: 16 });
    expect(errors).toEqual([]);
    await browser.close();
    await host.close();
  });
});
