/** Candidates side by side: means with intervals, and every pair compared on the same prompts. */
import { bootstrap, mean, pairedDifference, type Interval } from './bootstrap.js';
import { measureDiversity, type Diversity } from './diversity.js';
import type { CandidateResult } from './evaluate.js';
import { METRIC_NAMES, type MetricName } from './metrics.js';

export type Difference = Interval & { readonly significant: boolean };

export interface Summary {
  readonly name: string;
  /** Null where a figure does not apply to any poem. */
  readonly figures: Readonly<Record<MetricName, Interval | null>>;
  readonly diversity: Diversity;
  /** Each figure against the candidate before (or the first), on the same prompts. */
  readonly changes?: Readonly<Record<MetricName, Difference | null>>;
}

export interface Duel {
  readonly left: string;
  readonly right: string;
  /** Share of prompts on which the right one's overall is higher; ties count half. */
  readonly wins: Interval;
  readonly significant: boolean;
}

/** A figure's mean for each prompt, over seeds: the prompts are what is resampled. Null where it does not apply. */
function byPrompt(result: CandidateResult, metric: MetricName): (number | null)[] {
  const prompts = new Map<string, number[]>();
  result.poems.forEach(({ prompt, promptIndex = 0, metrics }) => {
    const key = `${promptIndex} ${prompt}`;
    const values = prompts.get(key) ?? [];
    prompts.set(key, values);
    const value = metrics[metric];
    if (value !== null) values.push(value);
  });
  return [...prompts.values()].map((values) => (values.length === 0 ? null : mean(values)));
}

const isNumber = (value: number | null): value is number => value !== null;

function perMetric<Value>(make: (metric: MetricName) => Value): Record<MetricName, Value> {
  return Object.fromEntries(METRIC_NAMES.map((metric) => [metric, make(metric)])) as Record<
    MetricName,
    Value
  >;
}

function difference(left: CandidateResult, right: CandidateResult, metric: MetricName): Difference | null {
  const [a, b] = [byPrompt(left, metric), byPrompt(right, metric)];
  const pairs = a.flatMap((value, index) => {
    const other = b[index] ?? null;
    return value === null || other === null ? [] : [[value, other] as const];
  });
  if (pairs.length === 0) return null;
  return pairedDifference(
    pairs.map(([value]) => value),
    pairs.map(([, value]) => value),
  );
}

/** What each candidate's change is measured from. */
export type Baseline = 'previous' | 'first';

/** The mean of each figure with its interval, and its paired change from the candidate before or from the first. */
export function summarise(results: readonly CandidateResult[], baseline: Baseline = 'previous'): Summary[] {
  return results.map((result, index) => {
    const before = index === 0 ? undefined : results[baseline === 'first' ? 0 : index - 1];
    return {
      name: result.name,
      figures: perMetric((metric) => {
        const values = byPrompt(result, metric).filter(isNumber);
        return values.length === 0 ? null : bootstrap(values);
      }),
      diversity: measureDiversity(result.poems.map(({ text }) => text)),
      ...(before ? { changes: perMetric((metric) => difference(before, result, metric)) } : {}),
    };
  });
}

/** Every two candidates on the same prompts. */
export function duels(results: readonly CandidateResult[]): Duel[] {
  return results.flatMap((left, index) =>
    results.slice(index + 1).map((right): Duel => {
      const a = byPrompt(left, 'overall');
      const wins = byPrompt(right, 'overall').map((value, at) => {
        const gap = (value ?? 0) - (a[at] ?? 0);
        return gap === 0 ? 0.5 : Number(gap > 0);
      });
      const interval = bootstrap(wins);
      return {
        left: left.name,
        right: right.name,
        wins: interval,
        significant: interval.low > 0.5 || interval.high < 0.5,
      };
    }),
  );
}
