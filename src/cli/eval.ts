/** `shiren eval`: compare a base model and adapters on the same prompts. */
import path from 'node:path';
import type { Command } from 'commander';
import { interruptible } from './interrupt.js';
import { addRuntimeOptions, dtypeOption, numberOption } from './options.js';
import { resolveModel } from './model.js';
import { DEFAULT_MODEL, resolvePath } from './paths.js';
import { runEvaluation, type RunEvaluationOptions } from './run-evaluation.js';

interface EvalFlags extends Omit<RunEvaluationOptions, 'candidates' | 'signal'> {
  readonly model: string;
  readonly adapter: string[];
}

export function evalCommand(program: Command): void {
  addRuntimeOptions(program.command('eval'))
    .description('评测 compare the base model and adapters: rhyme, form and style, theme, overall')
    .option('--model <name>', 'base model: a folder, or an id of the Hugging Face hub', DEFAULT_MODEL)
    .addOption(dtypeOption())
    .option(
      '--adapter <folder>',
      'an adapter to compare (repeatable)',
      (value, all: string[]) => [...all, value],
      [],
    )
    .option('--data <folder>', 'folder of prompts.jsonl and lines.txt', 'output/data')
    .option('--out <folder>', 'where poems and report go', 'output/evaluation')
    .option('--prompts <n>', 'at most so many prompts', numberOption, 400)
    .option('--seeds <n>', 'poems a prompt', numberOption, 1)
    .option('--temperature <x>', 'sampling temperature', numberOption, 0.8)
    .option('--json', 'the summary as JSON')
    .addHelpText('after', '\nExample:\n  shiren eval --adapter output/stage1-raw --adapter output/stage3-dpo')
    .action(async (flags: EvalFlags) => {
      const model = await resolveModel(flags.model);
      const adapters = flags.adapter.map((folder) => ({
        name: path.basename(folder),
        model,
        adapter: resolvePath(folder),
      }));
      const candidates = [{ name: 'base', model }, ...adapters];
      const finished = await interruptible((signal) => runEvaluation({ ...flags, candidates, signal }));
      if (finished && !flags.json) console.log(`\n${path.join(flags.out, 'report.md')}`);
    });
}
