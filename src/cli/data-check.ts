/** `shiren data check`: what data sets hold, as a trainer sees them. */

import type { Command } from 'commander';
import { Tokenizer } from '../model/tokenizer.js';
import {
  checkDataset,
  type DatasetReport,
  type ShownPiece,
  type TokenReport,
} from '../pipeline/check-dataset.js';
import { hubFiles, isHubDataset } from '../pipeline/dataset-files.js';
import { sourceOf } from '../pipeline/examples.js';
import { chosenStages } from '../pipeline/prepare.js';
import { recipeTokenizer } from '../pipeline/recipe-tokenizer.js';
import {
  parseOverrides,
  readRecipe,
  stageRecipe,
  type Recipe,
  type StageRecipe,
} from '../training/recipe.js';
import { colours } from './colours.js';
import { say } from './language.js';
import { downloadBar, resolveModel } from './model.js';
import { repeatedOption } from './options.js';
import { DEFAULT_MODEL, resolvePath } from './paths.js';

interface CheckFlags {
  readonly model?: string;
  readonly recipe?: string;
  readonly stage?: string;
  readonly set: string[];
  readonly json?: boolean;
}

export function dataCheckCommand(data: Command): void {
  data
    .command('check')
    .description('查验 what a data set holds: its form, tokens, what would be cut, and where the loss is')
    .argument(
      '<file...>',
      'JSON Lines, JSON, CSV or Parquet in any of TRL’s forms (others by --set format=alpaca), or an id of the hub',
    )
    .option(
      '--model <name>',
      `whose tokenizer counts: a folder, or an id of the hub (${DEFAULT_MODEL}, or the recipe's)`,
    )
    .option('--recipe <file>', 'read as a stage of this recipe reads')
    .option('--stage <name>', 'which; the first where absent')
    .option(
      '--set <key=value>',
      'a setting of a stage, as max_length or format (repeatable)',
      repeatedOption,
      [],
    )
    .option('--json', 'the result as JSON, an object a file')
    .addHelpText(
      'after',
      '\nExamples:\n  shiren data check output/data/clean/train.jsonl\n  shiren data check poems.csv --model Qwen/Qwen3-0.6B --set max_length=256',
    )
    .action(async (files: string[], flags: CheckFlags) => {
      const { stage, recipe } = await settingsOf(flags);
      const folder = await resolveModel(flags.model ?? recipe?.model_name_or_path ?? DEFAULT_MODEL);
      const tokenizer = await recipeTokenizer(await Tokenizer.load(folder), recipe ?? {});
      for (const file of files) {
        const hub = isHubDataset(file, '.');
        const source = sourceOf(stage, hub ? await hubFiles(file, stage, 'train', downloadBar()) : [file]);
        const report = await checkDataset(source, { tokenizer, settings: stage });
        console.log(flags.json ? JSON.stringify({ file, ...report }) : describe(file, report));
      }
    });
}

/** The stage as which a data set is read. */
async function settingsOf({
  recipe: file,
  stage: name,
  set,
}: CheckFlags): Promise<{ stage: StageRecipe; recipe?: Recipe }> {
  if (file === undefined) {
    const own = { name: 'check', type: 'sft', train_dataset: '-', ...parseOverrides(set) } as const;
    return { stage: stageRecipe(own) };
  }
  const recipe = await readRecipe(resolvePath(file), set);
  const [stage = recipe.stages[0] as StageRecipe] = chosenStages(recipe, name);
  return { stage, recipe };
}

/** What was found, as people read it. */
function describe(file: string, report: DatasetReport & TokenReport): string {
  const { kinds, form, examples, tokens, loss_tokens: learnt, longest, max_length: most, shown } = report;
  const names = Object.entries(kinds).map(([kind, count]) =>
    count === examples ? kind : `${kind} (${count})`,
  );
  const lines = [
    say(
      `${file}：${names.join('、')}，${FORMS[form].chinese}，${examples} 例`,
      `${file}: ${names.join(', ')}, ${FORMS[form].english}, ${examples} examples`,
    ),
    say(
      `  ${tokens} 个词元（token），其中 ${learnt} 个计损失；最长 ${longest.tokens}（${longest.place}）`,
      `  ${tokens} tokens, ${learnt} with loss; the longest example has ${longest.tokens} (${longest.place})`,
    ),
    say(
      `  max_length ${most}：${report.truncated} 例会被截断，${report.left_out} 例截后无可学者`,
      `  max_length ${most}: ${report.truncated} examples would be cut, ${report.left_out} left out with nothing to learn`,
    ),
  ];
  if (!shown) return lines.join('\n');
  const heading = say(
    `  模型所见（${shown.place}），计损失者${colours.isColorSupported ? '着色' : '在⟦⟧中'}：`,
    `  as the model sees it (${shown.place}), what carries loss ${colours.isColorSupported ? 'in colour' : 'in ⟦⟧'}:`,
  );
  return [...lines, heading, ...shown.sequences.map(mark)].join('\n');
}

const FORMS: Readonly<Record<DatasetReport['form'], { readonly chinese: string; readonly english: string }>> =
  {
    conversational: { chinese: '对话', english: 'conversational' },
    plain: { chinese: '纯文本', english: 'plain text' },
    both: { chinese: '对话与纯文本', english: 'conversational and plain text' },
  };

/** A sequence on lines of its own, a line's end shown where one is. */
function mark(pieces: readonly ShownPiece[]): string {
  const marked = pieces.map(({ text, loss }) => {
    const lines = text
      .split('\n')
      .map((line) => (loss && colours.isColorSupported ? colours.green(line) : line));
    const whole = lines.join(`${colours.gray('⏎')}\n`);
    return loss && !colours.isColorSupported ? `⟦${whole}⟧` : whole;
  });
  return marked
    .join('')
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
