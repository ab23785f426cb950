/** What a TRL project needs to run: processes that divide a step, a validation set with what is made of it. Whether its steps are ours is in python.test.ts. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PYTHON } from '../python.js';
import { shiren } from '../shiren.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-trl-'));
const data = path.join(folder, 'data');
const exported = (name: string, ...more: string[]): { project: string; code: number | null; err: string } => {
  const project = path.join(folder, name);
  const { code, err } = shiren(['export', 'trl', project, '--data', data, ...more]);
  return { project, code, err };
};
const set = (...settings: string[]): string[] => settings.flatMap((setting) => ['--set', setting]);

/** Runs a program of the project, with the interpreter that has TRL. */
function inProject(project: string, command: string, ...args: string[]) {
  return spawnSync(command, args, {
    cwd: project,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${path.dirname(PYTHON ?? '')}:${process.env['PATH']}`,
      OMP_NUM_THREADS: '1',
      HF_HUB_OFFLINE: '1',
      HF_DATASETS_CACHE: path.join(folder, 'cache'),
    },
  });
}

describe('a TRL project', () => {
  beforeAll(() => {
    const built = shiren([
      'data',
      'build',
      '--out',
      data,
      '--test-share',
      '0.1',
      '--validation-share',
      '0.1',
    ]);
    expect(built.code).toBe(0);
  });

  it('is for as many processes as are asked for', () => {
    const { project, code } = exported('two', '--num-processes', '2');
    expect(code).toBe(0);
    for (const name of readdirSync(path.join(project, 'accelerate'))) {
      const config = parse(readFileSync(path.join(project, 'accelerate', name), 'utf8')) as object;
      expect(config, name).toMatchObject({ num_processes: 2 });
    }
    expect(readFileSync(path.join(project, 'slurm.sbatch'), 'utf8')).toContain('--gpus-per-node=2\n');
    expect(readFileSync(path.join(project, 'sky.yaml'), 'utf8')).toContain('A100:2\n');
  });

  it('asks for all that its recipe may need', () => {
    const needed = readFileSync('templates/trl/requirements.txt', 'utf8');
    for (const name of ['accelerate', 'datasets', 'peft', 'tensorboard', 'torch', 'transformers', 'trl'])
      expect(needed).toMatch(new RegExp(`^${name}>=`, 'm'));
  });

  it('is refused where the processes do not divide a step, with what to change', () => {
    const { code, err, project } = exported('three', '--num-processes', '3');
    expect(code).toBe(2);
    expect(err).toBe(
      'shiren: stage1-raw: found 16 examples a step (per_device_train_batch_size 8, gradient_accumulation_steps 2), ' +
        'expected a multiple of 3 processes: change one of the two, or --num-processes\n',
    );
    expect(existsSync(project)).toBe(false);
    expect(
      exported('none', ...set('per_device_train_batch_size=1', 'gradient_accumulation_steps=2')).err,
    ).toMatch(/found 2 examples a step .* expected a multiple of 4 processes/);
  });

  it.skipIf(PYTHON === undefined)(
    'divides a step among processes, and refuses before anything starts',
    () => {
      const { project } = exported('shares');
      const shares = (processes: number, batch: number, accumulation: number): string => {
        const stage = {
          name: 's',
          per_device_train_batch_size: batch,
          gradient_accumulation_steps: accumulation,
        };
        const code = `import json; from steps import share_of_step; print(*share_of_step(json.loads('${JSON.stringify(stage)}'), ${processes}))`;
        const { stdout, stderr } = inProject(project, PYTHON ?? '', '-c', code);
        return (stdout || stderr).trim();
      };
      expect(shares(1, 8, 2)).toBe('8 2');
      expect(shares(2, 8, 2)).toBe('8 1');
      expect(shares(4, 8, 2)).toBe('4 1');
      expect(shares(4, 6, 2)).toBe('3 1');
      expect(shares(2, 4, 4)).toBe('4 2');
      expect(shares(3, 8, 2)).toMatch(/^s: 16 examples a step .* expected a multiple of the 3 processes/);
      expect(inProject(project, PYTHON ?? '', 'steps.py', 'accelerate/cpu.yaml').stdout).toBe(
        'stage1-raw stage2-clean stage3-dpo\n',
      );
    },
  );

  it.skipIf(PYTHON === undefined)(
    'evaluates, keeps the best weights, stops early, as the recipe says',
    { timeout: 900_000 },
    () => {
      const settings = [
        ...['eval_dataset=clean/validation.jsonl', 'eval_steps=1', 'load_best_model_at_end=true'],
        // So large a step makes the model worse at once.
        ...['learning_rate=1', 'lr_scheduler_type=constant', 'warmup_ratio=0', 'early_stopping_patience=2'],
        ...['max_steps=8', 'num_train_epochs=2', 'logging_steps=1'],
      ];
      const one = path.join(folder, 'one.yaml');
      writeFileSync(
        one,
        'model_name_or_path: models/miniature\nstages:\n  - { name: sft, type: sft, train_dataset: clean/train.jsonl, template_loss: false }\n',
      );
      const { project, code, err } = exported('watched', '--recipe', one, ...set(...settings));
      expect([code, err]).toEqual([0, '']);
      const rows = readFileSync(path.join(project, 'data/sft.eval.jsonl'), 'utf8').trim().split('\n');
      const validation = readFileSync(path.join(data, 'clean/validation.jsonl'), 'utf8').trim().split('\n');
      expect(rows).toHaveLength(validation.length);
      const run = inProject(project, PYTHON ?? '', 'train.py', 'sft');
      expect([run.status, run.status === 0 ? '' : run.stderr]).toEqual([0, '']);
      const losses = readFileSync(path.join(project, 'output/sft/metrics.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { step: number; eval_loss?: number })
        .filter(({ eval_loss }) => eval_loss !== undefined);
      const best = Math.min(...losses.map(({ eval_loss = NaN }) => eval_loss));
      const at = losses.findIndex(({ eval_loss }) => eval_loss === best);
      // Two evaluations after the best one, and not all eight.
      expect(losses.length).toBe(at + 3);
      expect(losses.length).toBeLessThan(8);
      const bestSaved = path.join(
        project,
        `output/sft/checkpoint-${losses[at]?.step}/adapter_model.safetensors`,
      );
      const saved = path.join(project, 'output/sft/adapter_model.safetensors');
      expect(readFileSync(saved).equals(readFileSync(bestSaved))).toBe(true);
    },
  );
});
