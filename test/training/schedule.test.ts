import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../src/training/schedule.js';
import { clipFactor, gradientNorm } from '../../src/training/adamw.js';

describe('schedules', () => {
  const base = { learningRate: 1, warmupSteps: 2, totalSteps: 10 };
  it.each([
    ['linear', [0, 0.5, 1, 0.875, 0]],
    ['cosine', [0, 0.5, 1, 0.5 * (1 + Math.cos(Math.PI / 8)), 0]],
    ['constant', [1, 1, 1, 1, 1]],
    ['constant_with_warmup', [0, 0.5, 1, 1, 1]],
  ] as const)('%s has the values of Transformers', (type, expected) => {
    const steps = [0, 1, 2, 3, 10];
    steps.forEach((step, index) =>
      expect(learningRateAt({ ...base, type }, step)).toBeCloseTo(expected[index]!),
    );
  });
});

describe('clipping', () => {
  it('brings the norm down to the maximum and leaves smaller gradients alone', () => {
    const gradients = new Map([['w', Float32Array.of(3, 4)]]);
    expect(gradientNorm(gradients)).toBe(5);
    expect(clipFactor(5, 1)).toBeCloseTo(0.2);
    expect(clipFactor(0.5, 1)).toBe(1);
  });
});
