/** `shiren check`: the meter and rhyme of poems in a text file, on standard input, or in a data set. */
import { text } from 'node:stream/consumers';
import { Option, type Command } from 'commander';
import { BOOK_NAMES, bookByName } from '../poetry/books.js';
import { checkPoem, type CheckOptions } from '../poetry/check.js';
import { isHan } from '../poetry/text.js';
import { InputError } from '../support/errors.js';
import { isRecord, readJsonLines, readText } from '../support/files.js';
import { formatCheck } from './format-check.js';

interface CheckFlags {
  readonly book: string;
  readonly json?: boolean;
}

export function checkCommand(program: Command): void {
  program
    .command('check')
    .description('格律 check the tones and rhymes of poems')
    .argument(
      '[file]',
      'poems separated by blank lines, or a data set in JSON Lines (.jsonl); standard input where absent',
    )
    .addOption(new Option('--book <name>', 'rhyme book').choices(BOOK_NAMES).default('平水韵'))
    .option('--json', 'one JSON object a poem; a data set always gives them')
    .addHelpText(
      'after',
      "\nExamples:\n  shiren check poems.txt\n  shiren check output/data/clean/train.jsonl\n  echo '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。' | shiren check",
    )
    .action(async (file: string | undefined, flags: CheckFlags) => {
      const book = bookByName(flags.book);
      if (file?.endsWith('.jsonl')) {
        await checkDataset(file, { book });
        return;
      }
      const content = file === undefined ? await text(process.stdin) : await readText(file);
      const poems = content.split(/\n\s*\n/).filter((poem) => Array.from(poem).some(isHan));
      if (poems.length === 0)
        throw new InputError(`${file ?? 'standard input'}: no Han characters, expected poems`);
      for (const poem of poems) {
        const check = checkPoem(poem, { book });
        console.log(flags.json ? JSON.stringify(check) : `${formatCheck(check)}\n`);
      }
    });
}

/** A check for each line of a data set, with the line's `source` or `id` where it has one. */
async function checkDataset(file: string, options: CheckOptions): Promise<void> {
  for await (const { line, value } of readJsonLines(file)) {
    const poem = isRecord(value) ? poemOf(value) : undefined;
    if (!isRecord(value) || poem === undefined) {
      throw new InputError(
        `${file}:${line}: no poem found, expected one of text, completion, chosen, lines, paragraphs`,
      );
    }
    const id = value['source'] ?? value['id'];
    const check = { ...(id === undefined ? { line } : { line, id }), ...checkPoem(poem, options) };
    if (!process.stdout.write(`${JSON.stringify(check)}\n`)) {
      await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
  }
}

/** The poem of a data-set line: a string, a list of lines, or messages. */
function poemOf(record: Record<string, unknown>): string | undefined {
  for (const key of ['text', 'completion', 'chosen', 'lines', 'paragraphs']) {
    const value = record[key];
    if (typeof value === 'string') return value;
    if (!Array.isArray(value) || value.length === 0) continue;
    if (value.every((item) => typeof item === 'string')) return value.join('\n');
    const contents = value.map((item: unknown) => (isRecord(item) ? item['content'] : undefined));
    if (contents.every((item) => typeof item === 'string')) return contents.join('\n');
  }
  return undefined;
}
