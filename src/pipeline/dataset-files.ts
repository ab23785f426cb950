/** Where the data sets of a stage are. */
import { fileBelow } from '../support/file-below.js';
import type { StageRecipe } from '../training/recipe.js';
import type { Purpose } from '../training/recipe/trainers.js';

/** The setting that names a data set, by what the set is for. */
export const DATASET_KEYS = { train: 'train_dataset', validation: 'eval_dataset' } as const satisfies Record<
  Purpose,
  keyof StageRecipe
>;

export const PURPOSES = Object.keys(DATASET_KEYS) as readonly Purpose[];

/**
 * The files of a stage's data set; undefined where the stage has none for the purpose.
 *
 * @param data the folder that names are relative to
 * @throws InputError for a data set that is not a file below that folder
 */
export async function datasetFiles(
  stage: StageRecipe,
  purpose: Purpose,
  data: string,
): Promise<readonly string[] | undefined> {
  const key = DATASET_KEYS[purpose];
  const { [key]: name } = stage;
  return name === null ? undefined : [await fileBelow(data, name, `${stage.name}: ${key}`)];
}
