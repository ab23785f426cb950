/** `kto.json`: judged answers by batches with their mismatched ones, and TRL's own steps. */
import { expect, it } from 'vitest';
import { freezeBase } from '../../src/model/frozen-base.js';
import { copyAdapter } from '../../src/model/lora.js';
import { ktoObjective, type JudgedAnswer } from '../../src/training/objectives/kto.js';
import type { TokenTree } from '../../src/training/packing.js';
import { stageRecipe, type KtoRecipe } from '../../src/training/recipe.js';
import { Scorer } from '../../src/training/scoring.js';
import { createLoraStepper } from '../../src/training/trainer-session.js';
import { expectAdapter, runtime, type FigureKind, type GoldenModel } from './golden-model.js';
import { takeStep } from './take-step.js';

interface Batch {
  readonly input_ids: number[][];
  readonly attention_mask: number[][];
  readonly completion_mask: number[][];
  readonly KL_input_ids: number[][];
  readonly KL_attention_mask: number[][];
  readonly KL_completion_mask: number[][];
  readonly label: boolean[];
}

const ROW_LENGTH = 64;
const COMPARED = ['kl', 'entropy', 'rewards/chosen', 'rewards/rejected', 'rewards/margins'];
const SUMS = ['logps/chosen', 'logps/rejected'];

/** Prompt, answer and mismatched answer, without padding. */
function treesOf(batch: Batch): TokenTree[] {
  return batch.input_ids.map((ids, index) => {
    const where =
      (mask: number[][], value: number) =>
      (_: number, at: number): boolean =>
        mask[index]![at] === value;
    const real = ids.filter(where(batch.attention_mask, 1));
    const prompt = real.filter(where(batch.completion_mask, 0));
    const mismatched = batch.KL_input_ids[index]!.filter(where(batch.KL_completion_mask, 1));
    return { prompt, completions: [ids.filter(where(batch.completion_mask, 1)), mismatched] };
  });
}

async function takesKtoSteps(golden: GoldenModel): Promise<void> {
  const figures = golden.read<{
    settings: Partial<KtoRecipe>;
    batches: Batch[];
    steps: Record<string, number>[];
  }>('kto.json');
  const opened = await golden.open();
  const base = await freezeBase(opened, 'float32', runtime);
  const reference = await golden.adapter('lora_sft_final', opened);
  const adapter = copyAdapter(reference);
  const recipe = stageRecipe({
    name: 'kto',
    type: 'kto',
    train_dataset: 'golden',
    per_device_train_batch_size: 8,
    ...figures.settings,
  });
  const objective = ktoObjective(recipe);
  const { session, stepper } = await createLoraStepper({
    ...{ base, adapter, longest: 128, entropy: objective.entropy },
    loss: objective.loss,
  });
  const scorer = await Scorer.create(base, ROW_LENGTH, 128, reference);
  for (const [step, expected] of figures.steps.entries()) {
    const batch = figures.batches[step]!;
    const trees = treesOf(batch);
    const references = await scorer.sums(trees, reference);
    const examples = trees.map((tree, index): JudgedAnswer => ({
      ...{ tree, label: batch.label[index]!, references: references[index]! },
    }));
    const { loss, norm, figures: told } = await takeStep(objective, stepper, recipe, ROW_LENGTH, examples);
    const all = { ...told, ...objective.figures!(told) };
    expect(Math.abs(loss - expected['loss']!), `loss of step ${step + 1}`).toBeLessThan(1e-5);
    expect(Math.abs(norm / expected['grad_norm']! - 1)).toBeLessThan(1e-4);
    const compared = (names: string[]): string[] => names.filter((name) => expected[name] !== undefined);
    for (const name of compared(COMPARED))
      expect(Math.abs(all[name]! - expected[name]!), name).toBeLessThan(1e-4);
    for (const name of compared(SUMS))
      expect(Math.abs(all[name]! - expected[name]!), name).toBeLessThan(1e-3);
  }
  expectAdapter(adapter, await golden.adapter('lora_kto_final', opened), 5e-5);
  await scorer.release();
  await session.release();
}

export const kto: FigureKind = {
  file: 'kto.json',
  tests(golden) {
    it('takes the same KTO steps', () => takesKtoSteps(golden));
  },
};
