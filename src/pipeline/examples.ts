/** From a data set's files to token ids, as the stage's type reads it. */
import type { DatasetSource } from '../corpus/examples.js';
import { readLearnt } from '../corpus/learnt.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { atPlace, InputError } from '../support/errors.js';
import type { TokenizedExample } from '../training/learning.js';
import type { StageRecipe } from '../training/recipe.js';
import { TRAINERS, type Purpose } from '../training/recipe/trainers.js';
import { tokenizeExample, type Tokenized } from '../training/tokenize.js';

/** A data set as a stage's settings say that it is read. */
export function sourceOf(stage: StageRecipe, files: readonly string[]): DatasetSource {
  return {
    files,
    format: stage.format,
    ...(stage.type === 'sft' ? { textField: stage.dataset_text_field } : {}),
  };
}

/** Looks at every row of a stage's data set. @throws InputError naming file and row of the first that cannot be read */
export async function checkExamples(
  stage: StageRecipe,
  purpose: Purpose,
  files: readonly string[],
): Promise<void> {
  for await (const { learnt } of readLearnt(TRAINERS[stage.type].learns[purpose], sourceOf(stage, files)))
    void learnt;
}

/** The examples as token ids, cut to the stage's max_length. @throws InputError naming file and row, or for a set that leaves nothing to learn */
export async function tokenizeDataset(
  stage: StageRecipe,
  purpose: Purpose,
  files: readonly string[],
  tokenizer: Tokenizer,
): Promise<Tokenized> {
  const trees: TokenizedExample[] = [];
  let [truncated, leftOut] = [0, 0];
  for await (const { place, learnt } of readLearnt(
    TRAINERS[stage.type].learns[purpose],
    sourceOf(stage, files),
  )) {
    const { tree, length } = atPlace(place, () => tokenizeExample(tokenizer, learnt, stage));
    if (tree) trees.push(tree);
    else leftOut += 1;
    if (tree && length > stage.max_length) truncated += 1;
  }
  if (trees.length > 0) return { trees, truncated, leftOut };
  throw new InputError(
    `${files.join(', ')}: all ${leftOut} examples have nothing to learn within max_length ${stage.max_length}, expected a larger one`,
  );
}
