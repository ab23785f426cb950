import { describe, expect, it } from 'vitest';
import { bootstrap, pairedDifference } from '../../src/evaluation/bootstrap.js';
import { measurePoem } from '../../src/evaluation/metrics.js';
import { duels, summarise } from '../../src/evaluation/compare.js';
import { formatHtmlReport } from '../../src/evaluation/report-html.js';
import { examplePoems, formatReport } from '../../src/evaluation/report.js';
import { Yardstick } from '../../src/evaluation/yardstick.js';
import { readThemeWeights } from '../../src/corpus/theme-weights.js';
import { ThemeMeasure } from '../../src/poetry/theme-measure.js';

const themes = new ThemeMeasure(await readThemeWeights('data/themes.json'));

const POEM = '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。';
const ASKED = { form: '五言绝句', themes: ['山水', '江河'] } as const;
/** Lines that have the pairs of the poem, and are no lines of it. */
const PAIRS = [
  '白日依山',
  '依山尽',
  '黄河入',
  '河入海',
  '入海流',
  '欲穷',
  '穷千里',
  '里目',
  '更上',
  '上一层',
  '层楼',
];
const measure = (text: string, lines: readonly string[] = PAIRS): ReturnType<typeof measurePoem> =>
  measurePoem(
    text,
    ASKED,
    new Yardstick({ lines, themes, poems: [{ title: '登鹳雀楼', author: '王之涣', text: POEM }] }),
  );

describe('the metrics', () => {
  it('give a true poem full marks for form, rhyme and tone, and know it', () => {
    expect(measure(POEM)).toMatchObject({
      format: 1,
      rhyme: 1,
      rhymed: 1,
      tone: 1,
      adhesion: 1,
      faultless: 1,
      variety: 1,
      parallelism: null,
      perplexity: null,
      novelty: 1,
      distance: 0,
    });
    expect(measure(POEM).diction).toBeGreaterThan(0.8);
    expect(measure(POEM).theme).toBeGreaterThan(0.5);
  });

  it('take words of today for bad style', () => {
    const modern = '我们的电脑，没有什么用。\n因为这时候，已经很平庸。';
    expect(measure(modern).diction).toBe(0);
  });

  it('find what is copied', () => {
    const copied = measure('白日依山近，黄河出海流。\n欲穷千里外，更下一层楼。', [
      '白日依山尽',
      '黄河入海流',
      '欲穷千里目',
      '更上一层楼',
    ]);
    expect(copied).toMatchObject({ novelty: 0, longest: 4, copied: 0.25 });
    expect(copied.distance ?? NaN).toBeGreaterThan(0.2);
    expect(copied.distance ?? NaN).toBeLessThan(0.6);
  });

  it.each([
    ['a line too few', 'format', POEM.replace('，更上一层楼', '')],
    ['a rhyme broken', 'rhyme', POEM.replace('海流', '海月')],
    ['lines shuffled', 'tone', '黄河入海流，白日依山尽。\n更上一层楼，欲穷千里目。'],
    ['the theme missed', 'theme', '妾在深宫里，君行万里愁。\n红颜空自老，无泪为君流。'],
    ['one line over and over', 'variety', '白日依山尽，白日依山尽。\n白日依山尽，白日依山尽。'],
  ] as const)('score lower with %s (%s)', (_, metric, text) => {
    expect(measure(text)[metric] ?? NaN).toBeLessThan(measure(POEM)[metric] ?? NaN);
    expect(measure(text).overall).toBeLessThan(measure(POEM).overall);
  });

  it('count a recited poem for nothing', () => {
    const lines = ['白日依山尽', '黄河入海流', '欲穷千里目', '更上一层楼'];
    expect(measure(POEM, lines)).toMatchObject({ novelty: 0, overall: 0 });
  });

  it('survive text that is no poem', () => {
    for (const text of ['', '。', 'abc', '床', '床前\n\n明月。']) {
      for (const [name, value] of Object.entries(measure(text))) {
        expect(
          value === null || (value >= 0 && value <= (name === 'longest' ? 7 : 1)),
          `${text} ${name}`,
        ).toBe(true);
      }
    }
  });
});

