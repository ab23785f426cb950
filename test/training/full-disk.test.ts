/** A run on a disk that fills up: a real process, a real file system of a few hundred kilobytes. Needs the right to mount one. */
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildDatasets } from '../../src/corpus/build.js';
import { readSafetensors } from '../../src/model/safetensors.js';
import { tinyModel } from '../support-tiny-model.js';

const temporary = (): string => mkdtempSync(path.join(os.tmpdir(), 'shiren-disk-'));
const small = temporary();
const mounted =
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', small]).status === 0;
if (!mounted) console.log('full disk: skipped, a tmpfs cannot be mounted here');

/** Runs the command line from source, `onTick` every few milliseconds. */
function shirenFromSource(
  args: readonly string[],
  onTick: () => void = () => undefined,
): Promise<{ code: number | null; errors: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/run-cli.ts', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const timer = setInterval(onTick, 2);
    child.on('exit', (code) => {
      clearInterval(timer);
      resolve({ code, errors });
    });
  });
}

describe.skipIf(!mounted)('a disk that fills up', () => {
  afterAll(() => {
    spawnSync('umount', [small]);
  });

  it('stops the run with one line, keeps the last checkpoint, and the run goes on when there is room', async () => {
    const data = temporary();
    await buildDatasets({ source: 'data/starter', out: data });
    const recipe = path.join(data, 'recipe.yaml');
    writeFileSync(
      recipe,
      [
        `model_name_or_path: ${(await tinyModel()).folder}`,
        'stages:',
        '  - {name: sft, type: sft, train_dataset: clean/train.jsonl, r: 4, max_steps: 300, num_train_epochs: 50,',
        '     per_device_train_batch_size: 2, gradient_accumulation_steps: 1, save_steps: 2}',
      ].join('\n'),
    );
    const args = [recipe, '--data', data, '--threads', '1', '--out'];
    const checkpoint = path.join(small, 'sft', 'checkpoint.safetensors');
    const filler = path.join(small, 'filler');
    let full = false;
    const broken = await shirenFromSource(['train', ...args, small], () => {
      if (full || !existsSync(checkpoint)) return;
      full = true;
      try {
        writeFileSync(filler, Buffer.alloc(1 << 20));
      } catch {
        // As many bytes as there was room for are written.
      }
    });
    expect(broken.code).toBe(2);
    expect(broken.errors).toMatch(/shiren: .*sft.*: the disk is full; what was finished before is kept/);
    expect((await readSafetensors(checkpoint)).size).toBeGreaterThan(3);

    rmSync(filler);
    expect((await shirenFromSource(['train', ...args, small])).code).toBe(0);
    const straight = temporary();
    expect((await shirenFromSource(['train', ...args, straight])).code).toBe(0);
    for (const file of ['sft/adapter_model.safetensors', 'sft/metrics.jsonl']) {
      const [a, b] = [small, straight].map((folder) => readFileSync(path.join(folder, file)));
      expect(a!.equals(b!)).toBe(true);
    }
  }, 120_000);

  it('leaves a file as it was that write was to replace', async () => {
    const file = path.join(small, 'poems.jsonl');
    const filler = path.join(small, 'filler');
    // A whole page, so that there is no room left in it.
    const kept = `${'k'.repeat(4095)}\n`;
    writeFileSync(file, kept);
    let room = true;
    while (room) {
      try {
        appendFileSync(filler, Buffer.alloc(4096));
      } catch {
        room = false;
      }
    }
    const request = ['--theme', '秋天', '--candidates', '1', '--out', file];
    const kinds = [['--force'], ['--append']] as const;
    for (const kind of kinds) {
      const { code, errors } = await shirenFromSource(['write', ...request, ...kind]);
      expect([code, errors]).toEqual([2, expect.stringMatching(/shiren: .*poems\.jsonl: .*(full|no space)/)]);
      expect(readFileSync(file, 'utf8')).toBe(kept);
    }
    expect(readdirSync(small).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    rmSync(filler);
    rmSync(file);
  }, 120_000);
});
