/**
 * The first poems that an evaluation wrote, each with its check: nothing is picked.
 *
 * npx tsx bench/samples.ts POEMS_FILE > models/SAMPLES.md
 */
import { isRecord, readJsonLines } from '../src/support/files.js';
import { checkPoem } from '../src/poetry/prosody/check.js';
import { formatCheck } from '../src/cli/format-check.js';
import { setLanguage } from '../src/cli/language.js';

const file = process.argv[2];
const COUNT = 30;
if (!file) throw new Error('usage: samples.ts POEMS_FILE');
setLanguage('en');

const samples: string[] = [];
for await (const { value } of readJsonLines(file)) {
  if (samples.length === COUNT) break;
  if (!isRecord(value)) continue;
  const [prompt, text] = [String(value['prompt']), String(value['text'])];
  samples.push(`## ${samples.length + 1}. ${prompt}\n\n\`\`\`\n${formatCheck(checkPoem(text))}\n\`\`\``);
}
console.log(`# Thirty poems, unpicked

The first seed of the first thirty prompts of the evaluation in [README.md](README.md), written by \`miniature-dpo\` free of constraints at temperature 0.8, with what \`shiren check\` says of each:
tones under the characters (平 level, 仄 oblique, 中 either), the form, the rhyme group; ✗ is what is broken, · a licence or a note. The prompts come from held-out poems. Written by \`npx tsx bench/samples.ts\`.

${samples.join('\n\n')}`);
