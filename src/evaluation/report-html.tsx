/** @jsxRuntime automatic @jsxImportSource preact */
/** report.html: one file that needs no network: charts, tables, poems side by side with tones and faults, filters by form and theme. */
import { Fragment } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { checkPoem } from '../poetry/prosody/check.js';
import { splitLines } from '../poetry/text.js';
import { IntervalChart } from '../view/interval-chart.js';
import { faultsByLine, PoemLine } from '../view/poem-lines.js';
import { duels, summarise, type Baseline, type Summary } from './compare.js';
import type { CandidateResult, EvaluatedPoem } from './evaluate.js';
import { METRIC_NAMES, METRICS, type MetricName } from './metrics.js';
import { formatChange, formatInterval, titleOf, type ReportSettings } from './report.js';

const STYLE = `
:root { color-scheme: light dark; --level: #0072b2; --oblique: #b35900; --fault: #c00; --line: #8885; }
body { font: 16px/1.6 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; }
h1, h2 { line-height: 1.2; } table { border-collapse: collapse; } caption { text-align: left; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; }
.wide { overflow-x: auto; } .chart { margin: 0; } .chart svg { max-width: 100%; height: auto; display: block; }
.chart text { font: 12px system-ui, sans-serif; fill: currentColor; } .grid { stroke: var(--line); } .whisker { stroke: currentColor; stroke-width: 1.2; fill: none; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; padding: 0; } .swatch { display: inline-block; width: .8em; height: .8em; }
.poems { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .5rem 1.5rem; }
article { border-top: 1px solid var(--line); padding: .6rem 0; break-inside: avoid; }
.poem { font-family: "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", SimSun, serif; font-size: 1.15rem; }
.poem ruby { ruby-position: under; } .poem rt { font: .55rem system-ui, sans-serif; }
.level rt { color: var(--level); } .oblique rt { color: var(--oblique); } .rhyme { font-weight: bold; }
.fault { text-decoration: underline wavy var(--fault); } .faults, small { font-size: .8rem; color: #777; }
.filters { display: flex; flex-wrap: wrap; gap: .6rem; } select { font: inherit; }
[hidden] { display: none !important; }
@media print { .filters { display: none; } body { max-width: none; font-size: 11px; } }
`;

const SCRIPT = `
const form = document.getElementById('form'), theme = document.getElementById('theme');
const show = () => document.querySelectorAll('article').forEach((article) => {
  const themes = article.dataset.themes.split('、');
  article.hidden = (form.value && article.dataset.form !== form.value) || (theme.value && !themes.includes(theme.value));
});
form.addEventListener('change', show); theme.addEventListener('change', show);
`;

