/** `sft.json`: examples in the order they are taken, and loss and gradient norm of each step. */
import { expect, it } from 'vitest';
import { freezeBase } from '../../src/model/frozen-base.js';
import { floats } from '../../src/tensor/arrays.js';
import { batchFeeds } from '../../src/training/graph.js';
import { sftFeeds, sftLoss } from '../../src/training/losses.js';
import { packTrees } from '../../src/training/packing.js';
import { createLoraStepper } from '../../src/training/trainer-session.js';
import { chunks, expectAdapter, runtime, type FigureKind, type GoldenModel } from './golden-model.js';

interface Sft {
  readonly examples: { readonly prompt: number[]; readonly completion: number[] }[];
  /** Examples of a micro-batch, and micro-batches of a step; or examples of a step. */
  readonly micro_batch?: number;
  readonly accumulation?: number;
  readonly per_step?: number;
  /** Where it is the same in all steps. */
  readonly learning_rate?: number;
  readonly steps: { readonly loss: number; readonly grad_norm: number; readonly learning_rate?: number }[];
}

async function takesSftSteps(golden: GoldenModel): Promise<void> {
  const figures = golden.read<Sft>('sft.json');
  const { loss: lossTolerance, norm: normTolerance } = golden.tolerances;
  const opened = await golden.open();
  const adapter = await golden.adapter('lora_init', opened);
  const { session, stepper } = await createLoraStepper({
    base: await freezeBase(opened, 'float32', runtime),
    adapter,
    loss: sftLoss,
    longest: 128,
  });
  const { micro_batch: size = 2, accumulation = 1, per_step: perStep = size * accumulation } = figures;
  const steps = chunks(figures.examples, perStep);
  for (const [index, expected] of figures.steps.entries()) {
    const examples = steps[index]!;
    const tokens = examples.reduce((sum, { completion }) => sum + completion.length, 0);
    let loss = 0;
    for (const micro of chunks(examples, size)) {
      const batch = packTrees(
        micro.map(({ prompt, completion }) => ({ prompt, completions: [completion] })),
        64,
      );
      const outputs = await stepper.accumulate({ ...batchFeeds(batch), ...sftFeeds(batch, tokens) });
      loss += floats(outputs, 'loss')[0]!;
    }
    const rate = expected.learning_rate ?? figures.learning_rate;
    if (rate === undefined) throw new Error(`${golden.name}: sft.json has no learning_rate`);
    const norm = stepper.update(rate, 1);
    expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(lossTolerance);
    expect(Math.abs(norm / expected.grad_norm - 1)).toBeLessThan(normTolerance);
  }
  if (golden.has('lora_sft_final')) {
    expectAdapter(adapter, await golden.adapter('lora_sft_final', opened), 2e-5);
  }
  await session.release();
}

export const sft: FigureKind = {
  file: 'sft.json',
  tests(golden) {
    it('takes the same SFT steps', () => takesSftSteps(golden));
  },
};
