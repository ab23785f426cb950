/** Real processes, killed in the middle: what is taken up again ends in the same bytes as what was never stopped. */
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildDatasets } from '../../src/corpus/build.js';
import { Random } from '../../src/support/random.js';
import { writeFileWhole } from '../../src/support/files.js';
import { tinyModel } from '../support-tiny-model.js';

const temporary = (): string => mkdtempSync(path.join(os.tmpdir(), 'shiren-resume-'));

/** When a process is killed: so many milliseconds after its log has so many lines. */
interface Moment {
  readonly lines: number;
  readonly delay: number;
}

/** Runs the command line from source; kills it at a moment. */
function train(args: readonly string[], out: string, moment?: Moment): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'test/run-cli.ts', 'train', ...args, '--out', out],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const log = path.join(out, 'dpo', 'metrics.jsonl');
    const timer = setInterval(() => {
      if (moment === undefined || !existsSync(log)) return;
      if (readFileSync(log, 'utf8').split('\n').length <= moment.lines) return;
      clearInterval(timer);
      setTimeout(() => child.kill('SIGKILL'), moment.delay);
    }, 2);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(timer);
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(errors));
      else resolve(code);
    });
  });
}

const KILLS = 20;

describe('a run that was killed', () => {
  it(`at ${KILLS} moments ends in the same adapter and the same metrics`, async () => {
    const data = temporary();
    await buildDatasets({
      source: 'data/starter',
      out: data,
      seed: 1,
      testShare: 0.1,
      validationShare: 0.05,
    });
    const recipe = path.join(data, 'recipe.yaml');
    await writeFileWhole(
      recipe,
      [
        `model_name_or_path: ${(await tinyModel()).folder}`,
        'defaults: {r: 4, lora_dropout: 0.1, learning_rate: 1.0e-3, per_device_train_batch_size: 4, gradient_accumulation_steps: 1, save_steps: 3}',
        'stages:',
        '  - {name: sft, type: sft, train_dataset: clean/train.jsonl, max_steps: 4}',
        '  - {name: dpo, type: dpo, train_dataset: preference/train.jsonl, adapter_from: sft, max_steps: 48, eval_dataset: preference/validation.jsonl, eval_steps: 5, load_best_model_at_end: true}',
      ].join('\n'),
    );
    const args = [recipe, '--data', data, '--threads', '2'];
    const [straight, broken] = [temporary(), temporary()];
    await train(args, straight);
    const random = new Random(20);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await train(args, broken, { lines: 1 + 2 * kill, delay: random.integer(40) });
    }
    await train(args, broken);
    for (const file of [
      'sft/adapter_model.safetensors',
      'dpo/adapter_model.safetensors',
      'dpo/metrics.jsonl',
    ]) {
      expect(
        (await readFile(path.join(broken, file))).equals(await readFile(path.join(straight, file))),
      ).toBe(true);
    }
    expect(existsSync(path.join(broken, 'dpo', 'checkpoint.safetensors'))).toBe(false);
    const record = JSON.parse(await readFile(path.join(broken, 'dpo', 'run.json'), 'utf8')) as {
      train_dataset: { sha256: string };
    };
    const bytes = await readFile(path.join(data, 'preference/train.jsonl'));
    expect(record.train_dataset.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  }, 900_000);
});
