/** The settings of rounds of DPO on pairs of the model's own poems. */
import { Type, type Static, type TObject } from 'typebox';
import { PREFERENCE_SETTINGS } from './preference-settings.js';

export const ITERATIVE_SETTINGS = {
  ...PREFERENCE_SETTINGS,
  num_rounds: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 3,
    description: 'Rounds of sampling, judging and training.',
  }),
  prompts_per_round: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 256,
    description: 'Prompts that are asked in each round.',
  }),
  num_generations: Type.Integer({
    minimum: 2,
    maximum: 1024,
    default: 8,
    description: 'Poems sampled for each prompt.',
  }),
  temperature: Type.Number({
    exclusiveMinimum: 0,
    maximum: 5,
    default: 1,
    description: 'Sampling temperature.',
  }),
};

export type IterativeSettings = Readonly<Static<TObject<typeof ITERATIVE_SETTINGS>>>;
