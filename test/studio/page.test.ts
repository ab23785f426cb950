/** The page in headless Chromium, end to end. Skipped, saying so, where no Chromium is found. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WriteSchema } from '../../src/studio/schemas.js';
import { ConstraintsSchema } from '../../src/writing/constraints/constraint-schema.js';
import { SamplingSchema } from '../../src/writing/decoding/generation-settings.js';
import { CHROMIUM, contentWidth, launchChromium } from '../chromium.js';
import { startStudio, type TestStudio } from '../studio.js';
import { tinyModel } from '../support-tiny-model.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SLOW = { timeout: 400_000 };

declare const axe: {
  run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
};

/** What axe finds wrong with the page as it is now. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** The lines of the poem that is shown large, without tones and marks. */
function linesOf(page: Page): Promise<string[]> {
  return page.locator('.card.best .line').evaluateAll((lines) =>
    lines.map((line) =>
      Array.from(line.querySelectorAll('ruby'))
        .map((ruby) => ruby.firstChild?.textContent)
        .join(''),
    ),
  );
}

/** How many slices of the font of poems the page has fetched. */
function loadedFonts(page: Page): Promise<number> {
  return page.evaluate(
    () => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.woff2')).length,
  );
}

describe.skipIf(CHROMIUM === undefined)('the page', () => {
  let studio: TestStudio;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    studio = await startStudio({
      recipes: ['recipes/mini.yaml', 'recipes/votes.yaml', 'recipes/grpo.yaml'],
    });
    browser = await launchChromium();
    page = await browser.newPage({ locale: 'zh-CN', viewport: { width: 1200, height: 900 } });
    page.setDefaultTimeout(150_000);
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      // A refusal that the page shows is no error of the page.
      const refusal = /status of 400/.test(message.text());
      if (message.type() === 'error' && !refusal) errors.push(message.text());
    });
    await page.goto(studio.address);
  });
  afterAll(async () => {
    await browser.close();
    await studio.app.close();
    expect(errors).toEqual([]);
  });
  /** Opens a part of the page, and waits until it is there. */
  const open = async (part: string): Promise<void> => {
    await page.click(`nav a[href="#${part}"]`);
    await page.waitForSelector(`nav a[href="#${part}"][aria-current]`);
  };

  it('opens with a poem and what was asked for; its characters are explained', async () => {
    expect(await page.innerText('.asked')).toBe('写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静');
    await page.waitForSelector('.verdict:has-text("五绝 · 平水韵 上平一东 ✓ · 合律")');
    // Of the font of poems the slices with these characters have come, and no more.
    await page.waitForFunction(() => document.fonts.check('1em "Noto Serif SC"', '自爱青山曲'));
    expect(await loadedFonts(page)).toBeLessThan(30);
    await page.hover('.line >> nth=0 >> ruby >> nth=4');
    expect(await page.innerText('.gloss')).toMatch(
      /^曲 仄声（入声，今普通话已无） · 入声二沃、入声一屋 · 此处须仄$/,
    );
    // With the keyboard: to the second line's last character, which rhymes.
    await page.focus('.line ruby >> nth=0');
    for (let step = 0; step < 9; step += 1) await page.keyboard.press('ArrowRight');
    expect(await page.innerText('.gloss')).toMatch(/^工 平声 · 上平一东 · 此处须平$/);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.gloss button:has-text("改写第2句")');
    await page.click('summary:has-text("详情")');
    expect(await page.innerText('.details dl')).toContain('models/miniature-dpo');
    expect(await faultsOf(page)).toEqual([]);
  });

  it('writes candidates, rewrites a line, keeps what was written', SLOW, async () => {
    await page.fill('label:has-text("主题") input', '秋天');
    await page.click('.suggestions button:has-text("明月")');
    expect(await page.inputValue('label:has-text("主题") input')).toBe('秋天、明月');
    await page.click('summary:has-text("更多要求")');
    await page.fill('label:has-text("藏头") input', '江月何人');
    await page.selectOption('select[name="template"]', '首句不入韵');
    // With the keyboard alone.
    await page.focus('button.primary');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.growing');
    await page.waitForSelector('.card .verdict');
    expect(await page.locator('.card').count()).toBe(4);
    const firsts = page.locator('.card.best .line ruby:first-of-type');
    expect((await firsts.allInnerTexts()).map((text) => text[0]).join('')).toBe('江月何人');
    expect(await page.locator('.card.best .rhyme').count()).toBe(2);
    expect(await faultsOf(page)).toEqual([]);
    const lines = await linesOf(page);
    await page.click('.card.best .line >> nth=2 >> ruby >> nth=1');
    await page.click('button:has-text("改写第3句")');
    await page.waitForSelector('.growing');
    await page.waitForSelector('.card .verdict');
    const again = await linesOf(page);
    expect(again.filter((_, index) => index !== 2)).toEqual(lines.filter((_, index) => index !== 2));
    await page.reload();
    await page.click('summary:has-text("从前所写 (2)")');
    const download = page.waitForEvent('download');
    await page.click('text=导出');
    const text = readFileSync(await (await download).path(), 'utf8');
    const [kept] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { lines: string[] });
    expect(kept!.lines).toEqual(again);
    await page.click('.history li button >> nth=1');
    expect(await linesOf(page)).toEqual(lines);
  });

  it('has a control for every key of a request', SLOW, async () => {
    await page.reload();
    await page.click('summary:has-text("更多要求")');
    const names = [WriteSchema, ConstraintsSchema, SamplingSchema].flatMap(({ properties }) =>
      Object.keys(properties),
    );
    for (const name of names) {
      // Of these two the keys are there one by one.
      if (name === 'constraints' || name === 'sampling') continue;
      // The script is the one that is typed in; a poem's card turns to the other.
      if (name === 'script') continue;
      expect([name, await page.locator(`form [name="${name}"]`).count()]).not.toEqual([name, 0]);
    }
    await page.selectOption('select[name="template"]', '仄起首句不入韵');
    await page.selectOption('select[name="rhyme"]', '下平十一尤');
    await page.fill('input[name="acrosticEnd"]', '月楼');
    await page.click('label:has-text("重字") input');
    await page.fill('input[name="candidates"]', '1');
    await page.click('button.primary');
    await page.waitForSelector('.card .verdict:has-text("下平十一尤")');
    const lasts = page.locator('.card.best .line ruby:last-of-type');
    expect((await lasts.allInnerTexts()).slice(0, 2).map((text) => text[0])).toEqual(['月', '楼']);
    await page.click('label:has-text("五言古诗") input');
    await page.selectOption('select[name="lineCount"]', '12');
    expect(await page.isDisabled('select[name="template"]')).toBe(true);
    expect(await faultsOf(page)).toEqual([]);
    await page.reload();
  });

  it('saves a poem as a picture, set vertically in traditional script', SLOW, async () => {
    await page.click('button.primary');
    await page.waitForSelector('.growing');
    await page.waitForSelector('.card .verdict');
    await page.click('text=竖排');
    await page.click('text=繁体');
    await page.click('.card.best >> text=分享');
    await page.waitForSelector('.preview');
    expect(await faultsOf(page)).toEqual([]);
    const save = async (kind: string): Promise<Buffer> => {
      const download = page.waitForEvent('download');
      await page.click(`.card.best >> text=${kind}`);
      return readFileSync(await (await download).path());
    };
    const svg = await save('SVG');
    const png = await save('PNG');
    expect(svg.toString()).toMatch(/^<svg [\s\S]*>\p{Script=Han}<\/text>/u);
    // It carries the characters of its font.
    expect(svg.toString()).toMatch(/@font-face\{[^}]*data:font\/woff2;base64,/);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.length).toBeGreaterThan(5000);
    await page.click('dialog >> text=关');
    await page.click('text=竖排');
    await page.click('text=繁体');
  });

  it('shows nothing that was written as HTML', async () => {
    await open('check');
    await page.fill('textarea', '<img src=x onerror=alert(1)>，黄河入海流。');
    await page.waitForSelector('.card >> text=黄');
    expect(await page.locator('.card img').count()).toBe(0);
  });

  it('checks a poem as it is typed, and explains a fault', async () => {
    await page.fill('textarea', '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。');
    await page.waitForSelector('.verdict:has-text("五绝 · 平水韵 下平十一尤 ✓ · 合律")');
    await page.fill('textarea', '白日依山尽，黄河入海流。欲穷千里目，更上一层山。');
    await page.waitForSelector('.verdict:has-text("✗")');
    const cells = page.locator('.meter tr:last-child td');
    expect((await cells.allInnerTexts()).map((text) => text.replace(/\s/g, ''))).toEqual([
      ...['◐更中', '●上仄', '●一仄', '○层平', '○山平'],
      '仄仄仄平平',
    ]);
    await page.click('.fault');
    expect(await page.innerText('.explanation')).toMatch(/出韵：韵脚须在同一平声韵部/);
    expect(await faultsOf(page)).toEqual([]);
  });

  it('mends a fault by a click, and says what it left out of a text', SLOW, async () => {
    await page.fill('textarea', '登鹳雀楼\n白日依山尽（一作没），黄河入海流。欲穷千里目，更上一层山。');
    await page.waitForSelector('text=略去：题 登鹳雀楼；注 一作没');
    await page.click('.fault');
    await page.click('.mends button >> nth=0');
    await page.waitForSelector('.verdict:has-text("✓ · 合律")');
    expect(await page.inputValue('textarea')).toMatch(
      /^登鹳雀楼\n白日依山尽（一作没），黄河入海流。欲穷千里目，更上一层[^山]。$/u,
    );
    expect(await faultsOf(page)).toEqual([]);
  });

  it('compares models, and keeps a blind vote', SLOW, async () => {
    await open('compare');
    await page.click('.suggestions button:has-text("送别")');
    await page.click('button.primary');
    await page.waitForSelector('text=此首最好');
    expect(await page.locator('.card h2').allInnerTexts()).toEqual(['诗1', '诗2']);
    expect(await faultsOf(page)).toEqual([]);
    await page.click('text=此首最好 >> nth=0');
    await page.waitForSelector('table td');
    const names = await page.locator('.card h2').allInnerTexts();
    expect(names.sort()).toEqual(['models/miniature', 'models/miniature-dpo']);
    const votes = await (await fetch(`${studio.address}/api/votes.jsonl`)).text();
    const pair = JSON.parse(votes) as { prompt: { content: string }[]; blind: boolean };
    expect([pair.prompt[0]!.content, pair.blind]).toEqual(['写一首[五言绝句] 要求4句 主题为: 送别', true]);
  });

  it('trains for ten steps, live, then shows the run beside others', SLOW, async () => {
    await open('train');
    await page.waitForSelector('.intro:has-text("教模型作诗")');
    await page.click('summary:has-text("细目")');
    await page.fill('label:has-text("max_steps") input', '10');
    await page.fill('label:has-text("sample_steps") input', '5');
    await page.click('button.primary');
    // What it takes is told before it starts.
    await page.waitForSelector('.estimate button.primary');
    expect(await page.locator('.estimate tbody td:first-child').allInnerTexts()).toEqual([
      ...['stage1-raw', 'stage2-clean', 'stage3-dpo'],
    ]);
    expect(await page.innerText('.estimate [role="status"]')).toMatch(/^共约 \d+ (秒|分钟)$/);
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.locator('.jobs li').count()).toBe(0);
    await page.click('.estimate button.primary');
    await page.waitForSelector('.jobs .state:has-text("进行中")');
    await page.waitForSelector('.progress:has-text("stage1-raw")');
    await page.waitForSelector('.samples pre');
    expect(await page.innerText('.progress')).toMatch(/损失 \d\.\d+ · \d+ tokens\/s · 剩余 .* · \d\.\d GB/);
    expect(await page.getAttribute('.chart', 'aria-label')).toMatch(/stage1-raw \d/);
    await page.click('.jobs >> text=停');
    await page.waitForSelector('.jobs .state:has-text("已停")');
    await page.click('.jobs >> text=续');
    await page.waitForSelector('.progress:has-text("stage3-dpo 10")');
    await page.waitForSelector('.jobs .state:has-text("已成")');
    await page.waitForSelector('figcaption:has-text("奖励")');
    await page.click('summary:has-text("从前的训练")');
    await page.click('label:has-text("stage1-raw") input');
    await page.click('label:has-text("stage2-clean") input');
    await page.waitForSelector('.chart[aria-label*="stage2-clean"]');
    expect(await faultsOf(page)).toEqual([]);
  });

  it('shows what GRPO samples, and its rewards', SLOW, async () => {
    await page.click('label:has-text("强化学习")');
    // The test before may have opened it.
    const details = page.locator('details:has(> summary:has-text("细目"))');
    await details.evaluate((element) => element.setAttribute('open', ''));
    expect(await page.inputValue('label:has-text("配方") select')).toBe('recipes/grpo.yaml');
    await page.fill('label:has-text("max_steps") input', '2');
    await page.fill('label:has-text("sample_steps") input', '1');
    await page.click('button.primary');
    await page.click('text=不等，即刻开始');
    await page.waitForSelector('.progress:has-text("取样")');
    expect(await page.innerText('.progress')).toMatch(
      /grpo \d\/2 .* 奖励 \d\.\d+ .* 取样 \d+% · 评判 \d+% · 训练 \d+%/,
    );
    await page.waitForSelector('figcaption:has-text("奖励（grpo）")');
    await page.waitForSelector('.chart[aria-label*="rewards/rhyme/mean"]');
    await page.waitForSelector('.samples pre');
    await page.waitForSelector('.jobs li:first-child .state:has-text("已成")');
  });

  it('evaluates what was trained, and shows the report', SLOW, async () => {
    await open('evaluate');
    await page.waitForSelector('label:has-text("stage3-dpo") input');
    await page.click('label:has-text("stage3-dpo") input');
    await page.fill('label:has-text("题数") input', '4');
    await page.click('button.primary');
    await page.waitForSelector('.jobs .state:has-text("已成")');
    const report = page.frameLocator('.report');
    await report.locator('h1:has-text("Comparison")').waitFor();
    expect(await report.locator('thead').first().innerText()).toContain('stage3-dpo');
    expect(await faultsOf(page)).toEqual([]);
  });

  it('takes another model, and says what is wrong with one', SLOW, async () => {
    await open('write');
    await page.click('summary:has-text("另加模型")');
    await page.fill('label:has-text("底模") input', 'no/such/folder');
    await page.click('button:has-text("加入")');
    expect(await page.innerText('details .error')).toMatch(/no\/such\/folder/);
    const { folder } = await tinyModel();
    await page.fill('label:has-text("底模") input', folder);
    await page.click('button:has-text("加入")');
    await page.waitForSelector(`option:has-text("${folder}")`, { state: 'attached' });
    expect(await page.inputValue('label:has-text("模型") >> select')).toBe(folder);
    await page.click('button.primary');
    // It writes too fast to be seen growing: the poem that the page opens with goes.
    await page.waitForSelector('.card:has-text("自爱青山曲")', { state: 'detached' });
    await page.waitForSelector('.card .verdict:has-text("合律")');
    await page.reload();
  });

  it('asks for the token where the studio has one', SLOW, async () => {
    const guarded = await startStudio({ token: 'moon' });
    const visitor = await browser.newPage({ locale: 'en-US' });
    await visitor.goto(guarded.address);
    await visitor.fill('label:has-text("token") input', 'sun');
    await visitor.click('button:has-text("enter")');
    await visitor.fill('label:has-text("token") input', 'moon');
    await visitor.click('button:has-text("enter")');
    await visitor.click('button:has-text("Write")');
    await visitor.waitForSelector('.growing');
    await visitor.waitForSelector('.card .verdict:has-text("regulated")', { timeout: 60_000 });
    await visitor.close();
    await guarded.app.close();
  });

  it('turns dark, and stays so', async () => {
    await page.click('button[aria-label="深色"]');
    await page.reload();
    await page.waitForSelector('button[aria-label="浅色"]');
    expect(await page.evaluate(() => getComputedStyle(document.body).colorScheme)).toBe('dark');
    await page.evaluate(() => localStorage.removeItem('shiren-theme'));
    await page.reload();
  });

  it('speaks both languages, is read by all in light and dark, and fits a phone', SLOW, async () => {
    const names = {
      中文: { write: '写诗', check: '格律', compare: '比较', train: '训练', evaluate: '评测' },
      English: { write: 'Write', check: 'Check', compare: 'Compare', train: 'Train', evaluate: 'Evaluate' },
    };
    await page.setViewportSize({ width: 360, height: 700 });
    for (const [language, parts] of Object.entries(names)) {
      if (language === 'English') await page.click('button:has-text("English")');
      for (const [part, name] of Object.entries(parts)) {
        await open(part);
        expect(await page.innerText('nav [aria-current]')).toBe(name);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          expect([part, language, await contentWidth(page)]).toEqual([part, language, 360]);
          expect([part, language, colorScheme, await faultsOf(page)]).toEqual([
            part,
            language,
            colorScheme,
            [],
          ]);
        }
      }
    }
    expect(await page.getAttribute('html', 'lang')).toBe('en');
  });
});
