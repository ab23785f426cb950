import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advantagesOf, totalReward } from '../../src/training/objectives/advantages.js';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('advantages', () => {
  it('are rewards less the group’s mean, by the standard deviation of the group, the batch, or nothing', () => {
    const rewards = [1, 3, 5, 5];
    const group = advantagesOf(rewards, 2, 'group');
    expect(group.values[0]).toBeCloseTo(-1 / Math.SQRT2, 3);
    expect(group.values.slice(2)).toEqual([0, 0]);
    // The second group's poems are worth the same.
    expect(group.zeroDeviation).toBe(0.5);
    expect(advantagesOf(rewards, 2, 'none').values).toEqual([-1, 1, 0, 0]);
    const deviation = Math.sqrt((6.25 + 0.25 + 2.25 + 2.25) / 3);
    expect(advantagesOf(rewards, 2, 'batch').values[1]).toBeCloseTo(1 / (deviation + 1e-4), 9);
  });

  it('sum to nothing in each group, whatever is added to its rewards', () => {
    const numbers = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(numbers, fc.constantFrom('group', 'batch', 'none'), (rewards, scale) => {
        const { values } = advantagesOf(rewards, 4, scale);
        for (const group of [values.slice(0, 4), values.slice(4)])
          expect(Math.abs(sum(group))).toBeLessThan(1e-6);
        const moved = advantagesOf(
          rewards.map((reward) => reward + 3),
          4,
          scale,
        );
        values.forEach((value, index) => expect(moved.values[index]).toBeCloseTo(value, 4));
      }),
    );
  });

  it('are nothing for an answer that no function has a reward for, which the others do not see', () => {
    expect(totalReward([NaN, NaN], [1, 1])).toBeNaN();
    expect(totalReward([NaN, 2], [1, 0.5])).toBe(1);
    const { values } = advantagesOf([1, NaN, 3], 3, 'none');
    expect(values).toEqual([-1, 0, 1]);
  });
});
