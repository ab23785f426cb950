/** The settings of GRPO, under the names of TRL's GRPOConfig. */
import { Type, type Static, type TObject } from 'typebox';
import { nullable, type Conflict } from './setting.js';

const GRPO_LOSSES = ['dapo', 'grpo', 'dr_grpo', 'bnpo'] as const;
const IMPORTANCE_LEVELS = ['token', 'sequence'] as const;
export const REWARD_SCALES = ['group', 'batch', 'none'] as const;

const positive = (maximum: number) => ({ exclusiveMinimum: 0, maximum });

const weight = Type.Optional(Type.Number({ minimum: -1000, maximum: 1000 }));
const text = Type.String({ minLength: 1 });

/** A reward function with its weight: a built-in one by its name, or a module of one's own by its path. */
export const RewardSchema = Type.Union(
  [
    text,
    Type.Object({ name: text, weight }, { additionalProperties: false }),
    Type.Object({ module: text, weight }, { additionalProperties: false }),
  ],
  { expected: 'the name of a reward, {name, weight} or {module, weight}' },
);
export type RewardSetting = Static<typeof RewardSchema>;

export const GRPO_SETTINGS = {
  loss_type: Type.Enum([...GRPO_LOSSES], {
    default: 'dapo',
    description:
      'How token losses are averaged: dapo over the tokens of the step, bnpo over those of a micro-batch, grpo over each answer first, dr_grpo by max_completion_length.',
  }),
  beta: Type.Number({
    minimum: 0,
    maximum: 1000,
    default: 0,
    description: 'Weight of the KL divergence from the reference (k3 estimate); 0 needs no reference.',
  }),
  epsilon: Type.Number({
    ...positive(1),
    default: 0.2,
    description: 'Clips the ratio of probabilities below 1 − epsilon.',
  }),
  epsilon_high: nullable(Type.Number(positive(100)), {
    default: null,
    description: 'Clips it above 1 + epsilon_high; null for epsilon.',
  }),
  num_iterations: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 1,
    description: 'Optimiser steps on each batch of answers.',
  }),
  num_generations: Type.Integer({
    minimum: 2,
    maximum: 1024,
    default: 8,
    description:
      'Answers to each prompt, which are compared with each other; a step has per_device_train_batch_size · gradient_accumulation_steps answers.',
  }),
  max_completion_length: Type.Integer({
    minimum: 1,
    maximum: 131_072,
    default: 96,
    description: 'Longest answer in tokens.',
  }),
  temperature: Type.Number({ ...positive(5), default: 1, description: 'Sampling temperature.' }),
  top_p: Type.Number({
    ...positive(1),
    default: 1,
    description: 'Samples from the likeliest tokens that together reach it.',
  }),
  top_k: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    default: 0,
    description: 'Samples from the likeliest so many; 0 for all.',
  }),
  importance_sampling_level: Type.Enum([...IMPORTANCE_LEVELS], {
    default: 'token',
    description: 'Whether ratios are each token’s, or the geometric mean of an answer’s.',
  }),
  scale_rewards: Type.Enum([...REWARD_SCALES], {
    default: 'group',
    description: 'Whose standard deviation rewards are divided by.',
  }),
  mask_truncated_completions: Type.Boolean({
    default: false,
    description: 'Leaves answers that were cut off out of the loss.',
  }),
  rewards: Type.Array(RewardSchema, {
    minItems: 1,
    default: ['form', 'rhyme', 'tone', 'theme'],
    description: 'Reward functions with their weights: built in, or modules of one’s own.',
  }),
  reward_weights: nullable(Type.Array(Type.Number({ minimum: -1000, maximum: 1000 }), { minItems: 1 }), {
    default: null,
    description: 'Weights of the rewards in their order, in place of those that stand with them.',
  }),
};

export type GrpoSettings = Readonly<Static<TObject<typeof GRPO_SETTINGS>>>;

/** What each reward weighs: by `reward_weights`, or by what stands with it. */
export function rewardWeights({
  rewards,
  reward_weights,
}: Pick<GrpoSettings, 'rewards' | 'reward_weights'>): number[] {
  return rewards.map(
    (reward, index) => reward_weights?.[index] ?? (typeof reward === 'object' ? (reward.weight ?? 1) : 1),
  );
}

interface GrpoBatch {
  readonly per_device_train_batch_size: number;
  readonly gradient_accumulation_steps: number;
}

/** Where two settings do not go together. */
export function grpoConflict(settings: GrpoSettings & GrpoBatch): Conflict | undefined {
  const { num_generations: generations, rewards, reward_weights: weights } = settings;
  const answers = settings.per_device_train_batch_size * settings.gradient_accumulation_steps;
  if (answers % generations !== 0) {
    return [
      'num_generations',
      `found ${generations}, expected a divisor of the ${answers} answers of a step (per_device_train_batch_size · gradient_accumulation_steps)`,
    ];
  }
  if (weights !== null && weights.length !== rewards.length) {
    return [
      'reward_weights',
      `found ${weights.length} numbers, expected one for each of ${rewards.length} rewards`,
    ];
  }
  return undefined;
}
