/**
 * Writes src/poetry/script/traditional-table.ts: which traditional character a simplified one is where it stands for several words, by its neighbours,
 * counted over a traditional corpus (src/corpus/learn-forms.ts says how).
 *
 * npx shiren data fetch && npx tsx scripts/traditional-table.ts chinese-poetry
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { learnForms } from '../src/corpus/learn-forms.js';
import { readCleanPoems } from '../src/corpus/read-clean.js';

/** The file's text for lines in traditional script. */
export function traditionalModule(lines: readonly string[]): string {
  const rows = [...learnForms(lines)].map(([character, { usual, others }]) =>
    [
      character + usual,
      ...others
        .filter(({ before, after }) => before + after !== '')
        .map(({ form, before, after }) => `${form}:${before}/${after}`),
    ].join(' '),
  );
  return `/**
 * Simplified characters that stand for several words of traditional text, as scripts/traditional-table.ts counted them over ${lines.length} lines of
 * chinese-poetry: the character with its usual form, then each other form with the neighbours (before/after, simplified) that tell it.
 */
export const FORMS = \`
${rows.join('\n')}
\`;
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder] = process.argv;
  if (folder === undefined) throw new Error('usage: traditional-table.ts CHINESE_POETRY_FOLDER');
  const lines: string[] = [];
  for await (const { traditional } of readCleanPoems([folder])) lines.push(...traditional);
  writeFileSync(
    new URL('../src/poetry/script/traditional-table.ts', import.meta.url),
    traditionalModule(lines),
  );
}
