/** `shiren demo`, which `npm start` runs: the whole journey in small, from poems to a comparison of the stages. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { buildDatasets } from '../corpus/build.js';
import { evaluateModels } from '../pipeline/evaluate-models.js';
import { runRecipe } from '../pipeline/run-recipe.js';
import { countSchema } from '../support/settings.js';
import { readRecipe } from '../training/recipe.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { describeSummary } from './data-build.js';
import { interruptible } from './interrupt.js';
import { say } from './language.js';
import { addRuntimeOptions, numberOption } from './options.js';
import { resolveModel } from './model.js';
import { resolvePath } from './paths.js';
import { EvaluationDisplay } from './evaluation-display.js';
import { TrainDisplay } from './train-display.js';

interface DemoFlags extends RuntimeOptions {
  readonly out: string;
  readonly recipe: string;
  readonly source: string;
  readonly prompts: number;
  readonly seeds: number;
}

export function demoCommand(program: Command): void {
  addRuntimeOptions(program.command('demo'))
    .description('全程 the main job in small: data, three stages of training, evaluation (npm start)')
    .option('--out <folder>', 'where everything goes', 'output')
    .option('--recipe <file>', 'the recipe', 'recipes/mini.yaml')
    .option('--source <path>', 'the poems', 'data/starter')
    .option('--prompts <n>', 'prompts of the evaluation', numberOption(countSchema()), 20)
    .option('--seeds <n>', 'poems a prompt', numberOption(countSchema(1000)), 8)
    .addHelpText('after', '\nExample:\n  shiren demo --out output')
    .action(async (flags: DemoFlags) => {
      await interruptible((signal) => runDemo(flags, signal));
    });
}

async function runDemo(flags: DemoFlags, signal: AbortSignal): Promise<boolean> {
  const data = path.join(flags.out, 'data');
  const heading = (text: string): void => console.log(`\n── ${text}`);
  heading(say('一、数据', '1. Data'));
  if (existsSync(path.join(data, 'summary.json'))) console.log(say('已完成', 'done'));
  else {
    const source = resolvePath(flags.source);
    const summary = await buildDatasets({
      source,
      out: data,
      seed: 1,
      testShare: 0.1,
      validationShare: 0.05,
    });
    console.log(describeSummary(summary, data));
  }
  const recipe = await readRecipe(resolvePath(flags.recipe));
  heading(
    say(
      '二、三阶段训练：原诗、净诗、偏好',
      '2. Training in three stages: raw poems, cleaned poems, preferences',
    ),
  );
  const runtime = { threads: flags.threads, device: flags.device };
  const training = new TrainDisplay();
  const callbacks = training.callbacks();
  const trained = await runRecipe({ recipe, data, out: flags.out, ...runtime, ...callbacks, signal }).finally(
    () => training.stop(),
  );
  if (!trained) return false;
  heading(say('三、评测', '3. Evaluation'));
  const model = await resolveModel(recipe.model_name_or_path);
  const stages = recipe.stages.map(({ name }) => ({
    kind: 'model' as const,
    name,
    model,
    adapter: path.join(flags.out, name),
  }));
  const display = new EvaluationDisplay();
  const outcome = await evaluateModels({
    candidates: [{ kind: 'model', name: 'base', model }, ...stages],
    data,
    out: flags.out,
    prompts: flags.prompts,
    seeds: flags.seeds,
    temperature: 0.8,
    ...runtime,
    signal,
    onProgress: display.progress.bind(display),
  }).finally(() => display.stop());
  if (!outcome) return false;
  display.outcome(outcome);
  const report = path.join(flags.out, 'report.md');
  console.log(
    say(`\n并排的诗、数字的由来：${report}`, `\nPoems side by side and how the figures were made: ${report}`),
  );
  const last = stages.at(-1)?.adapter ?? '';
  console.log(say('用刚训练的模型写：', 'Write with what was just trained:'));
  console.log(`  npx shiren write --adapter ${last} "写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静"`);
  return true;
}
