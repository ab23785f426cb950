/** What a stage was trained with, kept beside its adapter: programs, machine, and the bytes of its data. */
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashFile, isRecord, readJson, writeJson } from '../support/files.js';

const require = createRequire(import.meta.url);

async function versionOf(file: string): Promise<string> {
  const json = await readJson(file);
  return isRecord(json) ? String(json['version']) : '';
}

/** The installed version of a package whose own package.json is not exported: it lies above its main file. */
async function installedVersion(name: string): Promise<string> {
  const main = require.resolve(name);
  const root = main.slice(0, main.lastIndexOf(path.join('node_modules', name)));
  return versionOf(path.join(root, 'node_modules', name, 'package.json'));
}

/** Writes run.json: versions of shiren, Node and ONNX Runtime, the processor, and the SHA-256 of the data set. */
export async function writeRunRecord(folder: string, dataset: string, examples: number): Promise<void> {
  const packageJson = fileURLToPath(new URL('../../package.json', import.meta.url));
  await writeJson(path.join(folder, 'run.json'), {
    shiren: await versionOf(packageJson),
    node: process.version,
    'onnxruntime-node': await installedVersion('onnxruntime-node'),
    platform: `${process.platform} ${process.arch}`,
    cpu: os.cpus()[0]?.model ?? 'unknown',
    train_dataset: { file: dataset, sha256: await hashFile(dataset), examples },
  });
}
