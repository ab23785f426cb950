/** Charts of a comparison as SVG, drawn without a browser. */
import { BarChart, CustomChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { COLOURS } from '../support/colours.js';
import type { Summary } from './compare.js';
import type { MetricName } from './metrics.js';
import { titleOf } from './report.js';

use([BarChart, CustomChart, GridComponent, LegendComponent, SVGRenderer]);

interface DrawingParameters {
  readonly coordSys: { readonly x: number; readonly y: number };
}

interface DrawingArea {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  size(extent: readonly [number, number]): [number, number];
}

/** Bars for each metric, one a candidate, with their 95% intervals. */
export function intervalChart(
  summaries: readonly Summary[],
  metrics: readonly MetricName[],
  size: { readonly width: number; readonly height: number },
): string {
  const chart = init(null, undefined, { renderer: 'svg', ssr: true, ...size });
  const count = summaries.length;
  const bars = summaries.map(({ name, figures }, index) => ({
    name,
    type: 'bar' as const,
    barCategoryGap: '30%',
    barGap: '10%',
    itemStyle: { color: COLOURS[index % COLOURS.length] },
    data: metrics.map((metric) => figures[metric]?.mean ?? 0),
  }));
  const whiskers = summaries.map(({ figures }, index) => ({
    name: `${index}`,
    type: 'custom' as const,
    silent: true,
    z: 3,
    data: metrics.map((metric, at) => [at, figures[metric]?.low ?? 0, figures[metric]?.high ?? 0]),
    renderItem: (_: unknown, area: unknown) => whisker(area as DrawingArea & DrawingParameters, index, count),
  }));
  chart.setOption({
    animation: false,
    legend: { data: summaries.map(({ name }) => name), top: 0 },
    grid: { left: 40, right: 10, top: 56, bottom: 50 },
    xAxis: {
      type: 'category',
      data: metrics.map(titleOf),
      axisLabel: { interval: 0, width: 90, overflow: 'break' },
    },
    yAxis: { type: 'value', min: 0, max: 1 },
    series: [...bars, ...whiskers],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** The line of an interval over its bar. */
function whisker(area: DrawingArea, index: number, count: number) {
  const [category, low, high] = [area.value(0), area.value(1), area.value(2)];
  const band = area.size([1, 0])[0] * 0.7;
  const bar = band / (count + (count - 1) * 0.1);
  const offset = -band / 2 + bar / 2 + index * bar * 1.1;
  const [x, top] = area.coord([category, high]);
  const bottom = area.coord([category, low])[1];
  const style = { stroke: '#222', lineWidth: 1.2 };
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    type: 'line' as const,
    shape: { x1, y1, x2, y2 },
    style,
  });
  const at = x + offset;
  return {
    type: 'group' as const,
    children: [
      line(at, top, at, bottom),
      line(at - 3, top, at + 3, top),
      line(at - 3, bottom, at + 3, bottom),
    ],
  };
}
