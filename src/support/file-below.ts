/** Files of a folder, and of no other place. */
import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from './errors.js';

/**
 * The file that a name means in a folder. It lies below the folder also when all links are followed, and it is a regular file.
 *
 * @param what how messages call the name
 * @throws InputError otherwise; the message shows nothing of what the file holds
 */
export async function fileBelow(folder: string, name: string, what: string): Promise<string> {
  const file = path.resolve(folder, name);
  const expected = `expected a file below ${folder}`;
  const [root, real] = await Promise.all([folder, file].map((one) => realpath(one).catch(() => undefined)));
  if (root === undefined || !isBelow(path.resolve(folder), file))
    throw new InputError(`${what}: found ${name}, ${expected}`);
  if (real === undefined) throw new InputError(`${what}: ${file}: no such file, ${expected}`);
  if (!isBelow(root, real)) throw new InputError(`${what}: ${file}: a link to another place, ${expected}`);
  if (!(await stat(real)).isFile()) throw new InputError(`${what}: ${file}: not a regular file, ${expected}`);
  return file;
}

/** The same of a file that need not be there. */
export async function fileBelowIfThere(
  folder: string,
  name: string,
  what: string,
): Promise<string | undefined> {
  return existsSync(path.join(folder, name)) ? fileBelow(folder, name, what) : undefined;
}

function isBelow(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
}
