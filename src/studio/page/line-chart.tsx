/** Curves over steps, live. */
import { LineChart as EchartsLine } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'preact/hooks';
import { COLOURS } from '../../view/colours.js';

use([EchartsLine, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export interface Curve {
  readonly name: string;
  /** Step and value. */
  readonly points: readonly (readonly [number, number])[];
}

/** Faint on light and on dark paper. */
const GRID = { lineStyle: { color: '#8884' } };

export function LineChart({ title, curves }: { title: string; curves: readonly Curve[] }) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  useEffect(() => {
    if (!element.current) return;
    const drawn = init(element.current);
    chart.current = drawn;
    const observer = new ResizeObserver(() => drawn.resize());
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      drawn.dispose();
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(
      {
        animation: false,
        color: [...COLOURS],
        legend: { top: 0, type: 'plain', textStyle: { color: '#777' } },
        // As text on the canvas: the page's policy allows no inline styles.
        tooltip: { trigger: 'axis', renderMode: 'richText' },
        grid: { left: 48, right: 12, top: 32, bottom: 28 },
        xAxis: { type: 'value', minInterval: 1, splitLine: GRID },
        yAxis: { type: 'value', scale: true, splitLine: GRID },
        series: curves.map(({ name, points }) => ({
          name,
          type: 'line',
          showSymbol: points.length < 3,
          data: points.map(([step, value]) => [step, value]),
        })),
      },
      { notMerge: true },
    );
  }, [curves]);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <div class="chart" ref={element} role="img" aria-label={`${title}: ${describe(curves)}`} />
    </figure>
  );
}

/** What the chart says, for those who do not see it: the last value of each curve. */
function describe(curves: readonly Curve[]): string {
  return curves
    .map(({ name, points }) => {
      const last = points.at(-1);
      return last ? `${name} ${last[1].toPrecision(3)} (${last[0]})` : name;
    })
    .join(', ');
}
