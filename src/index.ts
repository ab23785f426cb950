/** The library: what `import … from 'shiren'` gives. */
export { Poet, type PoetOptions } from './writing/poet.js';
export { type PoemWriter } from './writing/writer.js';
export { type BatchOptions, type WriteOptions } from './writing/write-request.js';
export { type PoemPiece } from './writing/stream.js';
export { type PoemOrder, type WrittenPoem } from './writing/written-poem.js';
export { type Constraints } from './writing/constraints/constraint-schema.js';
export { LineIndex, type Nearness } from './poetry/line-index.js';
export { readLineIndex } from './corpus/line-index-file.js';
export { checkLines, checkPoem, type PoemCheck } from './poetry/prosody/check.js';
export {
  lookUpCharacter,
  lookUpRhyme,
  type CharacterEntry,
  type RhymeEntry,
} from './poetry/readings/lookup.js';
export { checkText, type TextCheck } from './poetry/prosody/check-text.js';
export { readPoemLines, readPoemText, type PastedPoem, type PastedText } from './poetry/parsing/poem-text.js';
export { type Suggestion } from './writing/suggest.js';
export { FORM_NAMES, FORMS, type FormName } from './poetry/forms/forms.js';
export { formatPrompt, parsePrompt } from './poetry/prompt.js';
export { toSimplified } from './poetry/script/script.js';
export { buildDatasets } from './corpus/build.js';
export type { BuildOptions, BuildSummary } from './corpus/build-options.js';
export { measurePoem, type PoemMetrics } from './evaluation/metrics.js';
export { Yardstick } from './evaluation/yardstick.js';
export { readThemeWeights } from './corpus/theme-weights.js';
export { ThemeMeasure } from './poetry/theme-measure.js';
export { parseRecipe, readRecipe, stageRecipe, type Recipe, type StageRecipe } from './training/recipe.js';
export { InputError } from './support/errors.js';
export { runRecipe, type RunRecipeOptions } from './pipeline/run-recipe.js';
export { dryRun } from './pipeline/dry-run.js';
export { estimateStage, type StageEstimate } from './pipeline/estimate.js';
export { type StageMemory } from './pipeline/memory.js';
export { type RecipeCallbacks } from './pipeline/callbacks.js';
export {
  evaluateModels,
  type EvaluateModelsOptions,
  type EvaluationOutcome,
} from './pipeline/evaluate-models.js';
export { exportModel, type ExportOptions } from './pipeline/export-model.js';
export { tryRewards, type JudgedPoem, type TryRewardsOptions } from './pipeline/try-rewards.js';
export { type RewardFunction, type RewardInput } from './evaluation/rewards.js';
export { pretrainModel, type PretrainModelOptions } from './pipeline/pretrain-model.js';
export { readReferenceCorpus } from './pipeline/reference-corpus.js';
