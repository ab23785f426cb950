/** What else is made from a corpus: plain text for pre-training, the index of known lines, what poems of each theme say. */
import type { Command } from 'commander';
import { collectLines, writeLineIndex } from '../corpus/line-index-file.js';
import {
  collectPoems,
  joinPoems,
  parsePart,
  readKnownLines,
  withSecondHalves,
} from '../corpus/plain-text.js';
import { learnThemeWeights, readDocuments } from '../corpus/theme-weights.js';
import { writeFileWhole } from '../support/files.js';
import { requireFreeFile } from '../support/out-file.js';
import { countSchema } from '../support/settings.js';
import { say } from './language.js';
import { addOutFileOptions, numberOption } from './options.js';
import { resolvePath } from './paths.js';

interface TextFlags {
  readonly source: readonly string[];
  readonly out: string;
  readonly mostLines: number;
  readonly force?: boolean;
  readonly exclude?: string;
  readonly part?: string;
  readonly secondHalves?: boolean;
}

/** `shiren data text`. */
export function dataTextCommand(data: Command): void {
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
      console.log(say(`${flags.out}：${poems.length} 首`, `${flags.out}: ${poems.length} poems`));
    });
}

/** `shiren data index`. */
export function dataIndexCommand(data: Command): void {
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
export function dataThemesCommand(data: Command): void {
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
      const themes = Object.keys(weights).length;
      console.log(
        say(
          `${out}：${documents.length} 首的 ${themes} 个主题`,
          `${out}: ${themes} themes of ${documents.length} poems`,
        ),
      );
    });
}
