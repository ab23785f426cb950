/** Uncertainty: bootstrap intervals of means, and of paired differences. (Efron and Tibshirani 1993) */
import { Random } from '../support/random.js';

export interface Interval {
  readonly mean: number;
  /** The 2.5th and 97.5th percentile of resampled means. */
  readonly low: number;
  readonly high: number;
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean of values with its 95% percentile-bootstrap interval. */
export function bootstrap(values: readonly number[], seed = 1, resamples = 1000): Interval {
  const random = new Random(seed);
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i += 1) sum += values[random.integer(values.length)] ?? 0;
    return sum / values.length;
  }).sort((a, b) => a - b);
  const at = (share: number): number => means[Math.min(resamples - 1, Math.floor(share * resamples))] ?? NaN;
  return { mean: mean(values), low: at(0.025), high: at(0.975) };
}

/** The interval of right − left over pairs, and whether it leaves zero out. */
export function pairedDifference(
  left: readonly number[],
  right: readonly number[],
): Interval & { readonly significant: boolean } {
  const interval = bootstrap(right.map((value, index) => value - (left[index] ?? NaN)));
  return { ...interval, significant: interval.low > 0 || interval.high < 0 };
}
