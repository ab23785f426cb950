/** `shiren lookup`: how a character is read in the rhyme books, and how poets use it. */
import { colours } from './colours.js';
import type { Command } from 'commander';
import { findExampleLines } from '../corpus/example-lines.js';
import {
  lookUpCharacter,
  type BookReading,
  type CharacterEntry,
  type ExampleLine,
} from '../poetry/readings/lookup.js';
import { normalizeText } from '../poetry/script/normalize.js';
import { isHan } from '../poetry/text.js';
import { InputError } from '../support/errors.js';
import { say } from './language.js';
import { resolvePath, STARTER_CORPUS } from './paths.js';

interface LookupFlags {
  readonly source: readonly string[];
  readonly json?: boolean;
}

export function lookupCommand(program: Command): void {
  program
    .command('lookup')
    .description('查字 how characters are read: 廣韻, 平水韵, 中华新韵, 中华通韵; how poets use them')
    .argument('<characters...>', 'one or more Chinese characters')
    .option('--source <path...>', 'poems to take example lines from, as for data build', [STARTER_CORPUS])
    .option('--json', 'one JSON object a character')
    .addHelpText(
      'after',
      '\nExamples:\n  shiren lookup 看\n  shiren lookup 看过教 --source chinese-poetry --json',
    )
    .action(async (words: readonly string[], { source, json }: LookupFlags) => {
      const text = normalizeText(words.join(''));
      const characters = [...new Set(text)].filter(isHan);
      if (characters.length === 0) throw new InputError(`lookup ${text}: expected Chinese characters`);
      for (const character of characters) {
        const entry = lookUpCharacter(character);
        const examples = await findExampleLines(character, source.map(resolvePath));
        console.log(json ? JSON.stringify({ ...entry, examples }) : `${formatEntry(entry, examples)}\n`);
      }
    });
}

const RANKS = {
  usual: ['常读', 'usual'],
  'also-usual': ['又读', 'also usual'],
  rare: ['罕', 'rare'],
} as const;

function formatReadings(readings: readonly BookReading[]): string {
  const shown = readings.map(({ group, tone, rank, derived }) => {
    const named = group.startsWith(tone) || /^[上下]平/u.test(group) ? group : `${group} ${tone}`;
    const [chinese, english] = rank === undefined ? ['', ''] : RANKS[rank];
    const notes = [say(chinese, english), derived ? say('依今音', 'by its sound today') : ''].filter(
      (one) => one !== '',
    );
    return notes.length === 0 ? named : `${named} (${notes.join(', ')})`;
  });
  return shown.length === 0 ? say('未收', 'not in the book') : shown.join(' · ');
}

function formatEntry(entry: CharacterEntry, examples: readonly ExampleLine[]): string {
  const { character, forms, pinyin, used } = entry;
  const others = forms.filter((form) => form !== character);
  const dictionary = entry.廣韻.map(
    ({ form, rhyme, tone }) => `${others.length > 0 ? `${form} ` : ''}${rhyme}${say('韵', '')} ${tone}`,
  );
  const rhymes = used.rhymes.map(({ group, count }) => `${group} ${count}`);
  const row = (name: string, text: string): string => `  ${name}  ${text}`;
  return [
    colours.bold(`${character}${others.length > 0 ? `（${others.join(' ')}）` : ''}  ${pinyin.join(' ')}`),
    row('廣韻    ', dictionary.length === 0 ? say('未收', 'not in the book') : dictionary.join(' · ')),
    row('平水韵  ', formatReadings(entry.平水韵)),
    row('中华新韵', formatReadings(entry.中华新韵)),
    row('中华通韵', formatReadings(entry.中华通韵)),
    row(
      say('唐人用例', 'in Tang verse'),
      say(
        `平 ${used.level} · 仄 ${used.oblique}${rhymes.length > 0 ? ` · 押韵 ${rhymes.join('，')}` : ''}`,
        `level (平) ${used.level} · oblique (仄) ${used.oblique}${rhymes.length > 0 ? ` · as a rhyme ${rhymes.join(', ')}` : ''}`,
      ),
    ),
    ...examples.map(({ tone, group, line, title, author }) =>
      row(group ?? tone, `${line}${colours.gray(` ${author}《${title}》`)}`),
    ),
  ].join('\n');
}
