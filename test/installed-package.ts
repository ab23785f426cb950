/** The package as npm installs it: what `npm pack` packs, unpacked into a project of its own, its dependencies linked from here. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { extract } from 'tar';
import { readJson } from '../src/support/files.js';

interface Locked {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

/**
 * Packs the package and installs it into an empty project.
 *
 * @param without dependencies that are left out
 * @returns the folder of the project
 */
export async function installPackage(without: readonly string[] = []): Promise<string> {
  const project = mkdtempSync(path.join(os.tmpdir(), 'shiren-installed-'));
  const modules = path.join(project, 'node_modules');
  mkdirSync(path.join(modules, 'shiren'), { recursive: true });
  const packed = spawnSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (packed.status !== 0) throw new Error(packed.stderr);
  await extract({
    file: path.join(project, packed.stdout.trim()),
    cwd: path.join(modules, 'shiren'),
    strip: 1,
  });
  const { packages } = (await readJson('package-lock.json')) as { packages: Record<string, Locked> };
  for (const [folder, { dev }] of Object.entries(packages)) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(folder)?.[1];
    if (name === undefined || dev === true || without.includes(name) || !existsSync(folder)) continue;
    const link = path.join(modules, name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.resolve(folder), link, 'junction');
  }
  return project;
}
