/** Files that have an end: pipes and devices would be read for ever, or waited for. */
import { stat } from 'node:fs/promises';
import { InputError, messageOf } from './errors.js';

/** Makes sure that a file is a regular one, its links followed. @throws InputError for what is none, or is not there */
export async function requireRegularFile(file: string): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    throw new InputError(`${file}: cannot be read (${messageOf(error)})`);
  });
  if (found.isFile()) return;
  const what = found.isDirectory() ? 'a folder' : found.isFIFO() ? 'a pipe' : 'a device';
  throw new InputError(`${file}: ${what}, expected a regular file`);
}