interface TableProps {
  readonly caption: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function Table({ caption, header, rows }: TableProps) {
  return (
    <div class="wide">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {header.map((cell, at) => (
              <th key={at} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([title, ...cells], at) => (
            <tr key={at}>
              <th scope="row">{title}</th>
              {cells.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function FiguresTable({ summaries, baseline }: { summaries: readonly Summary[]; baseline: Baseline }) {
  const rows = METRIC_NAMES.filter((name) => summaries.some(({ figures }) => figures[name])).map((name) => [
    titleOf(name) + (METRICS[name].better === 'lower' ? ' ↓' : ''),
    ...summaries.map(({ figures, changes }) => {
      const change = formatChange(changes?.[name], name);
      return formatInterval(figures[name], name) + (change === '' ? '' : `; ${change}`);
    }),
  ]);
  const diversity = (['distinct1', 'distinct2', 'selfBleu'] as const).map((name) => [
    name,
    ...summaries.map((summary) => summary.diversity[name].toFixed(3)),
  ]);
  const before = baseline === 'first' ? 'first model' : 'model before';
  return (
    <Table
      caption={`Means with 95% bootstrap intervals; after them the change from the ${before} on the same prompts.`}
      header={['', ...summaries.map(({ name }) => name)]}
      rows={[...rows, ...diversity]}
    />
  );
}

function Poem({ text }: EvaluatedPoem) {
  const check = checkPoem(text);
  const faults = faultsByLine(check);
  const { group, ok } = check.rhyme;
  return (
    <>
      <div class="poem" lang="zh">
        {check.lines.length === 0 && splitLines(text).join('，')}
        {check.lines.map((line, index) => {
          const wrong = faults.get(index + 1) ?? [];
          return (
            <Fragment key={index}>
              <PoemLine
                line={line}
                rhymes={line.rhymes}
                tones
                faulty={!line.ok || wrong.length > 0}
                explanation={wrong.map(({ message }) => message).join('; ')}
              />
              {line.mark === '。' && <br />}
            </Fragment>
          );
        })}
      </div>
      <small>
        {check.form}
        {group !== null && ` · ${group} ${ok ? '✓' : '✗'}`}
      </small>
    </>
  );
}

/** The poems of all models for one prompt. */
function Article({ results, index }: { results: readonly CandidateResult[]; index: number }) {
  const first = results[0]?.poems[index];
  if (!first) return null;
  return (
    <article data-form={first.form} data-themes={first.themes.join('、')}>
      <h3>{first.prompt}</h3>
      <div class="poems">
        {results.map(({ name, poems }) => {
          const poem = poems[index];
          return (
            poem && (
              <section key={name}>
                <small>
                  {name} · {poem.metrics.overall.toFixed(2)}
                </small>
                <Poem {...poem} />
              </section>
            )
          );
        })}
      </div>
    </article>
  );
}

/** A filter: all, or one of the values. */
function Filter({ id, label, values }: { id: string; label: string; values: readonly string[] }) {
  return (
    <label>
      {label}{' '}
      <select id={id}>
        <option value="">—</option>
        {[...new Set(values)].sort().map((value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
    </label>
  );
}

function Figures({ summaries, metrics }: { summaries: readonly Summary[]; metrics: readonly MetricName[] }) {
  return (
    <IntervalChart
      categories={metrics.map((name) => [METRICS[name].chinese, METRICS[name].english])}
      series={summaries.map(({ name, figures }) => ({
        name,
        bars: metrics.map((metric) => figures[metric]),
      }))}
    />
  );
}

const DIMENSIONS: readonly MetricName[] = ['rhyme', 'style', 'theme', 'overall'];
const FORMAL: readonly MetricName[] = [
  'format',
  'rhymed',
  'tone',
  'adhesion',
  'faultless',
  'diction',
  'novelty',
];

interface ReportProps {
  readonly results: readonly CandidateResult[];
  readonly settings: ReportSettings;
}

function Report({ results, settings }: ReportProps) {
  const summaries = summarise(results, settings.baseline);
  const shown = results[0]?.poems.slice(0, settings.examples) ?? [];
  return (
    <html lang="zh-Hans">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>诗人 shiren · 比较 Comparison</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <h1>比较 Comparison</h1>
        <p>
          {`${settings.prompts} prompts, ${settings.seeds} seed(s), temperature ${settings.temperature}, free of constraints. `}
          Whiskers and brackets: 95% bootstrap intervals over prompts.
        </p>
        <h2>四维 The four dimensions</h2>
        <Figures summaries={summaries} metrics={DIMENSIONS} />
        <h2>细目 In detail</h2>
        <Figures summaries={summaries} metrics={FORMAL} />
        <FiguresTable summaries={summaries} baseline={settings.baseline} />
        <h2>对阵 Pairwise</h2>
        <Table
          caption="Share of prompts on which the second one’s overall is higher; ties count half."
          header={['A', 'B', 'B wins']}
          rows={duels(results).map(({ left, right, wins, significant }) => [
            left,
            right,
            `${formatInterval(wins)}${significant ? '' : ' (not significant)'}`,
          ])}
        />
        <h2>诗 Poems</h2>
        <p class="filters">
          <Filter id="form" label="体 form" values={shown.map(({ form }) => form)} />
          <Filter id="theme" label="题 theme" values={shown.flatMap(({ themes }) => themes)} />
        </p>
        {shown.map((_, index) => (
          <Article key={index} results={results} index={index} />
        ))}
        <h2>数字的由来 How the figures were made</h2>
        <dl>
          {METRIC_NAMES.map((name) => (
            <Fragment key={name}>
              <dt>{titleOf(name)}</dt>
              <dd>{METRICS[name].explanation}</dd>
            </Fragment>
          ))}
        </dl>
        <script dangerouslySetInnerHTML={{ __html: SCRIPT }} />
      </body>
    </html>
  );
}

/** The report as one HTML file. Whatever a model wrote is text in it, never markup. */
export function formatHtmlReport(results: readonly CandidateResult[], settings: ReportSettings): string {
  return `<!doctype html>\n${renderToString(<Report results={results} settings={settings} />)}\n`;
}
