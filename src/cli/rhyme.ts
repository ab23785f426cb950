/** `shiren rhyme`: the characters of a rhyme group, those that poets rhyme on most first. */
import { colours } from './colours.js';
import { Option, type Command } from 'commander';
import { Type } from 'typebox';
import { BOOK_NAMES, DEFAULT_BOOK } from '../poetry/readings/book-names.js';
import { bookByName } from '../poetry/readings/books.js';
import { lookUpRhyme, type RhymeEntry } from '../poetry/readings/lookup.js';
import { InputError } from '../support/errors.js';
import { say } from './language.js';
import { numberOption } from './options.js';

interface RhymeFlags {
  readonly book: string;
  readonly most?: number;
  readonly traditional?: boolean;
  readonly json?: boolean;
}

export function rhymeCommand(program: Command): void {
  program
    .command('rhyme')
    .description('查韵 the characters of a rhyme group, by how often poets rhyme on them')
    .argument('<name>', 'a group (东, 上平一东, 去声二十四敬), or a character whose groups are meant')
    .addOption(new Option('--book <name>', 'rhyme book').choices(BOOK_NAMES).default(DEFAULT_BOOK))
    .option('--most <n>', 'characters shown; all where absent', numberOption(Type.Integer({ minimum: 1 })))
    .option('--traditional', 'in traditional script')
    .option('--json', 'one JSON object a group')
    .addHelpText(
      'after',
      '\nExamples:\n  shiren rhyme 东\n  shiren rhyme 楼 --most 40\n  shiren rhyme 麻 --book 中华新韵',
    )
    .action((name: string, { book, most, traditional, json }: RhymeFlags) => {
      const script = traditional ? 'traditional' : 'simplified';
      const found = lookUpRhyme(name, { book: bookByName(book), script });
      if (found.length === 0) {
        throw new InputError(
          `rhyme ${name}: no group of ${book}, expected one such as 东, 上平一东 or 去声二十四敬, or a character`,
        );
      }
      for (const entry of found) {
        const shown = { ...entry, characters: entry.characters.slice(0, most) };
        console.log(json ? JSON.stringify(shown) : `${formatGroup(shown, entry.characters.length)}\n`);
      }
    });
}

/** Characters a row. */
const WIDTH = 30;

function formatGroup({ book, group, tone, characters }: RhymeEntry, total: number): string {
  const used = characters.filter(({ count }) => count > 0);
  const rest = characters.filter(({ count }) => count === 0);
  const rows = (items: RhymeEntry['characters']): string[] =>
    Array.from({ length: Math.ceil(items.length / WIDTH) }, (_, row) => {
      const slice = items.slice(row * WIDTH, (row + 1) * WIDTH);
      return `  ${slice.map(({ character }) => character).join(' ')}`;
    });
  const top = used.slice(0, 5).map(({ character, count }) => `${character} ${count}`);
  return [
    colours.bold(`${book} ${group} ${tone} · ${say(`${total} 字`, `${total} characters`)}`),
    ...(top.length > 0 ? [colours.gray(`  ${say('最常押', 'most often')}: ${top.join(', ')}`)] : []),
    ...rows(used),
    ...(rest.length > 0
      ? [colours.gray(`  ${say('唐人近体未押', 'not rhymed on in regulated Tang verse')}:`), ...rows(rest)]
      : []),
  ].join('\n');
}
