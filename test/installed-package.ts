/** The package as npm installs it: the files that it packs, in a project of its own, its dependencies linked from here. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readJson } from '../src/support/files.js';

interface Manifest {
  readonly files: readonly string[];
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

/**
 * Installs the package into an empty project.
 *
 * @param without dependencies that are left out
 * @returns the folder of the project
 */
export async function installPackage(without: readonly string[] = []): Promise<string> {
  const project = mkdtempSync(path.join(os.tmpdir(), 'shiren-installed-'));
  const modules = path.join(project, 'node_modules');
  const { files } = (await readJson('package.json')) as Manifest;
  for (const name of ['package.json', ...files.filter((one) => !one.includes('*'))])
    cpSync(name, path.join(modules, 'shiren', name), { recursive: true });
  const { packages } = (await readJson('package-lock.json')) as Lock;
  for (const [folder, { dev }] of Object.entries(packages)) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(folder)?.[1];
    if (name === undefined || dev === true || without.includes(name) || !existsSync(folder)) continue;
    const link = path.join(modules, name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.resolve(folder), link, 'junction');
  }
  return project;
}
