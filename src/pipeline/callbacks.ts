/** What the pipeline tells of its work. It prints nothing: a program shows what it likes. */
import type { DownloadProgress } from '../model/hub.js';
import type { EvaluationMetrics, SampledPoem } from '../training/metrics.js';
import type { StageRecipe } from '../training/recipe.js';
import type { RunEnd, StageProgress } from '../training/trainer.js';
import type { StageEstimate } from './estimate.js';

/** Sampling for a stage that learns from the model's own poems. */
export interface SamplingProgress {
  /** Round or generation batch, from 1. */
  readonly round: number;
  readonly done: number;
  readonly total: number;
}

/** Who looks on while a recipe runs. */
export interface RecipeCallbacks {
  /** Bytes of a model or a data set that is brought from the hub. */
  readonly onDownload?: (progress: DownloadProgress) => void;
  /** The folder of the base, when it is found. */
  readonly onModel?: (folder: string) => void | Promise<void>;
  /** A stage begins, has come to its end, or was done before. */
  readonly onStage?: (stage: StageRecipe, state: 'begun' | 'finished' | 'done before') => void;
  /** What a stage will take, before it begins. */
  readonly onEstimate?: (stage: StageRecipe, estimate: StageEstimate) => void;
  /** Examples that were longer than max_length and lost their end; and such of which nothing was left to learn. */
  readonly onTruncated?: (stage: StageRecipe, examples: number, leftOut: number) => void;
  /** An optimiser step is done, with its figures; once before the first, without. */
  readonly onProgress?: (stage: StageRecipe, progress: StageProgress) => void;
  /** The loss on eval_dataset. */
  readonly onEvaluation?: (stage: StageRecipe, metrics: EvaluationMetrics) => void;
  /** A stage's training has come to its end, or was stopped early: which step was the best. */
  readonly onEnd?: (stage: StageRecipe, end: RunEnd) => void;
  /** Poems written on the way (sample_steps). */
  readonly onSample?: (stage: StageRecipe, poem: SampledPoem) => void;
  /** Poems of the model's own are written to learn from. */
  readonly onSampling?: (stage: StageRecipe, progress: SamplingProgress) => void;
}
