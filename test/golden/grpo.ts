/** `grpo.json`: batches of answers with the values of two reward functions, and for each of its settings TRL's own steps. */
import { expect, it } from 'vitest';
import { freezeBase } from '../../src/model/frozen-base.js';
import { copyAdapter } from '../../src/model/lora.js';
import { grpoObjective, type Rollout } from '../../src/training/objectives/grpo.js';
import { rolloutsOf } from '../../src/training/objectives/rollout-source.js';
import { stageRecipe, type GrpoRecipe } from '../../src/training/recipe.js';
import { Scorer } from '../../src/training/scoring.js';
import { createLoraStepper } from '../../src/training/trainer-session.js';
import { expectAdapter, runtime, type FigureKind, type GoldenModel } from './golden-model.js';
import { takeStep } from './take-step.js';

interface Group {
  readonly prompt: number[];
  readonly completions: number[][];
  /** One list a reward function, one number a completion. */
  readonly rewards: number[][];
}

interface Figures {
  readonly num_generations: number;
  readonly max_completion_length: number;
  readonly reward_weights: number[];
  readonly rounds: Group[][];
  readonly cases: Record<string, { settings: Partial<GrpoRecipe>; steps: Record<string, number>[] }>;
}

/** The end token of these models. */
const END = 2;
const ROW_LENGTH = 64;

/** Figures that are ours and TRL's; its num_tokens and epoch count otherwise. */
const COMPARED = /^(?:kl|entropy|clip_ratio\/.*|reward.*|frac_reward_zero_std|completions\/.*)$/;

async function takesGrpoSteps(golden: GoldenModel, name: string): Promise<void> {
  const figures = golden.read<Figures>('grpo.json');
  const { settings, steps } = figures.cases[name]!;
  const { num_generations, max_completion_length, reward_weights } = figures;
  const answers = figures.rounds[0]!.length * num_generations;
  const recipe = stageRecipe({
    ...{
      name,
      type: 'grpo',
      train_dataset: 'golden',
      num_generations,
      max_completion_length,
      reward_weights,
    },
    ...{ per_device_train_batch_size: answers, gradient_accumulation_steps: 1, rewards: ['first', 'second'] },
    ...settings,
  });
  const rewards = ['first', 'second'].map((one) => ({ name: one, weight: 1 }));
  const opened = await golden.open();
  const base = await freezeBase(opened, 'float32', runtime);
  const reference = await golden.adapter('lora_sft_final', opened);
  const adapter = copyAdapter(reference);
  const objective = grpoObjective(recipe);
  const { session, stepper } = await createLoraStepper({
    ...{ base, adapter, longest: 128, entropy: objective.entropy },
    loss: objective.loss,
  });
  const scorer = await Scorer.create(base, ROW_LENGTH, 128, reference);
  let step = 0;
  for (const round of figures.rounds) {
    const completions = round.flatMap((group) =>
      group.completions.map((tokens, index) => ({
        tokens,
        finished: tokens.length < max_completion_length || tokens.at(-1) === END,
        rewards: group.rewards.map((values) => values[index]!),
      })),
    );
    const prompts = round.flatMap(({ prompt }) => new Array<number[]>(num_generations).fill(prompt));
    const made = rolloutsOf(recipe, rewards, prompts, completions);
    const trees = made.rollouts.map(({ tree }) => tree);
    const [old, pulled] = [await scorer.tokens(trees, adapter), await scorer.tokens(trees, reference)];
    const rollouts = made.rollouts.map((rollout, index): Rollout => ({
      ...rollout,
      ...(recipe.num_iterations > 1 ? { old: old[index] } : {}),
      ...(recipe.beta > 0 ? { reference: pulled[index] } : {}),
    }));
    for (let iteration = 0; iteration < recipe.num_iterations; iteration += 1) {
      const expected = steps[step]!;
      const taken = await takeStep(objective, stepper, recipe, ROW_LENGTH, rollouts);
      const told = { ...made.figures, ...taken.figures };
      expect(Math.abs(taken.loss - expected['loss']!), `loss of step ${step + 1}`).toBeLessThan(1e-5);
      // Where every answer is clipped there is no gradient.
      expect(Math.abs(taken.norm - expected['grad_norm']!)).toBeLessThan(1e-4);
      for (const key of Object.keys(expected).filter((one) => COMPARED.test(one))) {
        expect(Math.abs(told[key]! - expected[key]!), `${key} of step ${step + 1}`).toBeLessThan(1e-4);
      }
      step += 1;
    }
  }
  expect(step).toBe(steps.length);
  expectAdapter(adapter, await golden.adapter(`lora_grpo_${name}`, opened), 5e-5);
  await scorer.release();
  await session.release();
}

export const grpo: FigureKind = {
  file: 'grpo.json',
  tests(golden) {
    const { cases } = golden.read<Figures>('grpo.json');
    it.each(Object.keys(cases))('takes the same GRPO steps: %s', (name) => takesGrpoSteps(golden, name));
  },
};
