/**
 * What a recipe is said to take before it is begun (`shiren train --dry-run`) against what it takes: time and the largest resident memory, each
 * stage in processes of its own, one after the other. What a run takes has its loading in it.
 *
 *   npx tsx bench/estimate.ts RECIPE --data FOLDER [--model MODEL] [--set KEY=VALUE]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { dryRun } from '../src/pipeline/dry-run.js';
import { runRecipe } from '../src/pipeline/run-recipe.js';
import { readRecipe } from '../src/training/recipe.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: 'output/data' },
    model: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    /** In the process of one stage: where it trains. */
    out: { type: 'string' },
    stage: { type: 'string' },
    dry: { type: 'boolean', default: false },
  },
});
const model = flags.model === undefined ? [] : [`model_name_or_path=${flags.model}`];
const [file = 'recipes/mini.yaml'] = positionals;
const recipe = await readRecipe(file, [...flags.set, ...model]);
const { data, stage } = flags;

/** What a process of one stage found: seconds, and bytes. */
interface Found {
  readonly seconds: number;
  readonly memory: number;
}

/** A stage in this process: what it is said to take, or what it takes. */
async function stageAlone(out: string): Promise<Found> {
  if (flags.dry) {
    const [estimate] = (await dryRun({ recipe, data, out, stage })) ?? [];
    return { seconds: estimate?.seconds ?? NaN, memory: estimate?.memory.total ?? NaN };
  }
  let began = 0;
  const onStage = (): void => void (began ||= performance.now());
  await runRecipe({ recipe, data, out, stage, onStage });
  return { seconds: (performance.now() - began) / 1000, memory: process.resourceUsage().maxRSS * 1024 };
}

/** The same in a process of its own. */
function inProcess(name: string, out: string, ...more: string[]): Found {
  const settings = ['--data', data, ...[...flags.set, ...model].flatMap((one) => ['--set', one])];
  const own = ['--out', out, '--stage', name, ...more];
  const args = ['--import', 'tsx', 'bench/estimate.ts', file, ...settings, ...own];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Found;
}

if (flags.out === undefined) {
  const out = mkdtempSync(path.join(os.tmpdir(), 'shiren-estimate-'));
  for (const { name } of recipe.stages) {
    const said = inProcess(name, out, '--dry');
    const took = inProcess(name, out);
    const compare = (one: number, other: number, digits: number): string =>
      `${one.toFixed(digits)} expected, ${other.toFixed(digits)} taken (${(one / other).toFixed(2)})`;
    console.log(
      `${name}: seconds ${compare(said.seconds, took.seconds, 0)}; GB ${compare(said.memory / 1e9, took.memory / 1e9, 2)}`,
    );
  }
} else console.log(JSON.stringify(await stageAlone(flags.out)));
