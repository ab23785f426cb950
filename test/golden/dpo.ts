/** `dpo.json`: preference pairs, the reference's log-probabilities, and each step's metrics under TRL's names. */
import { expect, it } from 'vitest';
import { freezeBase } from '../../src/model/frozen-base.js';
import { floats } from '../../src/tensor/arrays.js';
import { batchFeeds } from '../../src/training/graph.js';
import { sequenceSums } from '../../src/training/losses.js';
import { packTrees } from '../../src/training/packing.js';
import { preferenceFeeds, preferenceLoss } from '../../src/training/preference.js';
import { createLoraStepper } from '../../src/training/trainer-session.js';
import { expectAdapter, runtime, type FigureKind, type GoldenModel } from './golden-model.js';

async function takesDpoSteps(golden: GoldenModel): Promise<void> {
  const figures = golden.read<{
    pairs: { prompt: number[]; chosen: number[]; rejected: number[] }[];
    beta: number;
    learning_rate: number;
    ref_logps: [number, number][];
    steps: Record<string, number>[];
  }>('dpo.json');
  const opened = await golden.open();
  const adapter = await golden.adapter('lora_sft_final', opened);
  const options = {
    lossType: 'sigmoid',
    beta: figures.beta,
    labelSmoothing: 0,
    rpoAlpha: 0,
    simpoGamma: 0,
  } as const;
  const loss = preferenceLoss(options);
  const { session, stepper } = await createLoraStepper({
    base: await freezeBase(opened, 'float32', runtime),
    adapter,
    loss,
    longest: 128,
  });
  const perStep = figures.pairs.length / figures.steps.length;
  for (const [index, expected] of figures.steps.entries()) {
    const pairs = figures.pairs.slice(index * perStep, (index + 1) * perStep);
    const references = figures.ref_logps.slice(index * perStep, (index + 1) * perStep).flat();
    const trees = pairs.map(({ prompt, chosen, rejected }) => ({
      prompt,
      completions: [chosen, rejected],
    }));
    const batch = packTrees(trees, 96);
    const outputs = await stepper.accumulate({
      ...batchFeeds(batch),
      ...preferenceFeeds(batch, references, options, perStep, 1),
    });
    stepper.update(figures.learning_rate, 1);
    const logps = sequenceSums(batch, floats(outputs, 'logps'));
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const side = (offset: number): number[] => logps.filter((_, i) => i % 2 === offset);
    const reward = (offset: number): number =>
      figures.beta * mean(side(offset).map((value, i) => value - references[2 * i + offset]!));
    expect(Math.abs(floats(outputs, 'loss')[0]! - expected['loss']!)).toBeLessThan(1e-4);
    expect(Math.abs(mean(side(0)) - expected['logps/chosen']!)).toBeLessThan(1e-4);
    expect(Math.abs(mean(side(1)) - expected['logps/rejected']!)).toBeLessThan(1e-4);
    expect(Math.abs(reward(0) - expected['rewards/chosen']!)).toBeLessThan(1e-4);
    expect(Math.abs(reward(1) - expected['rewards/rejected']!)).toBeLessThan(1e-4);
  }
  expectAdapter(adapter, await golden.adapter('lora_dpo_final', opened), 5e-5);
  await session.release();
}

export const dpo: FigureKind = {
  file: 'dpo.json',
  tests(golden) {
    it('takes the same DPO steps', () => takesDpoSteps(golden));
  },
};
