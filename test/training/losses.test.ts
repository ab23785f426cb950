import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../src/training/schedule.js';
import { clipFactor, gradientNorm } from '../../src/training/adamw.js';
import { differentiate } from '../../src/tensor/differentiate.js';
import { Graph } from '../../src/tensor/graph.js';
import { floats, Session } from '../../src/tensor/session.js';
import { dpoFeeds, dpoLoss, rpoFeeds } from '../../src/training/losses.js';
import { packTrees } from '../../src/training/packing.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('the DPO loss', () => {
  it.each([
    [0, 0],
    [0.1, 0],
    [0, 0.5],
  ])(
    'agrees with its formula and its derivative: label_smoothing %f, rpo_alpha %f',
    async (labelSmoothing, rpoAlpha) => {
      const beta = 0.3;
      const batch = packTrees(
        [
          { prompt: [1], completions: [[2, 3], [4]] },
          { prompt: [1], completions: [[5], [6, 7, 8]] },
        ],
        16,
      );
      const count = batch.lossRows.length;
      const chosenTokens = 3;
      const graph = new Graph();
      const logps = graph.input('logps', 'float32', ['losses', 1]);
      const loss = dpoLoss({ beta, labelSmoothing, rpoAlpha })(logps);
      graph.output('loss', loss);
      graph.output('gradient', differentiate(loss, [logps])[0]!);
      const session = await Session.create(graph);
      const values = Float32Array.from({ length: count }, (_, i) => -1 - 0.3 * i);
      const references = [-2, -1.5, -1, -4];
      const outputs = await session.run({
        logps: { data: values, shape: [count, 1] },
        ...dpoFeeds(batch, references, 2),
        ...rpoFeeds(batch, rpoAlpha, chosenTokens),
      });

      const sums = [0, 0, 0, 0];
      batch.lossRows.forEach(({ sequences }, index) =>
        sequences.forEach((sequence) => (sums[sequence]! += values[index]!)),
      );
      const margins = [0, 1].map(
        (pair) =>
          beta *
          (sums[2 * pair]! - sums[2 * pair + 1]! - (references[2 * pair]! - references[2 * pair + 1]!)),
      );
      const expected = margins.reduce(
        (sum, m) =>
          sum - ((1 - labelSmoothing) * Math.log(sigmoid(m)) + labelSmoothing * Math.log(sigmoid(-m))) / 2,
        0,
      );
      const likelihood = -(rpoAlpha / chosenTokens) * (sums[0]! + sums[2]!);
      expect(floats(outputs, 'loss')[0]).toBeCloseTo(expected + likelihood, 5);
      const gradient = floats(outputs, 'gradient');
      batch.lossRows.forEach(({ sequences: [sequence = 0] }, index) => {
        const m = margins[Math.floor(sequence / 2)]!;
        const slope = ((1 - labelSmoothing) * (sigmoid(m) - 1) + labelSmoothing * sigmoid(m)) * beta * 0.5;
        expect(gradient[index]).toBeCloseTo(sequence % 2 === 0 ? slope - rpoAlpha / chosenTokens : -slope, 5);
      });
      await session.release();
    },
  );
});

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
