/** report.html: one file that needs no network: charts, tables, poems side by side with tones and faults, filters by form and theme. */
import { checkPoem } from '../poetry/check.js';
import { splitLines } from '../poetry/text.js';
import { intervalChart } from './charts.js';
import { duels, summarise, type Baseline, type Summary } from './compare.js';
import type { CandidateResult, EvaluatedPoem } from './evaluate.js';
import { METRIC_NAMES, METRICS, type MetricName } from './metrics.js';
import { formatChange, formatInterval, titleOf, type ReportSettings } from './report.js';

/** Whatever a model wrote is text, never markup. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/gu, (character) => entities[character] ?? character);
}

const STYLE = `
:root { color-scheme: light dark; --level: #0072b2; --oblique: #b35900; --fault: #c00; --line: #8885; }
body { font: 16px/1.6 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; }
h1, h2 { line-height: 1.2; } table { border-collapse: collapse; } caption { text-align: left; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; }
.wide { overflow-x: auto; } .chart { background: #fff; } .chart svg { max-width: 100%; height: auto; display: block; }
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

const row = (cells: readonly string[], tag: 'td' | 'th' = 'td'): string =>
  `<tr>${cells.map((cell, index) => (index === 0 ? `<th scope="row">${cell}</th>` : `<${tag}>${cell}</${tag}>`)).join('')}</tr>`;

function table(caption: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = header.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('');
  const body = rows.map((cells) => row(cells.map(escapeHtml))).join('\n');
  return `<div class="wide"><table><caption>${escapeHtml(caption)}</caption><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

function figuresTable(summaries: readonly Summary[], baseline: Baseline): string {
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
  return table(
    `Means with 95% bootstrap intervals; after them the change from the ${baseline === 'first' ? 'first model' : 'model before'} on the same prompts.`,
    ['', ...summaries.map(({ name }) => name)],
    [...rows, ...diversity],
  );
}

/** A poem with the tone under each character, rhyme words in bold, and faulty lines underlined. */
function poemHtml({ text }: EvaluatedPoem): string {
  const check = checkPoem(text);
  const lines = check.lines.map(({ tones, ok }, index) => {
    const faults = check.violations.filter(({ line }) => line === index + 1).map(({ message }) => message);
    const marked = tones.map(({ char, tone }, at) => {
      const kind = tone === '平' ? 'level' : tone === '仄' ? 'oblique' : '';
      const rhyme = at === tones.length - 1 && index % 2 === 1 ? ' rhyme' : '';
      return `<ruby class="${kind}${rhyme}">${escapeHtml(char)}<rt>${escapeHtml(tone)}</rt></ruby>`;
    });
    const title = faults.length > 0 ? ` title="${escapeHtml(faults.join('; '))}"` : '';
    return `<span class="${ok && faults.length === 0 ? '' : 'fault'}"${title}>${marked.join('')}</span>${index % 2 === 0 ? '，' : '。<br>'}`;
  });
  const shown = lines.length === 0 ? escapeHtml(splitLines(text).join('，')) : lines.join('');
  const rhyme = check.rhyme.group === null ? '' : ` · ${check.rhyme.group} ${check.rhyme.ok ? '✓' : '✗'}`;
  return `<div class="poem" lang="zh">${shown}</div><small>${escapeHtml(`${check.form}${rhyme}`)}</small>`;
}

function articles(results: readonly CandidateResult[], count: number): string {
  return (results[0]?.poems.slice(0, count) ?? [])
    .map(({ prompt, form, themes }, index) => {
      const poems = results.map(({ name, poems: all }) => {
        const poem = all[index];
        if (!poem) return '';
        const overall = poem.metrics.overall.toFixed(2);
        return `<section><small>${escapeHtml(name)} · ${overall}</small>${poemHtml(poem)}</section>`;
      });
      return `<article data-form="${escapeHtml(form)}" data-themes="${escapeHtml(themes.join('、'))}"><h3>${escapeHtml(prompt)}</h3><div class="poems">${poems.join('\n')}</div></article>`;
    })
    .join('\n');
}

const options = (values: Iterable<string>): string =>
  [...new Set(values)]
    .sort()
    .map((value) => `<option>${escapeHtml(value)}</option>`)
    .join('');

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

/** The report as one HTML file. */
export function formatHtmlReport(results: readonly CandidateResult[], settings: ReportSettings): string {
  const summaries = summarise(results, settings.baseline);
  const shown = results[0]?.poems.slice(0, settings.examples) ?? [];
  const size = { width: 760, height: 320 };
  return `<!doctype html>
<html lang="zh-Hans">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>诗人 shiren · 比较 Comparison</title>
<style>${STYLE}</style>
</head>
<body>
<h1>比较 Comparison</h1>
<p>${settings.prompts} prompts, ${settings.seeds} seed(s), temperature ${settings.temperature}, free of constraints. Whiskers and brackets: 95% bootstrap intervals over prompts.</p>
<h2>四维 The four dimensions</h2>
<div class="chart">${intervalChart(summaries, DIMENSIONS, size)}</div>
<h2>细目 In detail</h2>
<div class="chart">${intervalChart(summaries, FORMAL, size)}</div>
${figuresTable(summaries, settings.baseline)}
<h2>对阵 Pairwise</h2>
${table(
  'Share of prompts on which the second one’s overall is higher; ties count half.',
  ['A', 'B', 'B wins'],
  duels(results).map(({ left, right, wins, significant }) => [
    left,
    right,
    `${formatInterval(wins)}${significant ? '' : ' (not significant)'}`,
  ]),
)}
<h2>诗 Poems</h2>
<p class="filters"><label>体 form <select id="form"><option value="">—</option>${options(shown.map(({ form }) => form))}</select></label>
<label>题 theme <select id="theme"><option value="">—</option>${options(shown.flatMap(({ themes }) => themes))}</select></label></p>
${articles(results, settings.examples)}
<h2>数字的由来 How the figures were made</h2>
<dl>${METRIC_NAMES.map((name) => `<dt>${escapeHtml(titleOf(name))}</dt><dd>${escapeHtml(METRICS[name].explanation)}</dd>`).join('\n')}</dl>
<script>${SCRIPT}</script>
</body>
</html>
`;
}
