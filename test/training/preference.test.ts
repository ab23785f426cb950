import { describe, expect, it } from 'vitest';
import { differentiate } from '../../src/tensor/differentiate.js';
import { Graph } from '../../src/tensor/graph.js';
import { floats } from '../../src/tensor/arrays.js';
import { Session } from '../../src/tensor/session.js';
import { packTrees } from '../../src/training/packing.js';
import {
  likelihoodWeight,
  preferenceFeeds,
  preferenceLoss,
  PREFERENCE_LOSSES,
  usesMeans,
  type PreferenceLoss,
  type PreferenceOptions,
} from '../../src/training/preference.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const logSigmoid = (x: number): number => Math.log(sigmoid(x));

/** Chosen and rejected under the policy, and under the reference: sums or means a token. */
type Formula = (c: number, r: number, refC: number, refR: number, options: PreferenceOptions) => number;

/** The losses as their papers and TRL have them, in double precision. */
const FORMULAS: Readonly<Record<PreferenceLoss, Formula>> = {
  sigmoid: (c, r, refC, refR, { beta, labelSmoothing: e }) => {
    const h = beta * (c - r - (refC - refR));
    return -(1 - e) * logSigmoid(h) - e * logSigmoid(-h);
  },
  ipo: (c, r, refC, refR, { beta }) => (c - r - (refC - refR) - 1 / (2 * beta)) ** 2,
  hinge: (c, r, refC, refR, { beta }) => Math.max(0, 1 - beta * (c - r - (refC - refR))),
  robust: (c, r, refC, refR, { beta, labelSmoothing: e }) => {
    const h = beta * (c - r - (refC - refR));
    return (-(1 - e) * logSigmoid(h) + e * logSigmoid(-h)) / (1 - 2 * e);
  },
  apo_zero: (c, r, refC, refR, { beta }) => 1 - sigmoid(beta * (c - refC)) + sigmoid(beta * (r - refR)),
  apo_down: (c, r, refC, refR, { beta }) =>
    sigmoid(beta * (c - refC)) + 1 - sigmoid(beta * (c - refC - (r - refR))),
  sigmoid_norm: (c, r, refC, refR, { beta, labelSmoothing: e }) => {
    const h = beta * (c - r - (refC - refR));
    return -(1 - e) * logSigmoid(h) - e * logSigmoid(-h);
  },
  simpo: (c, r, _refC, _refR, { beta, simpoGamma, labelSmoothing: e }) => {
    const h = beta * (c - r) - simpoGamma;
    return -(1 - e) * logSigmoid(h) - e * logSigmoid(-h);
  },
  orpo: (c, r, _refC, _refR, { beta }) => {
    const odds = (mean: number): number => mean - Math.log(1 - Math.exp(mean));
    return -beta * logSigmoid(odds(c) - odds(r));
  },
};

// The answers of the first pair begin alike: a row of loss belongs to both.
const batch = packTrees(
  [
    {
      prompt: [1],
      completions: [
        [2, 3],
        [2, 4, 4],
      ],
    },
    { prompt: [1], completions: [[5], [6, 7, 8]] },
  ],
  16,
);
const references = [-2, -1.5, -1, -4];
const chosenTokens = 3;
const values = Float32Array.from({ length: batch.lossRows.length }, (_, index) => -0.4 - 0.3 * index);

/** The loss of the batch by the formula, for log-probabilities of the loss rows. */
function expectedLoss(logps: readonly number[], options: PreferenceOptions): number {
  const sums = [0, 0, 0, 0];
  const lengths = [0, 0, 0, 0];
  batch.lossRows.forEach(({ sequences }, index) => {
    for (const sequence of sequences) {
      sums[sequence]! += logps[index]!;
      lengths[sequence]! += 1;
    }
  });
  const at = (all: readonly number[], index: number): number =>
    usesMeans(options.lossType) ? all[index]! / lengths[index]! : all[index]!;
  const pairs = [0, 2].map((c) =>
    FORMULAS[options.lossType](
      at(sums, c),
      at(sums, c + 1),
      at(references, c),
      at(references, c + 1),
      options,
    ),
  );
  const likelihood = (-likelihoodWeight(options) / chosenTokens) * (sums[0]! + sums[2]!);
  return (pairs[0]! + pairs[1]!) / 2 + likelihood;
}

const cases = PREFERENCE_LOSSES.flatMap((lossType) =>
  [
    { beta: 0.3, labelSmoothing: 0, rpoAlpha: 0 },
    { beta: 0.7, labelSmoothing: 0.1, rpoAlpha: 0.5 },
  ].map((options) => ({ lossType, simpoGamma: 0.4, ...options })),
);

describe('the preference losses', () => {
  it.each(cases)(
    '$lossType (beta $beta, label_smoothing $labelSmoothing, rpo_alpha $rpoAlpha) agrees with its formula and with finite differences of it',
    async (options) => {
      const count = values.length;
      const graph = new Graph();
      const logps = graph.input('logps', 'float32', ['losses', 1]);
      const loss = preferenceLoss(options)(logps);
      graph.output('loss', loss);
      graph.output('gradient', differentiate(loss, [logps])[0]!);
      const session = await Session.create(graph);
      const outputs = await session.run({
        logps: { data: values, shape: [count, 1] },
        ...preferenceFeeds(batch, references, options, 2, chosenTokens),
      });
      await session.release();
      expect(floats(outputs, 'loss')[0]).toBeCloseTo(expectedLoss([...values], options), 5);
      const gradient = floats(outputs, 'gradient');
      values.forEach((_, index) => {
        const moved = (step: number): number =>
          expectedLoss(
            [...values].map((value, at) => (at === index ? value + step : value)),
            options,
          );
        const difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        expect(gradient[index]).toBeCloseTo(difference, 4);
      });
    },
  );

  it('need no reference where they are reference-free', () => {
    const options = { lossType: 'simpo', beta: 2, labelSmoothing: 0, rpoAlpha: 0, simpoGamma: 0.5 } as const;
    const names = Object.keys(preferenceFeeds(batch, [], options, 2, 1));
    expect(names).not.toContain('reference_chosen');
  });
});
