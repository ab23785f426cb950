/** Curves over steps, live, as SVG; the legend says the values at the step that is pointed at. */
import { scaleLinear } from 'd3-scale';
import { useState } from 'preact/hooks';
import { colourOf } from '../../view/colours.js';
import { Legend } from '../../view/legend.js';

type Point = readonly [step: number, value: number];

export interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
}

/** In units of the drawing, which are pixels where there is room. */
const SIZE = { width: 560, height: 250 };
const PLOT = { left: 48, right: SIZE.width - 12, top: 8, bottom: SIZE.height - 24 };
const TICKS = 6;

/** A scale that values fill, between two places of the drawing; a single value stands in its middle. */
function scale(values: readonly number[], from: number, to: number) {
  const [first = 0] = values;
  const least = values.reduce((a, b) => Math.min(a, b), first);
  const most = values.reduce((a, b) => Math.max(a, b), first);
  const room = least === most ? 1 : 0;
  return scaleLinear([least - room, most + room], [from, to]);
}

export function LineChart({ title, curves }: { title: string; curves: readonly Curve[] }) {
  const [pointed, setPointed] = useState<number>();
  const points = curves.flatMap((curve) => curve.points);
  const x = scale(
    points.map(([step]) => step),
    PLOT.left,
    PLOT.right,
  );
  const y = scale(
    points.map(([, value]) => value),
    PLOT.bottom,
    PLOT.top,
  ).nice(TICKS);
  const pointAt = ({ clientX, currentTarget }: PointerEvent): void => {
    const { left, width } = (currentTarget as SVGElement).getBoundingClientRect();
    setPointed(x.invert(((clientX - left) / width) * SIZE.width));
  };
  const shown = curves.map(({ name, points: all }) => ({
    name,
    points: all,
    point: pointed === undefined ? undefined : nearest(all, pointed),
  }));
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <Legend names={shown.map(({ name, point }) => (point ? `${name} ${told(point)}` : name))} />
      <div class="chart" role="img" aria-label={`${title}: ${describe(curves)}`}>
        <svg
          viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
          onPointerMove={pointAt}
          onPointerLeave={() => setPointed(undefined)}
        >
          {y.ticks(TICKS).map((tick) => (
            <g key={tick}>
              <line class="grid" x1={PLOT.left} x2={PLOT.right} y1={y(tick)} y2={y(tick)} />
              <text x={PLOT.left - 6} y={y(tick) + 4} text-anchor="end">
                {y.tickFormat(TICKS)(tick)}
              </text>
            </g>
          ))}
          {x
            .ticks(TICKS)
            .filter(Number.isInteger)
            .map((tick) => (
              <text key={tick} x={x(tick)} y={SIZE.height - 6} text-anchor="middle">
                {tick}
              </text>
            ))}
          {shown.map(({ name, points: all, point }, index) => (
            <g key={name} stroke={colourOf(index)} fill={colourOf(index)}>
              <polyline
                fill="none"
                stroke-width="1.5"
                points={all.map(([step, value]) => `${x(step)},${y(value)}`).join(' ')}
              />
              {(point ? [point] : all.length < 3 ? all : []).map(([step, value]) => (
                <circle key={step} cx={x(step)} cy={y(value)} r="3" />
              ))}
            </g>
          ))}
        </svg>
      </div>
    </figure>
  );
}

/** The point of a curve that is nearest to a step. */
function nearest(points: readonly Point[], step: number): Point | undefined {
  const distance = ([at]: Point): number => Math.abs(at - step);
  return points.reduce<Point | undefined>(
    (best, point) => (best && distance(best) <= distance(point) ? best : point),
    undefined,
  );
}

const told = ([step, value]: Point): string => `${value.toPrecision(3)} (${step})`;

/** What the chart says, for those who do not see it: the last value of each curve. */
function describe(curves: readonly Curve[]): string {
  return curves
    .map(({ name, points }) => {
      const last = points.at(-1);
      return last ? `${name} ${told(last)}` : name;
    })
    .join(', ');
}
