/** `shiren check`: the meter and rhyme of poems in any text: a file, standard input, a data set, or what stands on the command line. */
import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { findPoems, linesOf, readPoemFile, type Found } from '../corpus/poem-stream.js';
import { BOOK_NAMES, bookByName } from '../poetry/books.js';
import { checkLines, type CheckOptions } from '../poetry/check.js';
import { isHan } from '../poetry/text.js';
import { InputError } from '../support/errors.js';
import { formatCheck } from './format-check.js';
import { formatLeftOut } from './format-left-out.js';

interface CheckFlags {
  readonly book: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Titles, poets, notes, pinyin, numbers and markup may stand with the poems: what is left out is said.

Examples:
  shiren check 白日依山尽，黄河入海流。欲穷千里目，更上一层楼。
  shiren check poems.txt
  shiren check output/data/clean/train.jsonl
  pbpaste | shiren check`;

export function checkCommand(program: Command): void {
  program
    .command('check')
    .description('格律 check the tones and rhymes of poems')
    .argument(
      '[poem...]',
      'a poem, files of poems, or data sets in JSON or JSON Lines; standard input where absent',
    )
    .addOption(new Option('--book <name>', 'rhyme book').choices(BOOK_NAMES).default('平水韵'))
    .option('--json', 'one JSON object a poem; a data set always gives them')
    .addHelpText('after', EXAMPLES)
    .action(async (words: readonly string[], flags: CheckFlags) => {
      for (const { name, poems } of sourcesOf(words)) await checkAll(poems, name, flags);
    });
}

interface Source {
  readonly name: string;
  readonly poems: AsyncIterable<Found>;
}

/** What can only be meant as a file. */
const PATH = /[\\/]|\.\w+$/u;

/** Files where the words name files; else the words are a poem. */
function sourcesOf(words: readonly string[]): Source[] {
  if (words.length === 0) return [{ name: 'standard input', poems: readPoemFile(undefined) }];
  const text = words.join(' ');
  if (words.some((word) => existsSync(word) || (PATH.test(word) && !Array.from(word).some(isHan)))) {
    return words.map((word) => ({ name: word, poems: readPoemFile(word) }));
  }
  const name = `"${[...text].slice(0, 20).join('')}"`;
  return [{ name, poems: findPoems(partsOf(text), name) }];
}

async function* partsOf(text: string): AsyncGenerator<string> {
  yield text;
}

async function checkAll(poems: AsyncIterable<Found>, name: string, flags: CheckFlags): Promise<void> {
  const options: CheckOptions = { book: bookByName(flags.book) };
  let count = 0;
  for await (const poem of poems) {
    count += 1;
    await print(
      poem.kind === 'record' || flags.json
        ? `${JSON.stringify(describe(poem, options))}`
        : show(poem, options),
    );
  }
  if (count === 0) throw new InputError(`${name}: no verse found 无诗, expected a poem`);
}

/** Waits where the reader is slower than the check. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`))
    await new Promise((resolve) => process.stdout.once('drain', resolve));
}

/** What --json prints of a poem. */
function describe(poem: Found, options: CheckOptions): object {
  if (poem.kind === 'record') {
    const { line, id } = poem;
    return {
      ...(id === undefined ? { line } : { line, id }),
      ...checkLines(linesOf(poem), options),
    };
  }
  const { title, author, dynasty, leftOut } = poem;
  return { title, author, dynasty, ...checkLines(poem.lines, options), leftOut };
}

function show(poem: Extract<Found, { kind: 'text' }>, options: CheckOptions): string {
  const leftOut = formatLeftOut(poem.leftOut);
  return `${formatCheck(checkLines(poem.lines, options))}\n${leftOut === '' ? '' : `  ${leftOut}\n`}`;
}
