/** `shiren data`: data sets and what is made from a corpus besides. */
import type { Command } from 'commander';
import { dataBuildCommand } from './data-build.js';
import { dataCheckCommand } from './data-check.js';
import { dataFetchCommand } from './data-fetch.js';
import { dataIndexCommand, dataTextCommand, dataThemesCommand } from './data-derived.js';
import { dataSubjectsCommand } from './data-subjects.js';

export function dataCommand(program: Command): void {
  const data = program
    .command('data')
    .description('数据 data sets: build them from chinese-poetry, or check one')
    .addHelpText('after', '\nExample:\n  shiren data build --help');
  dataBuildCommand(data);
  dataFetchCommand(data);
  dataCheckCommand(data);
  dataIndexCommand(data);
  dataThemesCommand(data);
  dataSubjectsCommand(data);
  dataTextCommand(data);
}