describe('uncertainty', () => {
  const values = Array.from({ length: 200 }, (_, index) => (index % 10) / 10);

  it('puts the mean inside an interval that narrows with more values', () => {
    const few = bootstrap(values.slice(0, 20));
    const many = bootstrap(values);
    expect(many.low).toBeLessThan(many.mean);
    expect(many.high).toBeGreaterThan(many.mean);
    expect(many.high - many.low).toBeLessThan(few.high - few.low);
  });

  it('calls a steady difference significant, and noise not', () => {
    expect(
      pairedDifference(
        values,
        values.map((value) => value + 0.1),
      ).significant,
    ).toBe(true);
    expect(
      pairedDifference(
        values,
        values.map((value, i) => value + (i % 2 ? 0.1 : -0.1)),
      ).significant,
    ).toBe(false);
  });
});

describe('the report', () => {
  it('shows what was written as text, whatever Markdown it would be', () => {
    const text = '[月](javascript:x) | **山**\n<img src=x> `水` ~~云~~ _风_ &amp; \\|';
    const written = (name: string) => ({
      name,
      poems: [
        {
          ...{ prompt: text, promptIndex: 0, form: '五言绝句' as const, themes: [], seed: 0, text },
          metrics: measure(text),
        },
      ],
    });
    const settings = { temperature: 0.8, seeds: 1, prompts: 1, examples: 1, baseline: 'previous' as const };
    const report = formatReport([written('a|b'), written('<b>*')], settings);
    const shown =
      '\\[月\\](javascript:x) \\| \\*\\*山\\*\\*<br>&lt;img src=x\\> \\`水\\` \\~\\~云\\~\\~ \\_风\\_ &amp;amp; \\\\\\|';
    expect(report).toContain(`### ${shown}\n`);
    expect(report).toContain(`| ${shown} | ${shown} |`);
    expect(report).toContain('| a\\|b | &lt;b\\>\\* |');
    expect(report).not.toMatch(/<img|<b>|\[月\]\(/u);
  });

  it('holds the comparison, the poems side by side, and how figures were made', () => {
    const poem = (text: string): Parameters<typeof summarise>[0][number]['poems'][number] => ({
      prompt: `写一首[五言绝句] 要求4句 ${text.length > 3 ? '' : '<b>'}`,
      promptIndex: 0,
      form: '五言绝句',
      themes: [],
      seed: 0,
      text,
      metrics: measure(text),
    });
    const results = [
      { name: 'base', poems: [poem('白日'), { ...poem('<script>'), promptIndex: 1 }] },
      { name: 'stage1', poems: [poem(POEM), { ...poem(POEM), promptIndex: 1 }] },
    ];
    expect(summarise(results)[1]?.changes?.overall).toMatchObject({ significant: true });
    expect(duels(results)).toMatchObject([
      { left: 'base', right: 'stage1', wins: { mean: 1 }, significant: true },
    ]);
    expect(examplePoems(results, 1)).toContain('  [stage1]\n    白日依山尽，黄河入海流。\n    欲穷千里目');
    const settings = { temperature: 0.8, seeds: 1, prompts: 2, examples: 2, baseline: 'previous' as const };
    const report = formatReport(results, settings);
    expect(report).toContain('| 白日 | 白日依山尽，黄河入海流。<br>欲穷千里目，更上一层楼。 |');
    expect(report).toContain('押韵 rhyme');
    expect(report).toContain('temperature 0.8');
    const html = formatHtmlReport(results, settings);
    expect(html).toContain('<svg');
    expect(html).toContain('<rt>平</rt>');
    expect(html).not.toContain('<b>');
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(html).not.toMatch(/(?:src|href)=/);
  });
});
