/**
 * Writes src/poetry/readings/usage-table.ts: in which tone and in which rhyme group Tang poets use each character, and which words tell the tone of a
 * character that has both, counted over a corpus (src/corpus/learn-usage.ts says how).
 *
 * npx shiren data fetch && npx tsx scripts/usage-table.ts chinese-poetry
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { learnUsage, type ToneCount, type Usage, type Verse } from '../src/corpus/learn-usage.js';
import { readCleanPoems } from '../src/corpus/read-clean.js';
import { standardContexts, tellingWords } from '../src/corpus/telling-words.js';
import { dictionaryReadings } from '../src/poetry/readings/dictionary.js';
import { toneOf } from '../src/poetry/readings/readings.js';
import { traditionalCandidates } from '../src/poetry/script/script.js';
import { formsOf, standardCharacter } from '../src/poetry/script/variants.js';
import { formatWords, type TellingWords } from '../src/poetry/readings/words.js';

/** Shares of a character's rhymes below which a group is noise. */
const LEAST_RHYMES = 0.02;
/** Words are learnt for characters that have the rarer tone this often. */
const LEAST_SHARE = 0.008;
const LEAST_PLACES = 4;

/** `光1853/1阳400`: level and oblique places, rhymes by group. */
function usageEntries({ tones, rhymes }: Usage): string[] {
  const characters = new Set([...tones.keys(), ...rhymes.keys()]);
  return [...characters].sort().map((character) => {
    const { level, oblique } = tones.get(character) ?? { level: 0, oblique: 0 };
    const groups = [...(rhymes.get(character) ?? [])].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const all = groups.reduce((sum, [, count]) => sum + count, 0);
    const kept = groups.filter(([, count]) => count >= LEAST_RHYMES * all);
    return `${character}${level}/${oblique}${kept.map(([label, count]) => `${label.at(-1)}${count}`).join('')}`;
  });
}

type Counts = Map<string, ToneCount>;

function add(counts: Counts, key: string, { level, oblique }: ToneCount): void {
  const row = counts.get(key) ?? { level: 0, oblique: 0 };
  counts.set(key, { level: row.level + level, oblique: row.oblique + oblique });
}

/** Whether both tones of a character are read and used. */
function hasBothTones(character: string, { level, oblique }: ToneCount): boolean {
  const forms = new Set([...traditionalCandidates(character), ...formsOf(character)]);
  const tones = new Set(
    [...forms].flatMap((form) => dictionaryReadings(form).map(({ group }) => toneOf(group))),
  );
  const fewer = Math.min(level, oblique);
  return tones.size === 2 && fewer >= LEAST_PLACES && fewer >= LEAST_SHARE * (level + oblique);
}

/** The words that tell the tone of each character of two tones, by standard character. */
export function wordsByCharacter({ tones, contexts }: Usage): Map<string, TellingWords> {
  const totals: Counts = new Map();
  for (const [character, counted] of tones) add(totals, standardCharacter(character), counted);
  const words = new Map<string, TellingWords>();
  for (const [character, rows] of standardContexts(contexts)) {
    if (!hasBothTones(character, totals.get(character) ?? { level: 0, oblique: 0 })) continue;
    const telling = tellingWords(rows);
    if (telling) words.set(character, telling);
  }
  return words;
}

const wordEntries = (usage: Usage): string[] =>
  [...wordsByCharacter(usage)].sort().map(([character, words]) => character + formatWords(words));

export function block(name: string, entries: readonly string[]): string {
  const lines: string[] = [''];
  for (const entry of entries) {
    const last = lines.at(-1) ?? '';
    if (last.length + entry.length > 240) lines.push(entry);
    else lines[lines.length - 1] = last === '' ? entry : `${last} ${entry}`;
  }
  return `export const ${name} = \`\n${lines.join('\n')}\n\`;\n`;
}

/** The poems of a folder in traditional script, as cleaning keeps them. */
export async function readVerses(folder: string): Promise<Verse[]> {
  const verses: Verse[] = [];
  for await (const { traditional } of readCleanPoems([folder]))
    verses.push(traditional.map((line) => [...line]));
  return verses;
}

/** The file's text for these poems. */
export function usageModule(verses: readonly Verse[]): string {
  const usage = learnUsage(verses);
  return `/**
 * How Tang poets use characters, as scripts/usage-table.ts counted it over ${usage.poems} regulated poems of chinese-poetry. USAGE: characters with
 * their level and oblique places, then their rhymes by group. WORDS: characters of two tones with the neighbours that make them level (before,
 * after, at a distance), those that make them oblique, and for some the tone that they have outside of these words.
 */
${block('USAGE', usageEntries(usage))}
${block('WORDS', wordEntries(usage))}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder] = process.argv;
  if (folder === undefined) throw new Error('usage: usage-table.ts CHINESE_POETRY_FOLDER');
  const verses = await readVerses(folder);
  writeFileSync(new URL('../src/poetry/readings/usage-table.ts', import.meta.url), usageModule(verses));
}
