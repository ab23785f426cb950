/** @jsxRuntime automatic @jsxImportSource preact */
/** A chart of figures with their intervals, as SVG: bars for each figure, one a series, with a whisker each. */
import { colourOf } from './colours.js';
import { Legend } from './legend.js';

/** A figure from 0 to 1. */
export interface ChartBar {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

interface IntervalChartProps {
  /** What stands beneath each group of bars, a line each. */
  readonly categories: readonly (readonly string[])[];
  /** For each series its name, and for each category its bar; null where there is none. */
  readonly series: readonly { readonly name: string; readonly bars: readonly (ChartBar | null)[] }[];
}

/** In units of the drawing, which are pixels where there is room. */
const SIZE = { width: 760, height: 294 };
const MARGIN = { left: 36, right: 8, top: 10, bottom: 58 };
const PLOT = {
  width: SIZE.width - MARGIN.left - MARGIN.right,
  height: SIZE.height - MARGIN.top - MARGIN.bottom,
};
/** Shares of a category's width that its bars take, and of a bar's that lies between two. */
const [FILLED, GAP] = [0.7, 0.1];
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
const LINE_HEIGHT = 15;

/** Of a label's letters, roughly: labels of one category must not run into the next. */
const LETTER_WIDTH = 7;

/** Words in lines of so many letters at most, where words allow it. */
function wrapped(text: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const heightOf = (value: number): number => MARGIN.top + PLOT.height * (1 - Math.min(1, Math.max(0, value)));

export function IntervalChart({ categories, series }: IntervalChartProps) {
  const group = PLOT.width / categories.length;
  const width = (group * FILLED) / (series.length + (series.length - 1) * GAP);
  return (
    <figure class="chart">
      <Legend names={series.map(({ name }) => name)} />
      <svg viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} width={SIZE.width} role="img">
        <title>{describe(categories, series)}</title>
        {TICKS.map((tick) => (
          <g key={tick}>
            <line class="grid" x1={MARGIN.left} x2={SIZE.width} y1={heightOf(tick)} y2={heightOf(tick)} />
            <text x={MARGIN.left - 6} y={heightOf(tick) + 4} text-anchor="end">
              {tick}
            </text>
          </g>
        ))}
        {categories.map((lines, category) => {
          const start = MARGIN.left + group * category;
          return (
            <g key={category}>
              {series.map(({ bars }, index) => {
                const bar = bars[category];
                const left = start + (group * (1 - FILLED)) / 2 + index * width * (1 + GAP);
                return (
                  bar && <Bar key={index} bar={bar} left={left} width={width} colour={colourOf(index)} />
                );
              })}
              {lines
                .flatMap((line) => wrapped(line, group / LETTER_WIDTH))
                .map((line, at) => (
                  <text
                    key={at}
                    x={start + group / 2}
                    y={SIZE.height - MARGIN.bottom + LINE_HEIGHT * (at + 1)}
                    text-anchor="middle"
                  >
                    {line}
                  </text>
                ))}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

interface BarProps {
  readonly bar: ChartBar;
  readonly left: number;
  readonly width: number;
  readonly colour: string;
}

function Bar({ bar: { mean, low, high }, left, width, colour }: BarProps) {
  const [middle, top, bottom] = [left + width / 2, heightOf(high), heightOf(low)];
  const cap = (y: number): string => `M${middle - 3} ${y}h6`;
  return (
    <>
      <rect x={left} y={heightOf(mean)} width={width} height={heightOf(0) - heightOf(mean)} fill={colour} />
      <path class="whisker" d={`M${middle} ${top}V${bottom}${cap(top)}${cap(bottom)}`} />
    </>
  );
}

/** What the chart says, for those who do not see it. */
function describe(
  categories: IntervalChartProps['categories'],
  series: IntervalChartProps['series'],
): string {
  const said = ({ name, bars }: IntervalChartProps['series'][number]): string =>
    `${name}: ${categories.map((lines, at) => `${lines.join(' ')} ${bars[at]?.mean.toFixed(2) ?? '—'}`).join(', ')}`;
  return series.map(said).join('; ');
}
