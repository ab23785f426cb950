import { existsSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { minVersion, satisfies } from 'semver';
import { readLineIndex } from '../src/corpus/line-index-file.js';
import { openModel } from '../src/model/folder.js';
import { readJson } from '../src/support/files.js';
import { shiren } from './shiren.js';

interface Manifest {
  readonly version?: string;
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

describe('the package', () => {
  it('has its models and the index of lines at hand from any folder', async () => {
    const before = process.cwd();
    process.chdir(mkdtempSync(path.join(os.tmpdir(), 'shiren-elsewhere-')));
    try {
      expect((await readLineIndex('data/tang.index')).nearness('白日依山尽')).toBe('known');
      expect((await openModel('models/miniature')).config.modelType).toBe('qwen3');
      await expect(openModel('models/nothing/here')).rejects.toThrow(/no such model folder/);
    } finally {
      process.chdir(before);
    }
  });

  it('says its version, and what to do first', () => {
    const { version } = manifest;
    expect(shiren(['--version'])).toMatchObject({ code: 0, out: `${version}\n` });
    const { code, out } = shiren([]);
    expect(code).toBe(0);
    expect(out).toContain(`shiren ${version}`);
    expect(out.trim().split('\n').length).toBeLessThanOrEqual(10);
    const commands = [...out.matchAll(/^ {2}shiren (\w+)/gm)].map(([, command]) => command);
    expect(commands).toEqual(['write', 'check', 'studio', 'demo', 'train', 'doctor', 'help']);
  });
});
