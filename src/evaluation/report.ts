/** The comparison as a table for a terminal and as report.md. */
import type { Interval } from './bootstrap.js';
import { duels, summarise, type Baseline, type Difference, type Duel, type Summary } from './compare.js';
import type { CandidateResult } from './evaluate.js';
import type { JudgeSummary } from './llm-judge.js';
import { METRIC_NAMES, METRICS, type MetricName } from './metrics.js';

export interface ReportSettings {
  readonly temperature: number;
  readonly seeds: number;
  readonly prompts: number;
  /** Prompts whose poems are shown. */
  readonly examples: number;
  readonly baseline: Baseline;
  /** What a language model says of each two neighbours. */
  readonly judge?: readonly JudgeSummary[];
}

const number = (value: number, metric?: MetricName): string =>
  value.toFixed(metric === 'perplexity' || metric === 'longest' ? 1 : 2);

/** A mean with its interval. */
export function formatInterval(interval: Interval | null, metric?: MetricName): string {
  if (!interval) return '—';
  const { mean, low, high } = interval;
  return `${number(mean, metric)} [${number(low, metric)}, ${number(high, metric)}]`;
}

/** The four dimensions of the comparison. */
const DIMENSIONS = ['rhyme', 'style', 'theme', 'overall'] as const satisfies readonly MetricName[];
const DETAILS = METRIC_NAMES.filter((name) => !DIMENSIONS.some((dimension) => dimension === name));

export const titleOf = (name: MetricName): string => `${METRICS[name].chinese} ${METRICS[name].english}`;

/** A change with its sign, marked where it may be chance. */
export function formatChange(change: Difference | null | undefined, metric?: MetricName): string {
  if (!change) return '';
  const sign = change.mean >= 0 ? '+' : '';
  return `${sign}${number(change.mean, metric)}${change.significant ? '' : ' (not significant)'}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The comparison, as a Markdown table. */
export function comparisonTable(summaries: readonly Summary[]): string {
  return table(
    ['model', ...DIMENSIONS.map(titleOf), 'change of overall'],
    summaries.map(({ name, figures, changes }) => [
      escapeCell(name),
      ...DIMENSIONS.map((metric) => formatInterval(figures[metric])),
      formatChange(changes?.overall),
    ]),
  );
}

/** Every other figure, a row each; a star where it differs from the model before. */
function detailTable(summaries: readonly Summary[]): string {
  const rows = DETAILS.filter((metric) => summaries.some(({ figures }) => figures[metric])).map((metric) => [
    titleOf(metric),
    ...summaries.map(
      ({ figures, changes }) =>
        `${formatInterval(figures[metric], metric)}${changes?.[metric]?.significant ? ' *' : ''}`,
    ),
  ]);
  const diversity = (['distinct1', 'distinct2', 'selfBleu'] as const).map((name) => [
    { distinct1: 'distinct-1', distinct2: 'distinct-2', selfBleu: 'self-BLEU' }[name],
    ...summaries.map((summary) => summary.diversity[name].toFixed(3)),
  ]);
  return table(['', ...summaries.map(({ name }) => escapeCell(name))], [...rows, ...diversity]);
}

function duelTable(all: readonly Duel[]): string {
  return table(
    ['A', 'B', 'B wins'],
    all.map(({ left, right, wins, significant }) => [
      escapeCell(left),
      escapeCell(right),
      `${formatInterval(wins)}${significant ? '' : ' (not significant)'}`,
    ]),
  );
}

function judgeTable(judged: readonly JudgeSummary[]): string {
  return table(
    ['A', 'B', 'B wins', 'same verdict in both orders', 'agrees with overall'],
    judged.map(({ left, right, wins, consistent, agreement }) => [
      escapeCell(left),
      escapeCell(right),
      formatInterval(wins),
      number(consistent),
      number(agreement),
    ]),
  );
}

/** What was written as Markdown's plain text: none of it is markup or HTML. */
const escapeMarkdown = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>|~&]/gu, (mark) =>
    mark === '<' ? '&lt;' : mark === '&' ? '&amp;' : `\\${mark}`,
  );

const escapeCell = (text: string): string => escapeMarkdown(text).replaceAll('\n', '<br>');

/** The poems of every model for the first prompts, as plain text. */
export function examplePoems(results: readonly CandidateResult[], count: number): string {
  const prompts = results[0]?.poems.slice(0, count) ?? [];
  return prompts
    .map(({ prompt }, index) => {
      const poems = results.map(
        ({ name, poems: all }) =>
          `  [${name}]\n    ${(all[index]?.text ?? '').trim().replaceAll('\n', '\n    ')}`,
      );
      return [prompt, ...poems].join('\n');
    })
    .join('\n\n');
}

/** report.md: the comparison, poems beside each other, and how the figures were made. */
export function formatReport(results: readonly CandidateResult[], settings: ReportSettings): string {
  const summaries = summarise(results, settings.baseline);
  const prompts = results[0]?.poems.slice(0, settings.examples) ?? [];
  const examples = prompts.map((poem, index) =>
    [
      `### ${escapeCell(poem.prompt)}`,
      '',
      table(
        results.map(({ name }) => escapeCell(name)),
        [results.map(({ poems }) => escapeCell(poems[index]?.text ?? ''))],
      ),
    ].join('\n'),
  );
  const judged = settings.judge
    ? `\n### 模型评审 A language model as judge\n\n${judgeTable(settings.judge)}\n`
    : '';
  return `# 比较 Comparison

${comparisonTable(summaries)}

Square brackets: 95% bootstrap interval over ${settings.prompts} prompts. The last column compares each model with ${settings.baseline === 'first' ? 'the first one' : 'the one above it'}
on the same prompts and seeds (paired bootstrap).

## 细目 In detail

${detailTable(summaries)}

\\* differs from ${settings.baseline === 'first' ? 'the first model' : 'the model to its left'} (paired bootstrap, 95%).

## 对阵 Pairwise

${duelTable(duels(results))}
${judged}
## 诗 Poems for the same prompts

${examples.join('\n\n')}

## 数字的由来 How the figures were made

- Every model wrote ${settings.prompts} prompts with ${settings.seeds} seed(s) at temperature ${settings.temperature}, free of all
  constraints but where the name says so. The prompts come from poems that no stage was trained on.
${METRIC_NAMES.map((name) => `- **${titleOf(name)}**: ${METRICS[name].explanation}${METRICS[name].better === 'lower' ? '; lower is better' : ''}.`).join('\n')}
- **distinct-n**: different runs of n characters over all of them; **self-BLEU**: how far poems are made of what others of the set say.
- **wins**: share of prompts on which overall is higher; ties count half.
`;
}
