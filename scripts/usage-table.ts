/**
 * Writes src/poetry/usage-table.ts: in which tone and in which rhyme group Tang poets use each character, and which words tell the tone of a
 * character that has both, counted over a corpus (src/corpus/learn-usage.ts says how).
 *
 * npx shiren data fetch && npx tsx scripts/usage-table.ts chinese-poetry
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { learnUsage, type ToneCount, type Usage, type Verse } from '../src/corpus/learn-usage.js';
import { readCleanPoems } from '../src/corpus/read-clean.js';
import { dictionaryReadings } from '../src/poetry/dictionary.js';
import { toneOf } from '../src/poetry/readings.js';
import { traditionalCandidates } from '../src/poetry/script.js';
import { formsOf, standardCharacter } from '../src/poetry/variants.js';

/** Shares of a character's rhymes below which a group is noise. */
const LEAST_RHYMES = 0.02;
/**
 * A word tells a tone if this share of its places has it, the character's own share counted in as one place more: the rarer the tone, the more
 * places it takes.
 */
const WORD_SHARE = 0.85;
const FEWEST_PLACES = 2;
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

/** `重|…|…|…|…`: neighbours before and after that make it level, and that make it oblique; all of them standard characters. */
function wordEntries({ tones, words }: Usage): string[] {
  const totals: Counts = new Map();
  for (const [character, counted] of tones) add(totals, standardCharacter(character), counted);
  const pairs = new Map<string, { readonly before: Counts; readonly after: Counts }>();
  for (const [character, counted] of words) {
    const standard = standardCharacter(character);
    const sides = pairs.get(standard) ?? { before: new Map(), after: new Map() };
    pairs.set(standard, sides);
    for (const [word, count] of counted) {
      const [first = '', second = ''] = word;
      if (second === character) add(sides.before, standardCharacter(first), count);
      if (first === character) add(sides.after, standardCharacter(second), count);
    }
  }
  return [...pairs].sort().flatMap(([character, { before, after }]) => {
    const total = totals.get(character) ?? { level: 0, oblique: 0 };
    if (!hasBothTones(character, total)) return [];
    const telling = (counts: Counts, tone: keyof ToneCount): string =>
      [...counts]
        .filter(([, count]) => {
          const all = count.level + count.oblique;
          const own = total[tone] / (total.level + total.oblique);
          return all >= FEWEST_PLACES && count[tone] + own >= WORD_SHARE * (all + 1);
        })
        .map(([neighbour]) => neighbour)
        .sort()
        .join('');
    const lists = [
      telling(before, 'level'),
      telling(after, 'level'),
      telling(before, 'oblique'),
      telling(after, 'oblique'),
    ];
    return lists.every((list) => list === '') ? [] : [character + lists.join('|')];
  });
}

function block(name: string, entries: readonly string[]): string {
  const lines: string[] = [''];
  for (const entry of entries) {
    const last = lines.at(-1) ?? '';
    if (last.length + entry.length > 240) lines.push(entry);
    else lines[lines.length - 1] = last === '' ? entry : `${last} ${entry}`;
  }
  return `export const ${name} = \`\n${lines.join('\n')}\n\`;\n`;
}

/** The file's text for these poems. */
export function usageModule(verses: readonly Verse[]): string {
  const usage = learnUsage(verses);
  return `/**
 * How Tang poets use characters, as scripts/usage-table.ts counted it over ${usage.poems} regulated poems of chinese-poetry. USAGE: characters with
 * their level and oblique places, then their rhymes by group. WORDS: characters of two tones with the neighbours that tell the tone (before and
 * after: level; before and after: oblique).
 */
${block('USAGE', usageEntries(usage))}
${block('WORDS', wordEntries(usage))}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder] = process.argv;
  if (folder === undefined) throw new Error('usage: usage-table.ts CHINESE_POETRY_FOLDER');
  const verses: Verse[] = [];
  for await (const { traditional } of readCleanPoems([folder]))
    verses.push(traditional.map((line) => [...line]));
  writeFileSync(new URL('../src/poetry/usage-table.ts', import.meta.url), usageModule(verses));
}
