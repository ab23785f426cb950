/** The settings of preference optimisation, under the names of TRL's DPOConfig. */
import { Type, type Static, type TObject } from 'typebox';
import type { Conflict } from './setting.js';
import { usesLabelSmoothing, PREFERENCE_LOSSES, type PreferenceOptions } from '../preference.js';

const SIMPO_GAMMA = 0.5;

export const PREFERENCE_SETTINGS = {
  loss_type: Type.Enum([...PREFERENCE_LOSSES], { default: 'sigmoid', description: 'The preference loss.' }),
  beta: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1000,
    default: 0.1,
    description: 'Strength of the pull towards the reference; for orpo the weight of the odds ratio.',
  }),
  label_smoothing: Type.Number({
    minimum: 0,
    maximum: 0.5,
    default: 0,
    description: 'How often preferences are assumed to be flipped (sigmoid, robust, sigmoid_norm, simpo).',
  }),
  rpo_alpha: Type.Number({
    minimum: 0,
    maximum: 1000,
    default: 0,
    description: 'Weight of the chosen answers’ negative log-likelihood, added to the loss.',
  }),
  simpo_gamma: Type.Number({
    minimum: 0,
    maximum: 1000,
    default: SIMPO_GAMMA,
    description: 'The margin that simpo asks for.',
  }),
};

export type PreferenceSettings = Readonly<Static<TObject<typeof PREFERENCE_SETTINGS>>>;

/** Where two settings do not go together: the key and what is wrong. */
export function preferenceConflict(settings: PreferenceSettings): Conflict | undefined {
  const { loss_type: loss, label_smoothing: smoothing, simpo_gamma: gamma } = settings;
  if (loss === 'robust' && smoothing >= 0.5) {
    return [
      'label_smoothing',
      `found ${smoothing}, expected a number below 0.5: robust divides by 1 − 2 · label_smoothing`,
    ];
  }
  if (smoothing > 0 && !usesLabelSmoothing(loss)) {
    return ['label_smoothing', `found ${smoothing}, expected 0: loss_type ${loss} has none`];
  }
  if (loss !== 'simpo' && gamma !== SIMPO_GAMMA) {
    return ['simpo_gamma', `found ${gamma}, expected it with loss_type simpo only`];
  }
  return undefined;
}

/** The preference loss of a stage. */
export function preferenceOptions(settings: PreferenceSettings): PreferenceOptions {
  return {
    lossType: settings.loss_type,
    beta: settings.beta,
    labelSmoothing: settings.label_smoothing,
    rpoAlpha: settings.rpo_alpha,
    simpoGamma: settings.simpo_gamma,
  };
}
