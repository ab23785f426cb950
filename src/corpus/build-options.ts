/** What the data sets are made from and how, and what came of it. */
import { Type } from 'typebox';
import { SeedSchema, shareSchema } from '../support/settings.js';
import type { PreferenceExample } from './dataset.js';

/** What the data sets are made from, and how. */
export interface BuildOptions {
  readonly source: string;
  readonly out: string;
  readonly seed: number;
  /** Share of clusters held out for evaluation. */
  readonly testShare: number;
  /** Share held out for the validation loss. */
  readonly validationShare: number;
  /** Poems below this quality ({@link qualityOf}) are dropped; 0 keeps all. */
  readonly minQuality: number;
  /** Share of training prompts that are worded in another way. */
  readonly paraphraseShare: number;
  /** Changes the training pairs before they are written: puts a model's own failures among the rejected answers. */
  readonly reject?: (pairs: Iterable<PreferenceExample>) => AsyncIterable<PreferenceExample>;
}

export const BUILD_DEFAULTS = {
  seed: 1,
  testShare: 0.1,
  validationShare: 0.05,
  minQuality: 0.3,
  paraphraseShare: 0.1,
} as const satisfies Partial<BuildOptions>;

/** What was read, kept and written. */
export interface BuildSummary {
  readonly poems: number;
  readonly kept: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Decisions by outcome and rule. */
  readonly decisions: Readonly<Record<string, number>>;
}

/** The settings with a range, for the command line and the library. */
export const BUILD_SETTINGS = {
  seed: SeedSchema,
  testShare: shareSchema({ description: 'share of poems held out for evaluation' }),
  validationShare: shareSchema({ description: 'share held out for the validation loss' }),
  minQuality: shareSchema({
    description: 'drop poems below this quality, from 0 to 1: rhyme, meter and fame',
  }),
  paraphraseShare: shareSchema({ description: 'share of training prompts in another wording' }),
};

/** What a building can be asked for beside its functions. */
export const BuildSettingsSchema = Type.Partial(Type.Object(BUILD_SETTINGS));
