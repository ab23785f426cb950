/** `shiren data build`: the three data sets from a corpus. */
import path from 'node:path';
import type { Command } from 'commander';
import {
  BUILD_DEFAULTS,
  BUILD_SETTINGS,
  type BuildOptions,
  type BuildSummary,
} from '../corpus/build-options.js';
import { buildDatasets } from '../corpus/build.js';
import { CLEANING_RULES } from '../corpus/clean.js';
import { writeParquet } from '../corpus/parquet.js';
import { withSampledRejections } from '../pipeline/own-failures.js';
import { shareSchema } from '../support/settings.js';
import { say } from './language.js';
import { resolveModel } from './model.js';
import { numberOption, settingOption } from './options.js';
import { DEFAULT_MODEL, resolvePath } from './paths.js';

interface BuildFlags extends Omit<BuildOptions, 'reject'> {
  readonly fromModel?: string;
  readonly fromModelShare: number;
  readonly model: string;
  readonly parquet?: boolean;
  readonly json?: boolean;
}

/** Builds, with a model's own failures where one is named. */
async function build({ fromModel, fromModelShare, model, ...flags }: BuildFlags): Promise<BuildSummary> {
  const options = { ...flags, source: resolvePath(flags.source) };
  if (fromModel === undefined) return buildDatasets(options);
  const { Poet } = await import('../writing/poet.js');
  const poet = await Poet.load({ model: await resolveModel(model), adapter: resolvePath(fromModel) });
  try {
    const sampling = { share: fromModelShare, temperature: 1, seed: flags.seed };
    return await buildDatasets({
      ...options,
      reject: (pairs) => withSampledRejections(pairs, poet, sampling),
    });
  } finally {
    await poet.release();
  }
}

/** The data sets that have examples, beside their JSON Lines. */
async function writeParquetSets({ counts }: BuildSummary, out: string): Promise<void> {
  for (const [name, count] of Object.entries(counts)) {
    const file = path.join(out, name);
    if (count > 0) await writeParquet(`${file}.jsonl`, `${file}.parquet`);
  }
}

export function dataBuildCommand(data: Command): void {
  data
    .command('build')
    .description('读、洗、分、配 read poems, clean them, split them, and pair good answers with bad ones')
    .option(
      '--source <path>',
      "chinese-poetry's folder, a folder of poet.*.N.json, or one file: poems as text, or CSV, JSON Lines, Parquet with title, author, text",
      'data/starter',
    )
    .option('--out <folder>', 'where the data sets go', 'output/data')
    .addOption(settingOption('--seed <n>', BUILD_SETTINGS.seed).default(BUILD_DEFAULTS.seed))
    .addOption(settingOption('--test-share <x>', BUILD_SETTINGS.testShare).default(BUILD_DEFAULTS.testShare))
    .addOption(
      settingOption('--validation-share <x>', BUILD_SETTINGS.validationShare).default(
        BUILD_DEFAULTS.validationShare,
      ),
    )
    .addOption(
      settingOption('--min-quality <x>', BUILD_SETTINGS.minQuality).default(BUILD_DEFAULTS.minQuality),
    )
    .addOption(
      settingOption('--paraphrase-share <x>', BUILD_SETTINGS.paraphraseShare).default(
        BUILD_DEFAULTS.paraphraseShare,
      ),
    )
    .option(
      '--from-model <folder>',
      'an adapter whose own failures are among the rejected answers (stage 2, once it is trained)',
    )
    .option(
      '--from-model-share <x>',
      'share of the pairs that it is asked for',
      numberOption(shareSchema()),
      0.3,
    )
    .option('--model <name>', 'its base: a folder, or an id of the Hugging Face hub', DEFAULT_MODEL)
    .option('--parquet', 'the data sets as Parquet too')
    .option('--json', 'the summary as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  shiren data build\n  shiren data build --source chinese-poetry --out output/full --test-share 0.02',
    )
    .action(async (flags: BuildFlags) => {
      const summary = await build(flags);
      if (flags.parquet) await writeParquetSets(summary, flags.out);
      console.log(flags.json ? JSON.stringify(summary) : describeSummary(summary, flags.out));
    });
}

/** The summary as people read it: what was dropped or mended, and why. */
export function describeSummary(summary: BuildSummary, out: string): string {
  const rows = Object.entries(summary.decisions)
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => {
      const rule = name.split(' ')[1] ?? '';
      return `  ${String(count).padStart(6)}  ${name.padEnd(24)} ${CLEANING_RULES[rule] ?? ''}`;
    });
  const sets = Object.entries(summary.counts).map(
    ([name, count]) => `  ${String(count).padStart(6)}  ${name}.jsonl`,
  );
  return [
    say(
      `读 ${summary.poems} 首，留 ${summary.kept} 首（${path.join(out, 'decisions.jsonl')} 记每一决定）`,
      `${summary.poems} poems read, ${summary.kept} kept (every decision: ${path.join(out, 'decisions.jsonl')})`,
    ),
    ...rows,
    say('数据集', 'data sets'),
    ...sets,
  ].join('\n');
}
