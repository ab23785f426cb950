/** `shiren reward`: what rewards give for poems that are there. */
import type { Command } from 'commander';
import { REWARD_NAMES } from '../evaluation/rewards.js';
import { tryRewards, type JudgedPoem, type TryRewardsOptions } from '../pipeline/try-rewards.js';
import { splitLines } from '../poetry/text.js';
import { InputError } from '../support/errors.js';
import { readRecipe, type GrpoRecipe } from '../training/recipe.js';
import { repeatedOption } from './options.js';
import { resolvePath } from './paths.js';

interface RewardFlags {
  readonly recipe?: string;
  readonly stage?: string;
  readonly set: string[];
  readonly data: string;
  readonly json?: boolean;
}

export function rewardCommand(program: Command): void {
  program
    .command('reward')
    .description('赏罚 try rewards on poems: what a grpo stage would give for them')
    .argument('<file>', 'poems: JSON Lines of {text, prompt, form, themes}, or plain text')
    .option('--recipe <file>', 'the recipe whose rewards are tried; all that are built in where absent')
    .option('--stage <name>', 'its stage; the first of type grpo where absent')
    .option('--set <key=value>', 'override a setting of the recipe (repeatable)', repeatedOption, [])
    .option('--data <folder>', 'folder of the reference corpus (lines.txt)', 'output/data')
    .option('--json', 'a JSON object a poem on standard output')
    .addHelpText('after', '\nExample:\n  shiren reward poems.txt --recipe recipes/grpo.yaml')
    .action(async (file: string, flags: RewardFlags) => {
      const poems = await tryRewards({ ...(await rewardsOf(flags)), file, data: flags.data });
      if (flags.json) for (const poem of poems) console.log(JSON.stringify(poem));
      else console.log(rewardTable(poems));
    });
}

async function rewardsOf({
  recipe: file,
  stage: name,
  set,
}: RewardFlags): Promise<Pick<TryRewardsOptions, 'rewards' | 'reward_weights'>> {
  if (file === undefined) return { rewards: [...REWARD_NAMES], reward_weights: null };
  const { stages } = await readRecipe(resolvePath(file), set);
  const isAsked = (stage: (typeof stages)[number]): stage is GrpoRecipe =>
    stage.type === 'grpo' && (name === undefined || stage.name === name);
  const stage = stages.find(isAsked);
  if (stage) return stage;
  throw new InputError(`${file}: ${name ?? 'no stage'}: expected a stage of type grpo`);
}

const WIDTH = 10;

/** A row a poem, their means last. */
function rewardTable(poems: readonly JudgedPoem[]): string {
  const columns = [...Object.keys(poems[0]?.rewards ?? {}), 'reward'];
  const valueOf = (poem: JudgedPoem, column: string): number | null =>
    column === 'reward' ? poem.reward : (poem.rewards[column] ?? null);
  const row = (cells: readonly string[], what: string): string =>
    [...cells.map((cell) => cell.padStart(WIDTH)), `  ${what}`].join('');
  const shown = (value: number | null): string => (value === null ? '–' : value.toFixed(2));
  const mean = (column: string): number | null => {
    const values = poems.flatMap((poem) => valueOf(poem, column) ?? []);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return [
    row(columns, ''),
    ...poems.map((poem) =>
      row(
        columns.map((column) => shown(valueOf(poem, column))),
        splitLines(poem.text)[0] ?? '',
      ),
    ),
    row(
      columns.map((column) => shown(mean(column))),
      `${poems.length} poems`,
    ),
  ].join('\n');
}
