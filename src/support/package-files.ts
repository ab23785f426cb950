/** Files that ship with the package, and paths as people mean them. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Asked for when it is needed: in a browser there is no such folder, and nothing asks. */
const root = (): string => fileURLToPath(new URL('../..', import.meta.url));

/** A path inside the package. */
export function packaged(...parts: string[]): string {
  return path.join(root(), ...parts);
}

/** The version of this package. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(packaged('package.json'), 'utf8')) as { version: string }).version;
}

/** A path as the user means it: from the working folder, or else from the package. */
export function resolvePath(name: string): string {
  if (existsSync(name)) return name;
  const inside = packaged(name);
  return existsSync(inside) ? inside : name;
}

/** How a file is named in messages: relative to the working folder where that is shorter. */
export function displayPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.length < file.length && !relative.startsWith('..') ? relative : file;
}
