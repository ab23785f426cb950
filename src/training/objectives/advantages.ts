/** From rewards to advantages: how much better an answer is than the others of its group. */

import type { REWARD_SCALES } from '../recipe/grpo-settings.js';

/** Whose standard deviation rewards are divided by. */
type RewardScale = (typeof REWARD_SCALES)[number];

/** Added to a standard deviation that something is divided by, as TRL has it. */
const EPSILON = 1e-4;

/** A standard deviation that counts as none. */
const NONE = 1e-8;

const isNumber = (value: number): boolean => !Number.isNaN(value);

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation of a sample; 0 for a single number. */
function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/** The weighted sum of an answer's rewards; NaN where no function has one for it. */
export function totalReward(rewards: readonly number[], weights: readonly number[]): number {
  if (!rewards.some(isNumber)) return NaN;
  return rewards.reduce(
    (sum, reward, index) => sum + (isNumber(reward) ? reward * (weights[index] ?? 1) : 0),
    0,
  );
}

export interface Advantages {
  /** One an answer; 0 for an answer that no function has a reward for. */
  readonly values: readonly number[];
  /** Share of answers in groups (or a batch) whose rewards are all the same: they teach nothing. */
  readonly zeroDeviation: number;
}

/**
 * Advantages of answers that stand in groups (Shao et al. 2024, arXiv 2402.03300): reward less the group's mean, divided by the standard
 * deviation of the group, of the batch, or by nothing (Liu et al. 2025, arXiv 2503.20783).
 *
 * @param rewards one an answer, group after group; NaN for none
 */
export function advantagesOf(rewards: readonly number[], groupSize: number, scale: RewardScale): Advantages {
  const groups = Array.from({ length: rewards.length / groupSize }, (_, group) =>
    rewards.slice(group * groupSize, (group + 1) * groupSize),
  );
  const ofBatch = deviation(rewards.filter(isNumber));
  let zeros = 0;
  const values = groups.flatMap((group) => {
    const known = group.filter(isNumber);
    const spread = scale === 'batch' ? ofBatch : deviation(known);
    if (spread <= NONE) zeros += group.length;
    const divisor = scale === 'none' ? 1 : spread + EPSILON;
    const middle = mean(known);
    return group.map((reward) => (isNumber(reward) ? (reward - middle) / divisor : 0));
  });
  return { values, zeroDeviation: zeros / rewards.length };
}

/** Figures of a batch's rewards under TRL's names. */
export function rewardFigures(
  names: readonly string[],
  rewards: readonly (readonly number[])[],
  totals: readonly number[],
): Record<string, number> {
  const figures: Record<string, number> = {};
  names.forEach((name, index) => {
    const values = rewards.map((one) => one[index] ?? NaN).filter(isNumber);
    if (values.length === 0) return;
    figures[`rewards/${name}/mean`] = mean(values);
    figures[`rewards/${name}/std`] = deviation(values);
  });
  const known = totals.filter(isNumber);
  if (known.length > 0) {
    figures['reward'] = mean(known);
    figures['reward_std'] = deviation(known);
  }
  return figures;
}
