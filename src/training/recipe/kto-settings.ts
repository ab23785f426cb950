/** The settings of KTO, under the names of TRL's KTOConfig. */
import { Type, type Static, type TObject } from 'typebox';

const KTO_LOSSES = ['kto', 'apo_zero_unpaired'] as const;

export const KTO_SETTINGS = {
  loss_type: Type.Enum([...KTO_LOSSES], {
    default: 'kto',
    description: 'kto, or apo_zero_unpaired, for good answers that are better than what the model writes.',
  }),
  beta: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1000,
    default: 0.1,
    description: 'Strength of the pull towards the reference.',
  }),
  desirable_weight: Type.Number({
    minimum: 0,
    maximum: 1000,
    default: 1,
    description: 'Weight of the answers that are labelled good.',
  }),
  undesirable_weight: Type.Number({
    minimum: 0,
    maximum: 1000,
    default: 1,
    description: 'Weight of the answers that are labelled bad.',
  }),
};

export type KtoSettings = Readonly<Static<TObject<typeof KTO_SETTINGS>>>;
