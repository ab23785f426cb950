/** Runs that outlive their page: their files, one by one, in the browser's database (IndexedDB). */
import { createStore, del, delMany, getMany, keys, set } from 'idb-keyval';
import { once } from '../support/kept.js';
import { putFile, watchFolder } from './file-system.js';

const database = once(() => createStore('shiren', 'runs'));

const ROOT = '/runs/';

/** The folder of a run's stages. */
export const runFolder = (name: string): string => `${ROOT}${encodeURIComponent(name)}`;

/** The names of the files that are kept; of one run, or of all. */
async function keptFiles(folder = ROOT): Promise<string[]> {
  const all = await keys<string>(database());
  return all.filter((file) => file.startsWith(folder));
}

/** The names of the runs that are kept. */
export async function keptRuns(): Promise<string[]> {
  const names = (await keptFiles()).map((file) => file.slice(ROOT.length).split('/')[0] ?? '');
  return [...new Set(names)].map(decodeURIComponent);
}

/** Forgets what is kept of a run. */
export async function forgetRun(name: string): Promise<void> {
  await delMany(await keptFiles(`${runFolder(name)}/`), database());
}

/** A run whose files are being kept. */
export interface KeptRun {
  /** Ends the watch when all that was written is kept. @throws what the database says, as when there is no room */
  close(): Promise<void>;
}

/** Brings a run's files back into memory, and keeps what becomes of them from now on, in the order in which it happens. */
export async function keepRun(name: string): Promise<KeptRun> {
  const folder = runFolder(name);
  const names = await keptFiles(`${folder}/`);
  const contents = await getMany<Uint8Array<ArrayBuffer>>(names, database());
  names.forEach((file, index) => putFile(file, contents[index] ?? new Uint8Array()));
  let written: Promise<unknown> = Promise.resolve();
  const end = watchFolder(folder, (file, bytes) => {
    // A file is written beside its place, and moved there when it is whole.
    if (file.endsWith('.tmp')) return;
    written = written.then(() => (bytes ? set(file, bytes, database()) : del(file, database())));
    // Whoever closes the run is told.
    written.catch(() => undefined);
  });
  return {
    close: async () => {
      end();
      await written;
    },
  };
}
