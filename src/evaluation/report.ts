/** The comparison as a table for a terminal and as report.md. */
import { bootstrap, pairedDifference, type Interval } from './bootstrap.js';
import type { CandidateResult } from './evaluate.js';
import { METRIC_NAMES, type PoemMetrics } from './metrics.js';

export interface Summary {
  readonly name: string;
  readonly figures: Readonly<Record<keyof PoemMetrics, Interval>>;
  /** Overall against the candidate before, on the same prompts and seeds. */
  readonly change?: Interval & { readonly significant: boolean };
}

const values = (result: CandidateResult, metric: keyof PoemMetrics): number[] =>
  result.poems.map(({ metrics }) => metrics[metric]);

/** The mean of each metric with its interval, and the paired change of overall from one candidate to the next. */
export function summarise(results: readonly CandidateResult[]): Summary[] {
  return results.map((result, index) => {
    const before = results[index - 1];
    return {
      name: result.name,
      figures: Object.fromEntries(
        METRIC_NAMES.map((metric) => [metric, bootstrap(values(result, metric))]),
      ) as Record<keyof PoemMetrics, Interval>,
      change: before && pairedDifference(values(before, 'overall'), values(result, 'overall')),
    };
  });
}

const number = (value: number): string => value.toFixed(2);
const withInterval = ({ mean, low, high }: Interval): string =>
  `${number(mean)} [${number(low)}, ${number(high)}]`;

/** The four dimensions of the comparison. */
const DIMENSIONS = [
  ['rhyme', '押韵 rhyme'],
  ['style', '体式 form and style'],
  ['theme', '主题 theme'],
  ['overall', '总分 overall'],
] as const;

function changeText({ change }: Summary): string {
  if (!change) return '';
  const sign = change.mean >= 0 ? '+' : '';
  return `${sign}${number(change.mean)}${change.significant ? '' : ' (not significant)'}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The comparison, as a Markdown table. */
export function comparisonTable(summaries: readonly Summary[]): string {
  return table(
    ['model', ...DIMENSIONS.map(([, title]) => title), 'change of overall'],
    summaries.map((summary) => [
      summary.name,
      ...DIMENSIONS.map(([metric]) => withInterval(summary.figures[metric])),
      changeText(summary),
    ]),
  );
}

function detailTable(summaries: readonly Summary[]): string {
  const metrics = ['format', 'tone', 'variety', 'novelty'] as const;
  return table(
    ['model', ...metrics],
    summaries.map(({ name, figures }) => [name, ...metrics.map((metric) => withInterval(figures[metric]))]),
  );
}

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', '<br>');

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
export function formatReport(
  results: readonly CandidateResult[],
  settings: { readonly temperature: number; readonly seeds: number; readonly examples: number },
): string {
  const summaries = summarise(results);
  const [first] = results;
  const prompts = first?.poems.slice(0, settings.examples) ?? [];
  const examples = prompts.map((poem, index) =>
    [
      `### ${poem.prompt}`,
      '',
      table(
        results.map(({ name }) => name),
        [results.map(({ poems }) => escapeCell(poems[index]?.text ?? ''))],
      ),
    ].join('\n'),
  );
  return `# 比较 Comparison

${comparisonTable(summaries)}

Square brackets: 95% bootstrap interval over ${first?.poems.length ?? 0} poems. The last column compares each model with the one above it
on the same prompts and seeds (paired bootstrap).

${detailTable(summaries)}

## 诗 Poems for the same prompts

${examples.join('\n\n')}

## 数字的由来 How the figures were made

- Every model wrote ${(first?.poems.length ?? 0) / settings.seeds} prompts with ${settings.seeds} seed(s) at temperature ${settings.temperature}, free of all
  constraints. The prompts come from poems that no stage was trained on.
- **rhyme**: share of rhyme positions (the ends of even lines) in the poem's majority level-tone group of 平水韵; less where lines are missing.
- **style**: 0 where the number of lines or of characters is not what was asked; else the mean of *tone* (share of lines that follow
  a tonal template of regulated verse, known licences included) and *variety* (characters not repeated).
- **theme**: share of the themes asked for that the poem has a word of, by the lexicon of \`src/poetry/themes.ts\`.
- **novelty**: share of lines that are no line of the training poems.
- **overall**: the mean of rhyme, style and theme, times novelty.
`;
}
