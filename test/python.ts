/** Python with torch, transformers, peft, trl and datasets, for tests against them; they are skipped, saying so, where it is not found. */
import { spawnSync } from 'node:child_process';

const program = process.env['PYTHON'] ?? 'python3';
const found =
  spawnSync(program, ['-c', 'import torch, transformers, peft, trl, datasets, accelerate']).status === 0;

export const PYTHON = found ? program : undefined;

if (PYTHON === undefined) {
  console.warn(
    'tests against Python: skipped, no torch, transformers, peft, trl and datasets found (set PYTHON to an interpreter that has them)',
  );
}

/** Runs a script, which answers with a line of JSON, its last. @param args what the script finds in sys.argv */
export function python<T>(script: string, ...args: string[]): T {
  const { stdout, stderr, status } = spawnSync(PYTHON ?? program, ['-c', script, ...args], {
    encoding: 'utf8',
    env: { ...process.env, HF_HUB_OFFLINE: '1', TOKENIZERS_PARALLELISM: 'false' },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}
