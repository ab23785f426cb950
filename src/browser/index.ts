/** The library in a browser: the poet on WebAssembly, the checks, and training. Bundled into dist/shiren.browser.js. */
export { checkLines, checkPoem, type PoemCheck } from '../poetry/prosody/check.js';
export {
  lookUpCharacter,
  lookUpRhyme,
  type CharacterEntry,
  type RhymeEntry,
} from '../poetry/readings/lookup.js';
export { checkText, type TextCheck } from '../poetry/prosody/check-text.js';
export {
  readPoemLines,
  readPoemText,
  type PastedPoem,
  type PastedText,
} from '../poetry/parsing/poem-text.js';
export { FORM_NAMES, FORMS, type FormName } from '../poetry/forms/forms.js';
export { formatPrompt, parsePrompt } from '../poetry/prompt.js';
export { toSimplified } from '../poetry/script/script.js';
export { POEM_CHOICES, type PoemChoices } from '../writing/choices.js';
export { ownPoemExamples, type OwnPoems } from '../corpus/own-poems.js';
export { readWriteOptions } from '../writing/json-request.js';
export { bookByName } from '../poetry/readings/books.js';
export { type Constraints } from '../writing/constraints/constraint-schema.js';
export { type WriteOptions } from '../writing/write-request.js';
export { type PoemPiece } from '../writing/stream.js';
export { type WrittenPoem } from '../writing/written-poem.js';
export { LineIndex } from '../poetry/line-index.js';
export { InputError } from '../support/errors.js';
export { parseRecipe, type Recipe, type StageRecipe } from '../training/recipe.js';
export { type EvaluationMetrics, type SampledPoem, type StepMetrics } from '../training/metrics.js';
export { type RunEnd, type StageProgress } from '../training/trainer.js';
export { type RecipeCallbacks } from '../pipeline/callbacks.js';
export { Poet } from '../writing/poet.js';
export { forgetRun, keptRuns } from './kept-runs.js';
export { loadPoet, type BrowserPoetOptions } from './load-poet.js';
export { runRecipe, type BrowserRecipeOptions, type BrowserRun } from './run-recipe.js';
