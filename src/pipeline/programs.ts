/** The programs and the machine that a stage is trained with. A browser's stand in src/browser/programs.ts. */
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { isRecord, readJson } from '../support/files.js';
import { packageVersion } from '../support/package-files.js';

/** The installed version of a package whose own package.json is not exported: it lies above its main file. */
async function installedVersion(name: string): Promise<string> {
  const main = createRequire(import.meta.url).resolve(name);
  const root = main.slice(0, main.lastIndexOf(path.join('node_modules', name)));
  const json = await readJson(path.join(root, 'node_modules', name, 'package.json'));
  return isRecord(json) ? String(json['version']) : '';
}

/** Versions of shiren, Node and ONNX Runtime, and the processor, as run.json has them. */
export async function describePrograms(): Promise<Record<string, string>> {
  return {
    shiren: packageVersion(),
    node: process.version,
    'onnxruntime-node': await installedVersion('onnxruntime-node'),
    platform: `${process.platform} ${process.arch}`,
    cpu: os.cpus()[0]?.model ?? 'unknown',
  };
}
