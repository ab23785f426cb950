import { describe, expect, it } from 'vitest';
import { bootstrap, pairedDifference } from '../../src/evaluation/bootstrap.js';
import { measurePoem } from '../../src/evaluation/metrics.js';
import { examplePoems, formatReport, summarise } from '../../src/evaluation/report.js';

const POEM = '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。';
const ASKED = { form: '五言绝句', themes: ['山水', '饮酒'] } as const;
const measure = (text: string, lines: readonly string[] = []): ReturnType<typeof measurePoem> =>
  measurePoem(text, ASKED, new Set(lines));

describe('the metrics', () => {
  it('give a true poem full marks for form, rhyme and tone, and half its themes', () => {
    expect(measure(POEM)).toMatchObject({
      format: 1,
      rhyme: 1,
      tone: 1,
      variety: 1,
      style: 1,
      theme: 0.5,
      novelty: 1,
    });
  });

  it.each([
    ['a line too few', 'format', POEM.replace('，更上一层楼', '')],
    ['a rhyme broken', 'rhyme', POEM.replace('海流', '海月')],
    ['lines shuffled', 'tone', '黄河入海流，白日依山尽。\n更上一层楼，欲穷千里目。'],
    ['the theme missed', 'theme', '妾在深宫里，君行万里愁。\n红颜空自老，无泪为君流。'],
    ['one line over and over', 'variety', '白日依山尽，白日依山尽。\n白日依山尽，白日依山尽。'],
  ] as const)('score lower with %s (%s)', (_, metric, text) => {
    expect(measure(text)[metric]).toBeLessThan(measure(POEM)[metric]);
    expect(measure(text).overall).toBeLessThan(measure(POEM).overall);
  });

  it('count a recited poem for nothing', () => {
    const lines = ['白日依山尽', '黄河入海流', '欲穷千里目', '更上一层楼'];
    expect(measure(POEM, lines)).toMatchObject({ novelty: 0, overall: 0 });
  });

  it('survive text that is no poem', () => {
    for (const text of ['', '。', 'abc', '床', '床前\n\n明月。']) {
      for (const value of Object.values(measure(text))) expect(value >= 0 && value <= 1).toBe(true);
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
  it('holds the comparison, the poems side by side, and how figures were made', () => {
    const poem = (text: string): Parameters<typeof summarise>[0][number]['poems'][number] => ({
      prompt: '写一首[五言绝句] 要求4句',
      form: '五言绝句',
      themes: [],
      seed: 0,
      text,
      metrics: measure(text),
    });
    const results = [
      { name: 'base', poems: [poem('白日'), poem('黄河')] },
      { name: 'stage1', poems: [poem(POEM), poem(POEM)] },
    ];
    expect(summarise(results)[1]?.change).toMatchObject({ significant: true });
    expect(examplePoems(results, 1)).toContain('  [stage1]\n    白日依山尽，黄河入海流。\n    欲穷千里目');
    const report = formatReport(results, { temperature: 0.8, seeds: 1, examples: 2 });
    expect(report).toContain('| 白日 | 白日依山尽，黄河入海流。<br>欲穷千里目，更上一层楼。 |');
    expect(report).toContain('押韵 rhyme');
    expect(report).toContain('temperature 0.8');
  });
});
