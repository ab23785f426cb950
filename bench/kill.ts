/**
 * Nothing is lost: a recipe of an sft, a dpo and an iterative_dpo stage is killed (SIGKILL) again and again at random moments, until it comes
 * to its end; the adapters are then, byte for byte, those of a run that nobody killed. Exits with 1 if they are not.
 *
 *   npx tsx bench/kill.ts [--kills 50] [--seed 1]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildDatasets } from '../src/corpus/build.js';
import { hashFile } from '../src/support/files.js';
import { Random } from '../src/support/random.js';

const { values: flags } = parseArgs({
  options: { kills: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
});
const kills = Number(flags.kills);
const random = Random.for(Number(flags.seed), 'kills');
const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-kill-'));
const data = path.join(folder, 'data');
const recipe = path.join(folder, 'recipe.json');
const STAGES = ['sft', 'dpo', 'rounds'];
const small = { save_steps: 1, per_device_train_batch_size: 2, gradient_accumulation_steps: 1 };

await buildDatasets({ source: 'data/starter', out: data });
writeFileSync(
  recipe,
  JSON.stringify({
    model_name_or_path: 'models/miniature',
    stages: [
      { ...small, name: 'sft', type: 'sft', train_dataset: 'clean/train.jsonl', max_steps: 8 },
      {
        ...small,
        ...{ name: 'dpo', type: 'dpo', train_dataset: 'preference/train.jsonl' },
        ...{ adapter_from: 'sft', max_steps: 8 },
      },
      {
        ...small,
        ...{ name: 'rounds', type: 'iterative_dpo', train_dataset: 'clean/train.jsonl', adapter_from: 'dpo' },
        ...{ num_rounds: 2, prompts_per_round: 4, num_generations: 4, max_steps: 3 },
      },
    ],
  }),
);

const RUNNER = ['--import', 'tsx', 'test/run-cli.ts', 'train', recipe, '--data', data, '--out'];

/** Trains into a folder; kills it after so many milliseconds. @returns whether it came to its end, and how long it took */
async function train(out: string, after?: number): Promise<{ ended: boolean; took: number }> {
  const began = performance.now();
  const child = spawn(process.execPath, [...RUNNER, out], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part: Buffer) => (said += part.toString()));
  const timer = after === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), after);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`exit code ${code}: ${said}`);
  return { ended: code === 0, took: performance.now() - began };
}

/** What a run leaves: the bytes of its adapters, and its metrics but for what a clock tells. */
async function fingerprint(out: string): Promise<string[]> {
  const adapters = STAGES.map((stage) => hashFile(path.join(out, stage, 'adapter_model.safetensors')));
  const metrics = STAGES.map((stage) => path.join(out, stage, 'metrics.jsonl'))
    .filter((file) => existsSync(file))
    .map((file) =>
      readFileSync(file, 'utf8').replace(/"[a-z_]*(?:time|second|runtime)[a-z_]*":[^,}]+/gu, ''),
    );
  return [...(await Promise.all(adapters)), ...metrics];
}

const { took } = await train(path.join(folder, 'whole'));
const expected = await fingerprint(path.join(folder, 'whole'));
let [killed, runs, different] = [0, 0, 0];
while (killed < kills) {
  const out = path.join(folder, `run-${(runs += 1)}`);
  for (let ended = false; !ended;) {
    // A run that goes on needs less time than a whole one.
    ({ ended } = await train(out, killed < kills ? random.next() * took * 0.7 : undefined));
    if (!ended) killed += 1;
  }
  const found = await fingerprint(out);
  if (JSON.stringify(found) !== JSON.stringify(expected)) different += 1;
  console.log(`${killed} kills, ${runs} runs, ${different} with other bytes`);
}
process.exitCode = different > 0 ? 1 : 0;
