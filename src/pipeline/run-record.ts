/** What a stage was trained with, kept beside its adapter: programs, machine, base, and the bytes of its data. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../support/errors.js';
import { hashFile, isRecord, readJson, writeJson } from '../support/files.js';
import { settingsOf, type StageRecipe } from '../training/recipe.js';
import { isStageDone } from '../training/train-stage.js';
import type { RunEnd } from '../training/trainer.js';
import { DATASET_KEYS, datasetFiles, PURPOSES } from './dataset-files.js';
import { describePrograms } from './programs.js';

/** Where a stage's data lies, and what it is trained on. */
interface RecordContext {
  readonly data: string;
  readonly baseName: string;
}

/** The files of a stage's data sets. */
export type StageFiles = Readonly<Record<'train', readonly string[]>> &
  Readonly<Record<'validation', readonly string[] | undefined>>;

const ADAPTER = 'adapter_model.safetensors';

async function describeFile(file: string): Promise<{ file: string; sha256: string }> {
  return { file, sha256: await hashFile(file) };
}

/** The SHA-256 of the only file of a data set; of several the one over the list of theirs. */
async function hashFiles(files: readonly string[]): Promise<string> {
  const [only = ''] = files;
  if (files.length === 1) return hashFile(only);
  const all = createHash('sha256');
  for (const file of files) all.update(`${await hashFile(file)}\n`);
  return all.digest('hex');
}

async function describeFiles(files: readonly string[]): Promise<{ file: string; sha256: string }> {
  return { file: files.join(' '), sha256: await hashFiles(files) };
}

/**
 * Writes run.json: versions of shiren, Node and ONNX Runtime, the processor, the base, and the SHA-256 of the data sets and of the adapter
 * that the stage starts from.
 *
 * @param start the folder of that adapter
 */
export async function writeRunRecord(
  folder: string,
  { train, validation }: StageFiles,
  baseName: string,
  examples: number,
  start: string | undefined,
): Promise<void> {
  await writeJson(path.join(folder, 'run.json'), {
    ...(await describePrograms()),
    model_name_or_path: baseName,
    train_dataset: { ...(await describeFiles(train)), examples },
    ...(validation ? { eval_dataset: await describeFiles(validation) } : {}),
    ...(start === undefined ? {} : { adapter_from: await describeFile(path.join(start, ADAPTER)) }),
  });
}

/** Adds to run.json how the stage ended: its steps and, where a validation set was watched, the best one with its loss, as TrainerState calls them. */
export async function recordEnd(folder: string, { step, best }: RunEnd): Promise<void> {
  const file = path.join(folder, 'run.json');
  const record = await readJson(file);
  const found = best && { best_global_step: best.step, best_metric: best.loss };
  await writeJson(file, { ...(isRecord(record) ? record : {}), global_step: step, ...found });
}

/** Settings that may change between two runs into one folder: what is shown, kept and written on the way. */
const CHANGEABLE_SETTINGS: readonly string[] = [
  'logging_steps',
  'report_to',
  'save_steps',
  'save_total_limit',
  'sample_steps',
  'sample_prompts',
];

/** Settings that may change while the stage is not finished: longer or shorter training. */
const LENGTH_SETTINGS: readonly string[] = ['num_train_epochs', 'max_steps'];

/** What is told by the bytes of a file, and not by its name. */
const BY_CONTENT: readonly string[] = [...Object.values(DATASET_KEYS), 'adapter_from'];

/**
 * Whether a folder's stage can be taken up, or counts as done, with these settings and data.
 *
 * @param start the folder of the adapter that it starts from, where that is there already
 * @throws InputError naming the key or the file that is not what it was when the stage began
 */
export async function requireSameRun(
  folder: string,
  stage: StageRecipe,
  { data, baseName }: RecordContext,
  start: string | undefined,
): Promise<void> {
  const recipeFile = path.join(folder, 'recipe.json');
  if (!existsSync(recipeFile)) return;
  const finished = isStageDone(folder);
  const advice = `set it back, or train into another folder (--out)`;
  const before = await readJson(recipeFile);
  if (!isRecord(before)) throw new InputError(`${recipeFile}: expected an object, the settings of the stage`);
  const free = [...CHANGEABLE_SETTINGS, ...(finished ? [] : LENGTH_SETTINGS)];
  for (const key of ['type', ...Object.keys(settingsOf(stage.type))]) {
    if (free.includes(key) || before[key] === undefined) continue;
    const values = [before[key], stage[key as keyof StageRecipe]];
    const [was, is] = values.map((value) => JSON.stringify(value));
    const sameKind = BY_CONTENT.includes(key) && values.every((value) => value !== null);
    if (was === is || sameKind) continue;
    const state = finished ? 'is finished' : 'was begun';
    throw new InputError(
      `${stage.name}: ${key}: found ${is}, expected ${was}: the stage in ${folder} ${state} with that; ${advice}`,
    );
  }
  const files: [string, readonly string[]][] = [];
  for (const purpose of PURPOSES) {
    // A data set that is no longer there is missed where it is needed.
    const found = await datasetFiles(stage, purpose, data).catch(() => undefined);
    if (found) files.push([DATASET_KEYS[purpose], found]);
  }
  if (start !== undefined) files.push(['adapter_from', [path.join(start, ADAPTER)]]);
  await requireSameFiles(folder, stage.name, files, baseName, advice);
}

/** @param files by the setting that names them */
async function requireSameFiles(
  folder: string,
  stage: string,
  files: readonly (readonly [key: string, files: readonly string[]])[],
  baseName: string,
  advice: string,
): Promise<void> {
  const recordFile = path.join(folder, 'run.json');
  const record = existsSync(recordFile) ? await readJson(recordFile) : {};
  if (!isRecord(record)) throw new InputError(`${recordFile}: expected an object, the record of the run`);
  const { model_name_or_path: base = baseName } = record;
  if (base !== baseName) {
    throw new InputError(
      `${stage}: model_name_or_path: found ${baseName}, expected ${String(base)}: the stage in ${folder} was begun with that; ${advice}`,
    );
  }
  for (const [key, those] of files) {
    const known = record[key];
    if (
      !isRecord(known) ||
      !those.every((file) => existsSync(file)) ||
      (await hashFiles(those)) === known['sha256']
    )
      continue;
    throw new InputError(
      `${stage}: ${key}: ${those.join(' ')} is not what it was when the stage in ${folder} was begun (its SHA-256 differs from run.json's); ${advice}`,
    );
  }
}
