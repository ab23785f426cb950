/** `shiren check`: the meter and rhyme of poems in any text: a file, standard input, a data set, or what stands on the command line. */
import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { findPoems, linesOf, readPoemFile, type Found } from '../corpus/poem-stream.js';
import { BOOK_NAMES, DEFAULT_BOOK, fullBookName } from '../poetry/readings/book-names.js';
import type { RhymeBook } from '../poetry/readings/readings.js';
import { checkLines, type CheckOptions, type PoemCheck } from '../poetry/prosody/check.js';
import { formatLeftOut } from '../poetry/parsing/left-out.js';
import { RULES } from '../poetry/prosody/rules.js';
import { isHan } from '../poetry/text.js';
import { InputError } from '../support/errors.js';
import type { Poet } from '../writing/poet.js';
import type { Suggestion } from '../writing/suggest.js';
import { formatCheck } from './format-check.js';
import { say } from './language.js';
import { DEFAULT_MODEL } from './paths.js';

interface CheckFlags {
  readonly book: string;
  readonly json?: boolean;
  readonly pinyin?: boolean;
  readonly traditional?: boolean;
  readonly suggest?: boolean;
  readonly model: string;
  readonly adapter?: string;
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
    .addOption(new Option('--book <name>', 'rhyme book').choices(BOOK_NAMES).default(DEFAULT_BOOK))
    .option('--pinyin', 'pinyin above the lines')
    .option('--traditional', 'the lines in traditional script')
    .option('--suggest', 'for each fault up to three characters that mend it, as the model likes them')
    .option('--model <name>', 'the model that suggests', DEFAULT_MODEL)
    .option('--adapter <folder>', 'its PEFT adapter (the shipped one with the shipped model)')
    .option('--json', 'one JSON object a poem; a data set always gives them')
    .addHelpText('after', EXAMPLES)
    .action(async (words: readonly string[], flags: CheckFlags) => {
      const tools = await loadTools(flags);
      try {
        for (const { name, poems } of sourcesOf(words)) await checkAll(poems, name, flags, tools);
      } finally {
        await tools.poet?.release();
      }
    });
}

/** What takes time to load, and is asked for by few. */
interface Tools {
  readonly poet?: Pick<Poet, 'suggest' | 'release'>;
  readonly pinyin?: (line: string) => string[];
  readonly traditional?: (lines: readonly string[]) => readonly string[];
}

async function loadTools(flags: CheckFlags): Promise<Tools> {
  const { toPinyin } = flags.pinyin ? await import('../poetry/readings/pinyin.js') : {};
  const { toTraditionalLines } = flags.traditional ? await import('../poetry/script/traditional.js') : {};
  const poet = flags.suggest ? await (await import('./load-poet.js')).loadPoet(flags) : undefined;
  return { pinyin: toPinyin, traditional: toTraditionalLines, poet };
}

/** The default book is there anyway; the others bring a dictionary along. */
async function loadBook(name: string): Promise<RhymeBook | undefined> {
  if (fullBookName(name) === DEFAULT_BOOK) return undefined;
  return (await import('../poetry/readings/books.js')).bookByName(name);
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

async function checkAll(
  poems: AsyncIterable<Found>,
  name: string,
  flags: CheckFlags,
  tools: Tools,
): Promise<void> {
  const options: CheckOptions = { book: await loadBook(flags.book) };
  let count = 0;
  for await (const poem of poems) {
    count += 1;
    const check = checkLines(linesOf(poem), options);
    const suggestions = await tools.poet?.suggest(linesOf(poem), options);
    const asJson = poem.kind === 'record' || flags.json;
    await print(
      asJson
        ? JSON.stringify(describe(poem, check, suggestions, tools))
        : show(poem, check, suggestions, tools),
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
function describe(
  poem: Found,
  check: PoemCheck,
  suggestions: readonly Suggestion[] | undefined,
  { pinyin, traditional }: Tools,
): object {
  const texts = traditional?.(check.lines.map(({ text }) => text));
  const lines = check.lines.map((line, index) => ({
    ...line,
    ...(pinyin ? { pinyin: pinyin(line.text) } : {}),
    ...(texts ? { traditional: texts[index] } : {}),
  }));
  const suggested = suggestions?.map(({ fault: { rule, line }, mends }) => ({ rule, line, mends }));
  const found = { ...check, lines, suggestions: suggested };
  if (poem.kind === 'record') {
    const { line, id } = poem;
    return { ...(id === undefined ? { line } : { line, id }), ...found };
  }
  const { title, author, dynasty, leftOut } = poem;
  return { title, author, dynasty, ...found, leftOut };
}

function show(
  poem: Extract<Found, { kind: 'text' }>,
  check: PoemCheck,
  suggestions: readonly Suggestion[] = [],
  { pinyin, traditional }: Tools,
): string {
  const texts = traditional?.(poem.lines) ?? poem.lines;
  const syllables = pinyin && poem.lines.map((line) => pinyin(line).join(' '));
  const leftOut = formatLeftOut(poem.leftOut, say);
  return [
    formatCheck(check, { texts, pinyin: syllables }),
    ...suggestions.map(formatSuggestion),
    ...(leftOut === '' ? [] : [`  ${leftOut}`]),
    '',
  ].join('\n');
}

/** `line 4 rhyme: 台 → 楼 更上一层楼` */
function formatSuggestion({ fault, mends }: Suggestion): string {
  const { chinese, english } = RULES[fault.rule];
  const place = say(`第${fault.line}句${chinese}`, `line ${fault.line} ${english}`);
  const found = mends.map(({ was, character, text }) => `${was} → ${character} ${text}`);
  const none = say('改一字不能救', 'no single character mends it');
  return `  ${say('可改', 'to mend')} ${place}: ${found.length > 0 ? found.join('，') : none}`;
}
