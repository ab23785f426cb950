/**
 * How well words tell the tone of a character (src/corpus/telling-words.ts), on poems that were not counted: five folds of a corpus, each judged by
 * what the other four show. What is judged: places of regulated verse, and those where its lines shun the other tone.
 *
 * npx tsx bench/words.ts CHINESE_POETRY_FOLDER
 */
import { readVerses, wordsByCharacter } from '../scripts/usage-table.js';
import { learnUsage } from '../src/corpus/learn-usage.js';
import { standardContexts } from '../src/corpus/telling-words.js';
import { tellings } from '../src/poetry/readings/words.js';

const folder = process.argv[2];
if (!folder) throw new Error('usage: words.ts CHINESE_POETRY_FOLDER');
const FOLDS = 5;
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)}%`;

const verses = await readVerses(folder);
let [places, right, wrong] = [0, 0, 0];
for (let fold = 0; fold < FOLDS; fold += 1) {
  const words = wordsByCharacter(learnUsage(verses.filter((_, index) => index % FOLDS !== fold)));
  const heldOut = standardContexts(learnUsage(verses.filter((_, index) => index % FOLDS === fold)).contexts);
  for (const [character, known] of words) {
    for (const { before, after, level, oblique } of heldOut.get(character) ?? []) {
      places += level + oblique;
      const told = tellings(known, character, { before, after, object: undefined });
      const [first] = told;
      if (!first || told.some(({ tone }) => tone !== first.tone)) continue;
      right += first.tone === '平' ? level : oblique;
      wrong += first.tone === '平' ? oblique : level;
    }
  }
}
console.log(
  `${places} places of characters with two tones: words tell ${percent(right + wrong, places)} of them`,
);
console.log(`  of these the other tone ${percent(wrong, right + wrong)} (${wrong})`);
