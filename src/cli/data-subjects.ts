/** `shiren data subjects`. */
import type { Command } from 'commander';
import { learnSubjects, type TitledPoem } from '../corpus/learn-subjects.js';
import { readCleanPoems } from '../corpus/read-clean.js';
import { writeFileWhole } from '../support/files.js';
import { requireFreeFile } from '../support/out-file.js';
import { say } from './language.js';
import { addOutFileOptions } from './options.js';
import { resolvePath } from './paths.js';

interface SubjectsFlags {
  readonly source: readonly string[];
  readonly out: string;
  readonly force?: boolean;
}

export function dataSubjectsCommand(data: Command): void {
  addOutFileOptions(data.command('subjects'))
    .description(
      '学词 learn what leads from words to poems: the words of verse, and what stands under titles',
    )
    .requiredOption('--source <path...>', 'as for build; several are joined')
    .option('--out <file>', 'what was learnt', 'subjects.json')
    .addHelpText('after', '\nExample:\n  shiren data subjects --source chinese-poetry --out subjects.json')
    .action(async ({ source, out, force }: SubjectsFlags) => {
      await requireFreeFile(out, { force });
      const poems: TitledPoem[] = [];
      for await (const { title, lines } of readCleanPoems(source.map(resolvePath)))
        poems.push({ title, lines });
      const learnt = learnSubjects(poems);
      await writeFileWhole(out, `${JSON.stringify(learnt)}\n`);
      const [words, led] = [learnt.words.length, Object.keys(learnt.led).length];
      console.log(
        say(
          `${out}：${poems.length} 首，诗中词 ${words} 个，题中词 ${led} 个`,
          `${out}: ${poems.length} poems, ${words} words of verse, ${led} of titles`,
        ),
      );
    });
}
