/** The worker of a static site: loads the library and the model when they are first needed, and answers the page. */
import type * as library from '../../browser/index.js';
import { once } from '../../support/kept.js';
import type { JsonRequest } from '../../writing/json-request.js';

/** URLs of what a static site holds. */
export interface LocalFiles {
  readonly library: string;
  readonly model: string;
  readonly adapter: string;
  readonly index: string;
  readonly subjects: string;
  readonly wasm: string;
}

/** What a page asks of the worker, and gets an answer to. */
export type Question =
  | { readonly kind: 'write'; readonly request: JsonRequest }
  | { readonly kind: 'check' | 'suggest'; readonly text: string; readonly book: string }
  | { readonly kind: 'lookup'; readonly character: string }
  | { readonly kind: 'rhyme'; readonly group: string; readonly book: string };

export type ToWorker = { readonly id: number } & (
  Question | { readonly kind: 'files'; readonly files: LocalFiles } | { readonly kind: 'stop' }
);

export type FromWorker = { readonly id: number } & (
  | { readonly kind: 'text'; readonly candidate: number; readonly text: string }
  | { readonly kind: 'answer'; readonly value: unknown }
  | { readonly kind: 'error'; readonly message: string }
);

type Library = typeof library;

// eslint-disable-next-line no-restricted-syntax -- a worker is one engine: its first message names the files
let files: LocalFiles;
const stops = new Map<number, AbortController>();

const post = (message: FromWorker): void => postMessage(message);

const load = once(() => import(/* @vite-ignore */ files.library) as Promise<Library>);
const loadPoet = once(async () => (await load()).loadPoet(files));

async function write(id: number, request: JsonRequest): Promise<unknown> {
  const { readWriteOptions } = await load();
  const controller = new AbortController();
  stops.set(id, controller);
  try {
    const poet = await loadPoet();
    const [poems] = await poet.writeCandidates({
      ...readWriteOptions(request),
      signal: controller.signal,
      onToken: (candidate, text) => post({ id, kind: 'text', candidate, text }),
    });
    return poems;
  } finally {
    stops.delete(id);
  }
}

async function answer(message: ToWorker): Promise<unknown> {
  if (message.kind === 'write') return write(message.id, message.request);
  const library = await load();
  if (message.kind === 'lookup') return { ...library.lookUpCharacter(message.character), examples: [] };
  if (message.kind === 'rhyme') {
    return library.lookUpRhyme(message.group, { book: library.bookByName(message.book) });
  }
  if (message.kind !== 'check' && message.kind !== 'suggest') throw new Error(message.kind);
  const options = { book: library.bookByName(message.book) };
  if (message.kind === 'check') return library.checkText(message.text, options);
  const poet = await loadPoet();
  return poet.suggest(library.readPoemLines(message.text), options);
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  const { id } = data;
  if (data.kind === 'files') files = data.files;
  else if (data.kind === 'stop') stops.get(id)?.abort(new Error('stopped'));
  else {
    answer(data).then(
      (value) => post({ id, kind: 'answer', value }),
      (error: unknown) =>
        post({ id, kind: 'error', message: error instanceof Error ? error.message : String(error) }),
    );
  }
});
