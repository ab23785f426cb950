/** Files of models and adapters, fetched by URL into the files in memory. */
import { InputError } from '../support/errors.js';
import { putFile } from './file-system.js';

const MODEL_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];
/** What not every model folder has. */
const OPTIONAL_MODEL_FILES = ['generation_config.json', 'chat_template.jinja'];
/** What every PEFT adapter folder has. */
export const ADAPTER_FOLDER = ['adapter_config.json', 'adapter_model.safetensors'];

/** Fetches a Hugging Face model folder. @throws InputError for what cannot be fetched */
export async function fetchModel(url: string, folder: string, signal?: AbortSignal): Promise<void> {
  await fetchFolder(url, folder, MODEL_FILES, signal);
  await fetchFolder(url, folder, OPTIONAL_MODEL_FILES, signal, true);
}

/** Fetches a PEFT adapter folder. @throws InputError for what cannot be fetched */
export async function fetchAdapter(url: string, folder: string, signal?: AbortSignal): Promise<void> {
  await fetchFolder(url, folder, ADAPTER_FOLDER, signal);
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
    if (!optional || (response.ok && !isPage(response)))
      putFile(`${folder}/${name}`, await bytesOf(response));
  };
  await Promise.all(names.map(fetched));
}

/** Hosts of applications answer what they do not have with their page. */
const isPage = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/html') ?? false;

/** What a request brought. @throws InputError naming its address and status where it failed */
export async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.ok) throw new InputError(`${response.url}: answered ${response.status}`);
  if (isPage(response)) throw new InputError(`${response.url}: answered with a page, expected a file`);
  return new Uint8Array(await response.arrayBuffer());
}
