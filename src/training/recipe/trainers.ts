/** The trainers by a stage's `type`: what each adds to the settings of every stage, and which columns it reads. */
import type { Static, TObject } from 'typebox';
import { ITERATIVE_SETTINGS, type IterativeSettings } from './iterative-settings.js';
import { PREFERENCE_SETTINGS, preferenceConflict, type PreferenceSettings } from './preference-settings.js';
import type { COMMON_SETTINGS } from './common-settings.js';
import type { Settings } from './setting.js';

export type CommonSettings = Readonly<Static<TObject<typeof COMMON_SETTINGS>>>;
export type SftRecipe = CommonSettings & { readonly type: 'sft' };
export type DpoRecipe = CommonSettings & PreferenceSettings & { readonly type: 'dpo' };
export type IterativeDpoRecipe = CommonSettings & IterativeSettings & { readonly type: 'iterative_dpo' };

/** The settings of one stage. Names are TRL's. */
export type StageRecipe = SftRecipe | DpoRecipe | IterativeDpoRecipe;
export type TrainerType = StageRecipe['type'];

/** A setting and what is wrong with it. */
export type Conflict = readonly [key: string, problem: string];

export interface TrainerDefinition {
  readonly description: string;
  /** Columns of its data set. */
  readonly columns: readonly string[];
  /** What it adds to the settings of every stage. */
  readonly settings: Settings;
  /** Where its settings do not go together. */
  readonly conflict: (stage: StageRecipe) => Conflict | undefined;
}

export const TRAINERS: Readonly<Record<TrainerType, TrainerDefinition>> = {
  sft: {
    description: 'Supervised fine-tuning.',
    columns: ['prompt', 'completion'],
    settings: {},
    conflict: () => undefined,
  },
  dpo: {
    description: 'Direct preference optimisation.',
    columns: ['prompt', 'chosen', 'rejected'],
    settings: PREFERENCE_SETTINGS,
    conflict: (stage) => (stage.type === 'dpo' ? preferenceConflict(stage) : undefined),
  },
  iterative_dpo: {
    description: 'Rounds of DPO on pairs of the model’s own poems, the best against the worst.',
    columns: ['prompt', 'completion', 'form', 'themes'],
    settings: ITERATIVE_SETTINGS,
    conflict: (stage) => (stage.type === 'iterative_dpo' ? preferenceConflict(stage) : undefined),
  },
};

export const TRAINER_TYPES = Object.keys(TRAINERS) as TrainerType[];

/** What became of trainers that had another name. */
export const RENAMED_TYPES: Readonly<Record<string, TrainerType>> = { online_dpo: 'iterative_dpo' };
