/** Where the data sets of a stage are: below the data folder, or on the hub. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DATASET_FILE } from '../corpus/rows.js';
import { isHubId, type DownloadProgress } from '../model/hub.js';
import { hubDatasetFiles } from '../model/hub-dataset.js';
import { InputError } from '../support/errors.js';
import { fileBelow } from '../support/file-below.js';
import type { StageRecipe } from '../training/recipe.js';
import type { Purpose } from '../training/recipe/trainers.js';

/** The setting that names a data set, by what the set is for. */
export const DATASET_KEYS = { train: 'train_dataset', validation: 'eval_dataset' } as const satisfies Record<
  Purpose,
  keyof StageRecipe
>;

export const PURPOSES = Object.keys(DATASET_KEYS) as readonly Purpose[];

/** The setting that names the split of a data set of the hub. */
const SPLIT_KEYS = { train: 'dataset_train_split', validation: 'dataset_test_split' } as const;

/** Whether a name means a data set of the hub: there is no such file, and no file is called so. */
export function isHubDataset(name: string, folder: string): boolean {
  return isHubId(name) && !DATASET_FILE.test(name) && !existsSync(path.resolve(folder, name));
}

/**
 * The files of a stage's data set; undefined where the stage has none for the purpose. What the hub has is brought into its cache.
 *
 * @param data the folder that names are relative to
 * @throws InputError for a data set that is neither a file below that folder nor on the hub
 */
export async function datasetFiles(
  stage: StageRecipe,
  purpose: Purpose,
  data: string,
  onProgress?: (progress: DownloadProgress) => void,
): Promise<readonly string[] | undefined> {
  const key = DATASET_KEYS[purpose];
  const { [key]: name } = stage;
  if (name === null) return undefined;
  const what = `${stage.name}: ${key}`;
  if (!isHubDataset(name, data)) return [await fileBelow(data, name, what)];
  try {
    return await hubFiles(name, stage, purpose, onProgress);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${what}: ${path.resolve(data, name)}: no such file; ${error.message}`);
  }
}

/** The files of a data set of the hub, as a stage's settings choose them. */
export function hubFiles(
  id: string,
  stage: StageRecipe,
  purpose: Purpose,
  onProgress?: (progress: DownloadProgress) => void,
): Promise<string[]> {
  return hubDatasetFiles({
    ...{ id, config: stage.dataset_config, split: stage[SPLIT_KEYS[purpose]] },
    isData: (file) => DATASET_FILE.test(file),
    ...(onProgress ? { onProgress } : {}),
  });
}
