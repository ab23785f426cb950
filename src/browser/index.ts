/** The library in a browser: the poet on WebAssembly, and the checks. Bundled into dist/shiren.browser.js. */
import { LineIndex } from '../poetry/line-index.js';
import { InputError } from '../support/errors.js';
import { Poet } from '../writing/poet.js';
import { putFile, removeFolder } from './file-system.js';
import { setWasmFolder } from './runtime.js';

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
export { readWriteOptions } from '../writing/json-request.js';
export { bookByName } from '../poetry/readings/books.js';
export { type Constraints } from '../writing/constraints/constraint-schema.js';
export { type WriteOptions } from '../writing/write-request.js';
export { type WrittenPoem } from '../writing/written-poem.js';
export { InputError, LineIndex, Poet };

/** Where a poet in a browser finds its files. */
export interface BrowserPoetOptions {
  /** URL of a Hugging Face model folder. */
  readonly model: string;
  /** URL of a PEFT adapter folder. */
  readonly adapter?: string;
  /** URL of an index of known lines. */
  readonly index?: string;
  /** URL of the folder of onnxruntime-web's .wasm files; that of this script where absent. */
  readonly wasm?: string;
  readonly signal?: AbortSignal;
}

/** The page's or the worker's own address; that other names of a browser are unknown here keeps this code runnable in both. */
declare const location: { readonly href: string };

const MODEL_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];
/** What not every model folder has. */
const OPTIONAL_MODEL_FILES = ['generation_config.json', 'chat_template.jinja'];
const ADAPTER_FILES = ['adapter_config.json', 'adapter_model.safetensors'];

// eslint-disable-next-line no-restricted-syntax -- names the folder of each load in the one file system that there is
let loads = 0;

/** Fetches a model and its adapter, and makes a poet of them. @throws InputError for what cannot be fetched or read */
export async function loadPoet(options: BrowserPoetOptions): Promise<Poet> {
  const { signal } = options;
  setWasmFolder(
    new URL(options.wasm ?? '.', options.wasm === undefined ? import.meta.url : location.href).href,
  );
  const root = `/poet-${(loads += 1)}`;
  try {
    const model = `${root}/model`;
    await fetchFolder(options.model, model, MODEL_FILES, signal);
    await fetchFolder(options.model, model, OPTIONAL_MODEL_FILES, signal, true);
    const adapter = options.adapter === undefined ? undefined : `${root}/adapter`;
    if (options.adapter !== undefined)
      await fetchFolder(options.adapter, `${root}/adapter`, ADAPTER_FILES, signal);
    const knownLines = options.index === undefined ? undefined : await fetchIndex(options.index, signal);
    return await Poet.load({ model, adapter, knownLines });
  } finally {
    removeFolder(root);
  }
}

/** Fetches files of a folder. @param optional whether they may be absent there */
async function fetchFolder(
  url: string,
  folder: string,
  names: readonly string[],
  signal?: AbortSignal,
  optional = false,
): Promise<void> {
  const fetched = async (name: string): Promise<void> => {
    const response = await fetch(`${url}/${name}`, { signal });
    if (response.ok || !optional) putFile(`${folder}/${name}`, await bytesOf(response));
  };
  await Promise.all(names.map(fetched));
}

async function fetchIndex(url: string, signal?: AbortSignal): Promise<LineIndex> {
  const index = LineIndex.fromBytes(await bytesOf(await fetch(url, { signal })));
  if (!index) throw new InputError(`${url}: not an index of lines`);
  return index;
}

async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.ok) throw new InputError(`${response.url}: answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
