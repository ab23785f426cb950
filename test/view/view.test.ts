import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, it } from 'vitest';
import { checkPoem } from '../../src/poetry/prosody/check.js';
import { IntervalChart } from '../../src/view/interval-chart.js';
import { faultsByLine, PoemLine } from '../../src/view/poem-lines.js';

describe('a chart of intervals', () => {
  const bar = (mean: number) => ({ mean, low: mean - 0.1, high: mean + 0.1 });
  const chart = renderToString(
    h(IntervalChart, {
      categories: [['押韵', 'rhyme'], ['粘对', 'adhesion and opposition'], ['辞'], ['题'], ['新'], ['总']],
      series: [
        { name: '<b>base</b>', bars: [bar(0.25), null, bar(0.5), null, null, null] },
        { name: 'dpo', bars: [bar(1), bar(0.5), bar(0.5), null, null, null] },
      ],
    }),
  );

  it('has a bar and a whisker for each figure that there is, as high as the figure', () => {
    const heights = [...chart.matchAll(/<rect [^>]*height="([\d.]+)"/g)].map(([, height]) => Number(height));
    expect(heights).toHaveLength(5);
    expect(heights[1]! / heights[0]!).toBeCloseTo(4, 6);
    expect(heights[2]).toBeCloseTo(heights[4]!, 6);
    expect(chart.match(/class="whisker"/g)).toHaveLength(5);
  });

  it('says in words what it shows, names are text, and long labels take two lines', () => {
    expect(chart).toContain('dpo: 押韵 rhyme 1.00, 粘对 adhesion and opposition 0.50');
    expect(chart).not.toContain('<b>');
    expect(chart).toMatch(/>adhesion and<\/text>.*>opposition<\/text>/s);
  });
});

describe('a line of a poem', () => {
  const poem = checkPoem('白日依山尽，黄河入海流。欲穷千里目，更上一层楼。');
  const line = (at: number, settings: object = {}): string =>
    renderToString(
      h(PoemLine, {
        line: poem.lines[at]!,
        rhymes: poem.lines[at]!.rhymes,
        tones: true,
        faulty: false,
        explanation: '',
        ...settings,
      }),
    );

  it('has the tone under each character, and marks the rhyme', () => {
    expect(line(1).replace(/ (class|title)="[^"]*"/g, '')).toContain('<ruby>黄<rt>平</rt></ruby>');
    expect(line(1).match(/class="\w+ rhyme"/g)).toHaveLength(1);
    expect(line(0)).not.toContain('rhyme');
    expect(line(0, { tones: false })).not.toContain('<rt>平');
  });

  it('explains a fault in a title, but where a character is pointed at and picked', () => {
    const wrong = { faulty: true, explanation: '"孤平"' };
    expect(line(0, wrong)).toContain('<span class="fault" title="&quot;孤平&quot;">');
    const nothing = (): void => undefined;
    const picking = { picked: 2, entered: 0, pick: nothing, point: nothing };
    const picked = line(0, { ...wrong, picking });
    expect(picked).toContain('<span class="line picked"><span class="fault">');
    expect(picked.match(/role="button"/g)).toHaveLength(5);
    expect(picked.match(/aria-pressed="true"/g)).toHaveLength(1);
  });

  it('finds its faults by its number', () => {
    const check = checkPoem('白日依山尽，黄河入海流。欲穷千里目，更上一层山。');
    const faults = faultsByLine(check);
    expect([...faults.values()].flat()).toHaveLength(check.violations.length);
    for (const [number, own] of faults) expect(own.every(({ line: at }) => at === number)).toBe(true);
    expect(faults.size).toBeGreaterThan(0);
  });
});
