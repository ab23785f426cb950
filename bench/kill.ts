/**
 * Nothing is lost: a recipe with a stage of every type is killed (SIGKILL) again and again at random moments, until it comes to its end; the
 * adapters are then, byte for byte, those of a run that nobody killed. Exits with 1 if they are not.
 *
 *   npx tsx bench/kill.ts [--kills 50] [--each 10] [--seed 1]
 *
 * Goes on until there were so many kills, and so many while each of the stages was under way.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildDatasets } from '../src/corpus/build.js';
import { hashFile } from '../src/support/files.js';
import { Random } from '../src/support/random.js';

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    each: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const random = Random.for(Number(flags.seed), 'kills');
const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-kill-'));
const data = path.join(folder, 'data');
const recipe = path.join(folder, 'recipe.json');
const small = { save_steps: 1, per_device_train_batch_size: 2, gradient_accumulation_steps: 1 };

await buildDatasets({ source: 'data/starter', out: data });
const stages = [
  { name: 'sft', type: 'sft', train_dataset: 'clean/train.jsonl', max_steps: 8 },
  { name: 'dpo', type: 'dpo', train_dataset: 'preference/train.jsonl', adapter_from: 'sft', max_steps: 8 },
  { name: 'kto', type: 'kto', train_dataset: 'preference/train.jsonl', adapter_from: 'sft', max_steps: 8 },
  {
    ...{ name: 'rounds', type: 'iterative_dpo', train_dataset: 'clean/train.jsonl', adapter_from: 'dpo' },
    ...{ num_rounds: 2, prompts_per_round: 4, num_generations: 4, max_steps: 3 },
  },
  {
    ...{ name: 'grpo', type: 'grpo', train_dataset: 'clean/train.jsonl', adapter_from: 'sft', max_steps: 6 },
    ...{ per_device_train_batch_size: 4, num_generations: 4, num_iterations: 2, beta: 0.1 },
  },
].map((stage) => ({ ...small, ...stage }));
const names = stages.map(({ name }) => name);
writeFileSync(recipe, JSON.stringify({ model_name_or_path: 'models/miniature', stages }));

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
  const adapters = names.map((stage) => hashFile(path.join(out, stage, 'adapter_model.safetensors')));
  const metrics = names
    .map((stage) => path.join(out, stage, 'metrics.jsonl'))
    .filter((file) => existsSync(file))
    .map((file) =>
      readFileSync(file, 'utf8').replace(/"[a-z_]*(?:time|second|runtime)[a-z_]*":[^,}]+/gu, ''),
    );
  return [...(await Promise.all(adapters)), ...metrics];
}

/** The stage that a folder's run is in the middle of. */
const underWay = (out: string): string | undefined =>
  names.find((stage) => !existsSync(path.join(out, stage, 'adapter_config.json')));

/** Starting takes so long: a kill before that would meet nothing. */
const began = performance.now();
spawnSync(process.execPath, [...RUNNER.slice(0, 3), 'train', '--help'], { stdio: 'ignore' });
const startUp = performance.now() - began;

const { took } = await train(path.join(folder, 'whole'));
const expected = JSON.stringify(await fingerprint(path.join(folder, 'whole')));
const killed = new Map(names.map((name) => [name, 0]));
const isEnough = (): boolean => {
  const counts = [...killed.values()];
  const all = counts.reduce((sum, count) => sum + count, 0);
  return all >= Number(flags.kills) && counts.every((count) => count >= Number(flags.each));
};
let [runs, different] = [0, 0];
while (!isEnough()) {
  const out = path.join(folder, `run-${(runs += 1)}`);
  for (let ended = false; !ended;) {
    // Up to half of a whole run: a run that goes on needs less time than one.
    const after = startUp + random.next() * (took - startUp) * 0.5;
    ({ ended } = await train(out, isEnough() ? undefined : after));
    const stage = underWay(out);
    if (!ended && stage !== undefined) killed.set(stage, (killed.get(stage) ?? 0) + 1);
  }
  if (JSON.stringify(await fingerprint(out)) !== expected) different += 1;
  const counts = [...killed].map(([stage, count]) => `${stage} ${count}`).join(', ');
  console.log(`kills: ${counts}; ${runs} runs, ${different} with other bytes`);
}
process.exitCode = different > 0 ? 1 : 0;
