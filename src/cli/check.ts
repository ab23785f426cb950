/** `shiren check`: the meter and rhyme of poems in a text file or on standard input. */
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { checkPoem } from '../poetry/check.js';
import { isHan } from '../poetry/text.js';
import { InputError } from '../support/errors.js';
import { readText } from '../support/files.js';
import { formatCheck } from './format-check.js';

export function checkCommand(program: Command): void {
  program
    .command('check')
    .description('格律 check the tones and rhymes of poems (Middle Chinese, 平水韵)')
    .argument('[file]', 'poems separated by blank lines; standard input where absent')
    .option('--json', 'one JSON object a poem')
    .addHelpText(
      'after',
      "\nExamples:\n  shiren check poems.txt\n  echo '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。' | shiren check",
    )
    .action(async (file: string | undefined, flags: { json?: boolean }) => {
      const content = file === undefined ? await text(process.stdin) : await readText(file);
      const poems = content.split(/\n\s*\n/).filter((poem) => Array.from(poem).some(isHan));
      if (poems.length === 0)
        throw new InputError(`${file ?? 'standard input'}: no Han characters, expected poems`);
      for (const poem of poems) {
        const check = checkPoem(poem);
        console.log(flags.json ? JSON.stringify(check) : `${formatCheck(check)}\n`);
      }
    });
}
