/** `shiren pretrain`: a small Qwen3 from nothing, on poems as plain text. */
import type { Command } from 'commander';
import { pretrainModel, type PretrainModelOptions } from '../pipeline/pretrain-model.js';
import type { StageProgress } from '../training/trainer.js';
import { interruptible } from './interrupt.js';
import { countSchema, SeedSchema, wholeSchema } from '../support/settings.js';
import { TRAINING_SETTINGS } from '../training/recipe/common-settings.js';
import { addRuntimeOptions, numberOption } from './options.js';
import { startProgress } from './progress.js';

interface PretrainFlags extends Omit<PretrainModelOptions, 'callbacks' | 'signal'> {
  readonly json?: boolean;
}

export function pretrainCommand(program: Command): void {
  addRuntimeOptions(program.command('pretrain'))
    .description('预训练 train a small Qwen3 from nothing on poems as plain text (blank line between poems)')
    .requiredOption('--text <file...>', 'the poems; several files are joined')
    .requiredOption('--out <folder>', 'where the model folder is written; a run that was stopped goes on')
    .option('--steps <n>', 'optimiser steps', numberOption(countSchema()), 3500)
    .option('--tokens-per-step <n>', 'tokens a step', numberOption(countSchema()), 2048)
    .option(
      '--learning-rate <x>',
      'highest learning rate (cosine)',
      numberOption(TRAINING_SETTINGS.learning_rate),
      1.5e-3,
    )
    .option('--hidden-size <n>', 'width', numberOption(countSchema(65_536)), 384)
    .option('--layers <n>', 'layers', numberOption(countSchema(1024)), 5)
    .option(
      '--intermediate-size <n>',
      'width of the feed-forward layers',
      numberOption(countSchema(65_536)),
      1024,
    )
    .option('--validation <n>', 'poems held out for eval_loss', numberOption(wholeSchema()), 256)
    .option('--validation-text <file>', 'the poems for eval_loss: then none of --text are held out')
    .option(
      '--min-count <n>',
      'a character must occur so often to get a token',
      numberOption(countSchema()),
      3,
    )
    .option('--seed <n>', 'seed', numberOption(SeedSchema), 1)
    .option('--json', 'a JSON object a step on standard output')
    .addHelpText('after', '\nExample:\n  shiren pretrain --text poems.txt --out models/mine --steps 3500')
    .action(runPretrain);
}

async function runPretrain(flags: PretrainFlags): Promise<void> {
  const bar = flags.json ? undefined : startProgress('pretrain', flags.steps);
  const print = (line: object): void => {
    if (flags.json) console.log(JSON.stringify(line));
  };
  let evaluation = '';
  const onProgress = ({ step, metrics, tokensPerSecond = 0 }: StageProgress): void => {
    if (!metrics) return;
    print({ ...metrics, tokens_per_second: tokensPerSecond });
    bar?.update(
      step,
      `loss ${metrics.loss.toFixed(3)}${evaluation}  ${Math.round(tokensPerSecond)} tokens/s`,
    );
  };
  try {
    await interruptible((signal) =>
      pretrainModel({
        ...flags,
        signal,
        callbacks: {
          onProgress,
          onEvaluation: (metrics) => {
            print(metrics);
            evaluation = `  eval ${metrics.eval_loss.toFixed(3)}`;
          },
        },
      }),
    );
  } finally {
    bar?.stop();
  }
}
