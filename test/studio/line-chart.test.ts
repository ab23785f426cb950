import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, it } from 'vitest';
import { LineChart, type Curve } from '../../src/studio/page/line-chart.js';

const drawn = (...curves: Curve[]): string => renderToString(h(LineChart, { title: 'loss', curves }));
/** The places of each curve's points. */
const places = (chart: string): number[][][] =>
  [...chart.matchAll(/<polyline [^>]*points="([^"]*)"/g)].map(([, points = '']) =>
    points
      .split(' ')
      .filter(Boolean)
      .map((point) => point.split(',').map(Number)),
  );

describe('a chart of curves', () => {
  const chart = drawn(
    {
      name: 'raw',
      points: [
        [0, 4],
        [5, 2],
        [10, 1],
      ],
    },
    { name: '<i>clean</i>', points: [[5, 2]] },
  );

  it('puts all curves on one scale: steps to the right, values upwards', () => {
    const [[first, middle, last], [same]] = places(chart) as [number[][], number[][]];
    expect(middle![0]! - first![0]!).toBeCloseTo(last![0]! - middle![0]!, 6);
    expect(first![1]! - middle![1]!).toBeCloseTo(2 * (middle![1]! - last![1]!), 6);
    expect(middle![1]!).toBeGreaterThan(first![1]!);
    expect(same).toEqual(middle);
  });

  it('says in words where each curve stands; names are text', () => {
    expect(chart).toContain('loss: raw 1.00 (10), &lt;i>clean&lt;/i> 2.00 (5)');
    expect(chart).not.toContain('<i>');
  });

  it('shows a single point, equal values, and that there is nothing yet', () => {
    expect(drawn({ name: 'one', points: [[3, 0.5]] })).toContain('<circle');
    for (const points of [
      [[3, 0.5]],
      [
        [3, 0],
        [4, 0],
      ],
      [],
    ] as Curve['points'][]) {
      expect(drawn({ name: 'few', points })).not.toContain('NaN');
    }
  });
});
