/** A poet in a browser, its files fetched by URL. */
import { LineIndex } from '../poetry/line-index.js';
import { InputError } from '../support/errors.js';
import { Poet } from '../writing/poet.js';
import { bytesOf, fetchAdapter, fetchModel } from './fetch-files.js';
import { removeFolder } from './file-system.js';
import { findWasm } from './runtime.js';
import { setSubjectFile } from './subject-file.js';

/** Where a poet in a browser finds its files. */
export interface BrowserPoetOptions {
  /** URL of a Hugging Face model folder. */
  readonly model: string;
  /** URL of a PEFT adapter folder. */
  readonly adapter?: string;
  /** URL of an index of known lines. */
  readonly index?: string;
  /** URL of data/subjects.json, fetched when a subject first needs it; where absent only listed words lead to those of poems. */
  readonly subjects?: string;
  /** URL of the folder of ort-wasm-simd-threaded.mjs and .wasm; they lie beside this script where absent. */
  readonly wasm?: string;
  readonly signal?: AbortSignal;
}

// eslint-disable-next-line no-restricted-syntax -- names the folder of each load in the one file system that there is
let loads = 0;

/** Fetches a model and its adapter, and makes a poet of them. @throws InputError for what cannot be fetched or read */
export async function loadPoet(options: BrowserPoetOptions): Promise<Poet> {
  const { signal } = options;
  findWasm(options.wasm);
  setSubjectFile(options.subjects);
  const root = `/poet-${(loads += 1)}`;
  try {
    const model = `${root}/model`;
    await fetchModel(options.model, model, signal);
    const adapter = options.adapter === undefined ? undefined : `${root}/adapter`;
    if (options.adapter !== undefined) await fetchAdapter(options.adapter, `${root}/adapter`, signal);
    const knownLines = options.index === undefined ? undefined : await fetchIndex(options.index, signal);
    return await Poet.load({ model, adapter, knownLines });
  } finally {
    removeFolder(root);
  }
}

async function fetchIndex(url: string, signal?: AbortSignal): Promise<LineIndex> {
  const index = LineIndex.fromBytes(await bytesOf(await fetch(url, { signal })));
  if (!index) throw new InputError(`${url}: not an index of lines`);
  return index;
}
