import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { minVersion, satisfies } from 'semver';
import { readJson } from '../src/support/files.js';

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly engines?: { readonly node?: string };
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

interface Locked extends Manifest {
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

const manifest = (await readJson('package.json')) as Manifest;
const { packages } = (await readJson('package-lock.json')) as { packages: Record<string, Locked> };
const dependencies = Object.entries(packages).filter(([folder]) => folder !== '');
const nameOf = (folder: string): string => folder.replace(/^.*node_modules\//u, '');

describe('what npm installs', () => {
  it('runs no script of a package: what npm 10 reads in the lock and npm 11 in allowScripts', async () => {
    expect(dependencies.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
    const withScripts: string[] = [];
    for (const [folder] of dependencies) {
      if (!existsSync(`${folder}/package.json`)) continue;
      const { scripts = {} } = (await readJson(`${folder}/package.json`)) as Manifest;
      if (scripts['preinstall'] ?? scripts['install'] ?? scripts['postinstall'])
        withScripts.push(nameOf(folder));
    }
    expect(withScripts).toContain('onnxruntime-node');
    for (const name of withScripts) expect(manifest.allowScripts, name).toHaveProperty([name], false);
  });

  it('asks for no newer Node than shiren does, and works on the versions in use', () => {
    const oldest = minVersion(manifest.engines?.node ?? '')?.version ?? '';
    const asked = dependencies.filter(([, { dev, engines }]) => dev !== true && engines?.node !== undefined);
    expect(asked.length).toBeGreaterThan(10);
    for (const version of [oldest, '20.20.0', '22.20.0', '24.10.0']) {
      const refusing = asked.filter(([, { engines }]) => !satisfies(version, engines?.node ?? '*'));
      expect(refusing, version).toEqual([]);
    }
  });
});
