/** `shiren data`: build the three data sets, check one, write poems as plain text. */
import { Option, type Command } from 'commander';
import path from 'node:path';
import {
  BUILD_DEFAULTS,
  BUILD_SETTINGS,
  type BuildOptions,
  type BuildSummary,
} from '../corpus/build-options.js';
import { buildDatasets } from '../corpus/build.js';
import { CLEANING_RULES } from '../corpus/clean.js';
import { fetchCorpus } from '../corpus/fetch.js';
import { COMMIT, FETCH_SOURCES, PACKAGE, type FetchSource } from '../corpus/fetch-sources.js';
import { collectLines, writeLineIndex } from '../corpus/line-index-file.js';
import { writeParquet } from '../corpus/parquet.js';
import {
  collectPoems,
  joinPoems,
  parsePart,
  readKnownLines,
  withSecondHalves,
} from '../corpus/plain-text.js';
import { learnThemeWeights, readDocuments } from '../corpus/theme-weights.js';
import { withSampledRejections } from '../pipeline/own-failures.js';
import { writeFileWhole } from '../support/files.js';
import { requireFreeFile } from '../support/out-file.js';
import { countSchema, shareSchema } from '../support/settings.js';
import { dataCheckCommand } from './data-check.js';
import { addOutFileOptions, numberOption, settingOption } from './options.js';
import { resolveModel } from './model.js';
import { DEFAULT_MODEL, resolvePath } from './paths.js';
import { startProgress, type Progress } from './progress.js';
import { say } from './language.js';

const MEGABYTE = 2 ** 20;
/** About what the archive has, where the server does not say. */
const ARCHIVE_BYTES = 100 * MEGABYTE;

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

interface TextFlags {
  readonly source: readonly string[];
  readonly out: string;
  readonly mostLines: number;
  readonly force?: boolean;
  readonly exclude?: string;
  readonly part?: string;
  readonly secondHalves?: boolean;
}

export function dataCommand(program: Command): void {
  const data = program
    .command('data')
    .description('数据 data sets: build them from chinese-poetry, or check one')
    .addHelpText('after', '\nExample:\n  shiren data build --help');
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
  data
    .command('fetch')
    .description(
      '取书 bring the Tang poems of chinese-poetry, at the commit that figures here were measured on',
    )
    .option('--out <folder>', 'a new folder', 'chinese-poetry')
    .addOption(
      new Option(
        '--from <source>',
        'npm (the registry that npm is set up for) or github; where absent github, and npm where that does not answer',
      ).choices(FETCH_SOURCES),
    )
    .addHelpText('after', '\nExample:\n  shiren data fetch && shiren data build --source chinese-poetry')
    .action(async ({ out, from }: { out: string; from?: FetchSource }) => {
      let bar: Progress | undefined;
      let source: FetchSource;
      try {
        source = await fetchCorpus({
          out,
          from,
          onFallback: (reason) => console.error(say(`${reason}；改由 npm 取`, `${reason}; going to npm`)),
          onProgress: (done, total) => {
            bar ??= startProgress('chinese-poetry', Math.ceil((total ?? ARCHIVE_BYTES) / MEGABYTE));
            bar.update(Math.floor(done / MEGABYTE), 'MB');
          },
        });
      } finally {
        bar?.stop();
      }
      const origin = source === 'npm' ? `npm ${PACKAGE}` : COMMIT;
      console.log(say(`${out}：${origin}`, `${out}: ${origin}`));
    });
  dataCheckCommand(data);
  indexCommand(data);
  themesCommand(data);
  addOutFileOptions(data.command('text'))
    .description('纯文本 cleaned poems as plain text for pretrain, a blank line between them')
    .requiredOption('--source <path...>', 'as for build; several are joined')
    .requiredOption('--out <file>', 'the text file')
    .option('--most-lines <n>', 'leave out longer poems', numberOption(countSchema()), 8)
    .option('--exclude <file>', 'leave out what shares two lines with a poem of this file (held-out.txt)')
    .option('--part <i/n>', 'only the i-th of n parts that have no poem in common')
    .option(
      '--second-halves',
      'the second half of each poem too, as a text of its own: for a judge of coherence',
    )
    .addHelpText(
      'after',
      '\nExample:\n  shiren data text --source chinese-poetry song.jsonl.gz --exclude output/full/held-out.txt --out poems.txt',
    )
    .action(async (flags: TextFlags) => {
      await requireFreeFile(flags.out, flags);
      const poems = await collectPoems({
        sources: flags.source.map(resolvePath),
        mostLines: flags.mostLines,
        exclude: flags.exclude === undefined ? new Set() : await readKnownLines(flags.exclude),
        part: flags.part === undefined ? undefined : parsePart(flags.part),
      });
      await writeFileWhole(flags.out, joinPoems(flags.secondHalves ? withSecondHalves(poems) : poems));
      console.log(`${flags.out}: ${poems.length} poems`);
    });
}

/** `shiren data index`. */
function indexCommand(data: Command): void {
  addOutFileOptions(data.command('index'))
    .description('编目 a compact index of known lines, for novelty and for --original')
    .requiredOption('--source <path...>', 'as for build; several are joined')
    .option('--out <file>', 'the index', 'lines.index')
    .addHelpText('after', '\nExample:\n  shiren data index --source chinese-poetry --out tang.index')
    .action(async ({ source, out, force }: { source: string[]; out: string; force?: boolean }) => {
      await requireFreeFile(out, { force });
      const lines = await collectLines(source.map(resolvePath));
      await writeLineIndex(out, lines);
      console.log(say(`${out}：${lines.size} 句`, `${out}: ${lines.size} lines`));
    });
}

interface ThemesFlags {
  readonly source: string;
  readonly exclude?: string;
  readonly out: string;
  readonly force?: boolean;
}

/** `shiren data themes`. */
function themesCommand(data: Command): void {
  addOutFileOptions(data.command('themes'))
    .description('学题 learn what poems of each theme say, for the measure of themes')
    .requiredOption('--source <path>', 'as for build')
    .option('--exclude <file>', 'poems that share a line with one of this text file are not learnt from')
    .option('--out <file>', 'the weights', 'themes.json')
    .addHelpText(
      'after',
      '\nExample:\n  shiren data themes --source chinese-poetry --exclude output/full/held-out.txt',
    )
    .action(async ({ source, exclude, out, force }: ThemesFlags) => {
      await requireFreeFile(out, { force });
      const lines = exclude === undefined ? new Set<string>() : await readKnownLines(exclude);
      const documents = await readDocuments(resolvePath(source), lines);
      const weights = learnThemeWeights(documents);
      await writeFileWhole(out, `${JSON.stringify(weights)}\n`);
      console.log(`${out}: ${Object.keys(weights).length} themes of ${documents.length} poems`);
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
