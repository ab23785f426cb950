/** The trainers by a stage's `type`: what each adds to the settings of every stage, and which columns it reads. */
import type { Static, TObject } from 'typebox';
import { GRPO_SETTINGS, grpoConflict, type GrpoSettings } from './grpo-settings.js';
import { KTO_SETTINGS, type KtoSettings } from './kto-settings.js';
import { ITERATIVE_SETTINGS, type IterativeSettings } from './iterative-settings.js';
import { PREFERENCE_SETTINGS, preferenceConflict, type PreferenceSettings } from './preference-settings.js';
import { SFT_SETTINGS, type SftSettings } from './sft-settings.js';
import type { COMMON_SETTINGS } from './common-settings.js';
import type { Conflict, Settings } from './setting.js';

export type CommonSettings = Readonly<Static<TObject<typeof COMMON_SETTINGS>>>;
export type SftRecipe = CommonSettings & SftSettings & { readonly type: 'sft' };
export type DpoRecipe = CommonSettings & PreferenceSettings & { readonly type: 'dpo' };
export type IterativeDpoRecipe = CommonSettings & IterativeSettings & { readonly type: 'iterative_dpo' };

export type KtoRecipe = CommonSettings & KtoSettings & { readonly type: 'kto' };
export type GrpoRecipe = CommonSettings & GrpoSettings & { readonly type: 'grpo' };

/** The settings of one stage. Names are TRL's. */
export type StageRecipe = SftRecipe | DpoRecipe | KtoRecipe | GrpoRecipe | IterativeDpoRecipe;
export type TrainerType = StageRecipe['type'];

/** What is learnt from an example: completions, pairs of a chosen and a rejected one, judged answers; or prompts are asked. */
export type Learnt = 'completions' | 'pairs' | 'judged' | 'prompts';

/** What a data set is for: to train on, or to be watched. */
export type Purpose = 'train' | 'validation';

export interface TrainerDefinition {
  readonly description: string;
  /** Columns of its data set. */
  readonly columns: readonly string[];
  readonly learns: Readonly<Record<Purpose, Learnt>>;
  /** What it adds to the settings of every stage. */
  readonly settings: Settings;
  /** Where its settings do not go together. */
  readonly conflict: (stage: StageRecipe) => Conflict | undefined;
}

export const TRAINERS: Readonly<Record<TrainerType, TrainerDefinition>> = {
  sft: {
    description: 'Supervised fine-tuning.',
    columns: ['prompt', 'completion; or messages; or text'],
    learns: { train: 'completions', validation: 'completions' },
    settings: SFT_SETTINGS,
    conflict: () => undefined,
  },
  dpo: {
    description: 'Direct preference optimisation.',
    columns: ['prompt', 'chosen', 'rejected'],
    learns: { train: 'pairs', validation: 'pairs' },
    settings: PREFERENCE_SETTINGS,
    conflict: (stage) => (stage.type === 'dpo' ? preferenceConflict(stage) : undefined),
  },
  kto: {
    description: 'Kahneman-Tversky optimisation: answers by themselves, each labelled good or bad.',
    columns: ['prompt', 'completion', 'label'],
    learns: { train: 'judged', validation: 'judged' },
    settings: KTO_SETTINGS,
    conflict: () => undefined,
  },
  grpo: {
    description: 'Group relative policy optimisation: the model’s own answers, judged by rewards.',
    columns: ['prompt', 'form', 'themes'],
    // The answers are the model's own.
    learns: { train: 'prompts', validation: 'prompts' },
    settings: GRPO_SETTINGS,
    conflict: (stage) => (stage.type === 'grpo' ? grpoConflict(stage) : undefined),
  },
  iterative_dpo: {
    description: 'Rounds of DPO on pairs of the model’s own poems, the best against the worst.',
    columns: ['prompt', 'completion', 'form', 'themes'],
    learns: { train: 'completions', validation: 'pairs' },
    settings: ITERATIVE_SETTINGS,
    conflict: (stage) => (stage.type === 'iterative_dpo' ? preferenceConflict(stage) : undefined),
  },
};

export const TRAINER_TYPES = Object.keys(TRAINERS) as TrainerType[];

/** What became of trainers that had another name. */
export const RENAMED_TYPES: Readonly<Record<string, TrainerType>> = { online_dpo: 'iterative_dpo' };
