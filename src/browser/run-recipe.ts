/** Training in a browser: the recipe that Node.js runs, by the same code, on files in memory. */
import { CHAT_TEMPLATE_FILE } from '../model/chat-template.js';
import { runRecipe as run } from '../pipeline/run-recipe.js';
import type { RecipeCallbacks } from '../pipeline/callbacks.js';
import { InputError } from '../support/errors.js';
import type { Recipe } from '../training/recipe.js';
import { isStageDone } from '../training/train-stage.js';
import { ADAPTER_FOLDER, fetchAdapter, fetchModel } from './fetch-files.js';
import { filesIn, putFile, removeFolder } from './file-system.js';
import { keepRun, runFolder } from './kept-runs.js';
import { findWasm, setThreads } from './runtime.js';

/** A recipe, its data, and who looks on. */
export interface BrowserRecipeOptions extends Omit<RecipeCallbacks, 'onDownload' | 'onModel'> {
  /** `model_name_or_path`, and an `adapter_from` that is no earlier stage, are URLs of folders. */
  readonly recipe: Recipe;
  /** Rows as TRL has them, by the name that train_dataset or eval_dataset says. */
  readonly datasets: Readonly<Record<string, readonly object[]>>;
  /** Keeps the run under this name in the browser's database, and goes on from what is kept there. Nothing is kept where absent. */
  readonly name?: string;
  /** Only this stage. */
  readonly stage?: string;
  /** URL of the folder of ort-wasm-simd-threaded.mjs and .wasm; they lie beside this script where absent. */
  readonly wasm?: string;
  /** Threads, where the host allows them (cross-origin isolation); the runtime's choice where absent. */
  readonly threads?: number;
  /** Stops after the step under way; what was done is kept. */
  readonly signal?: AbortSignal;
}

/** What a run has come to. */
export interface BrowserRun {
  /** False if the signal stopped it before the end. */
  readonly finished: boolean;
  /** The files of each finished stage's PEFT adapter by their names, by the stage's name. */
  readonly adapters: ReadonlyMap<string, ReadonlyMap<string, Uint8Array<ArrayBuffer>>>;
}

// eslint-disable-next-line no-restricted-syntax -- names the folder of each run in the one file system that there is
let runs = 0;

/**
 * Trains the stages that are not done yet, in the page or worker that calls it: it holds the thread, so that a page calls it in a worker.
 *
 * @throws InputError for what a recipe or its data have wrong, or what cannot be fetched
 */
export async function runRecipe(options: BrowserRecipeOptions): Promise<BrowserRun> {
  const { recipe, name } = options;
  findWasm(options.wasm);
  setThreads(options.threads);
  const data = `/data-${(runs += 1)}`;
  const out = name === undefined ? `/run-${runs}` : runFolder(name);
  const starts = startsOf(recipe);
  const kept = name === undefined ? undefined : await keepRun(name);
  try {
    await Promise.all(starts.map(([fetchFolder, url]) => fetchFolder(url, url, options.signal)));
    putDatasets(options.datasets, data);
    // Threads are the runtime's here, not a session's.
    const finished = await run({ ...options, threads: undefined, recipe: named(recipe), data, out });
    return { finished, adapters: adaptersOf(recipe, out) };
  } finally {
    await kept?.close();
    for (const folder of [data, out, ...starts.map(([, url]) => url)]) removeFolder(folder);
  }
}

/** The recipe, its base called as it is named: there is no folder that an adapter could call it by. */
const named = (recipe: Recipe): Recipe => ({
  base_model_name_or_path: recipe.model_name_or_path,
  ...recipe,
});

/** What a recipe starts from: who fetches it, and its URL. */
function startsOf({ model_name_or_path: model, stages }: Recipe): [typeof fetchModel, string][] {
  const own = stages.map(({ name }) => name);
  const from = new Set(stages.flatMap(({ adapter_from: start }) => start ?? []));
  const adapters = [...from].filter((start) => !own.includes(start));
  return [[fetchModel, model], ...adapters.map((url): [typeof fetchModel, string] => [fetchAdapter, url])];
}

function putDatasets(datasets: BrowserRecipeOptions['datasets'], folder: string): void {
  for (const [name, rows] of Object.entries(datasets)) {
    if (rows.length === 0) throw new InputError(`${name}: an empty data set, expected a row at least`);
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
    putFile(`${folder}/${name}`, new TextEncoder().encode(lines.join('')));
  }
}

/** What an adapter's folder holds, for whoever loads it. */
const ADAPTER_FILES: readonly string[] = [...ADAPTER_FOLDER, CHAT_TEMPLATE_FILE];

function adaptersOf({ stages }: Recipe, out: string): BrowserRun['adapters'] {
  const done = stages.map(({ name }) => name).filter((name) => isStageDone(`${out}/${name}`));
  const filesOf = (stage: string): Map<string, Uint8Array<ArrayBuffer>> =>
    new Map(filesIn(`${out}/${stage}`).filter(([name]) => ADAPTER_FILES.includes(name)));
  return new Map(done.map((stage) => [stage, filesOf(stage)]));
}
