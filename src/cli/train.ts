/** `shiren train`: a recipe, or one of its stages. */
import type { Command } from 'commander';
import { dryRun } from '../pipeline/dry-run.js';
import { runRecipe } from '../pipeline/run-recipe.js';
import { readRecipe } from '../training/recipe.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { interruptible } from './interrupt.js';
import { addRuntimeOptions, repeatedOption } from './options.js';
import { resolvePath } from './paths.js';
import { TrainDisplay } from './train-display.js';

interface TrainFlags extends RuntimeOptions {
  readonly data: string;
  readonly out?: string;
  readonly stage?: string;
  readonly set: string[];
  readonly json?: boolean;
  readonly model?: string;
  readonly dryRun?: boolean;
}

export function trainCommand(program: Command): void {
  addRuntimeOptions(program.command('train'))
    .description('训练 train the stages of a recipe (LoRA SFT, DPO); a run that was stopped goes on')
    .argument('<recipe>', 'a YAML file, for example recipes/mini.yaml')
    .option('--data <folder>', 'folder of the data sets', 'output/data')
    .option('--out <folder>', 'each stage gets a folder in here (output, or the recipe’s output_dir)')
    .option('--stage <name>', 'only this stage')
    .option('--set <key=value>', 'override a setting of every stage (repeatable)', repeatedOption, [])
    .option('--model <name>', 'the base, in place of the recipe’s model_name_or_path')
    .option('--dry-run', 'say what each stage would take (steps, tokens, time, memory), and train none')
    .option('--json', 'a JSON object a step on standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  shiren train recipes/mini.yaml\n  shiren train recipes/mini.yaml --dry-run\n  shiren train recipes/mini.yaml --stage stage1-raw --set learning_rate=1e-4',
    )
    .action(async (file: string, flags: TrainFlags) => {
      const read = await readRecipe(resolvePath(file), flags.set);
      const recipe = flags.model === undefined ? read : { ...read, model_name_or_path: flags.model };
      const out = flags.out ?? recipe.output_dir ?? 'output';
      const display = new TrainDisplay(flags.json, flags.dryRun);
      const options = { ...flags, out, ...display.callbacks(), recipe };
      try {
        await interruptible(async (signal) => {
          if (!flags.dryRun) return runRecipe({ ...options, signal });
          return (await dryRun({ ...options, signal })) !== undefined;
        });
      } finally {
        display.stop();
      }
    });
}
