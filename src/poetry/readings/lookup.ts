/** What the books say of a character, and how poets use it; and the characters of a rhyme group. Pure. */
import { BOOKS } from './books.js';
import { dictionaryReadings } from './dictionary.js';
import { groupByName, RHYME_GROUPS, type RhymeGroup, type ToneCategory } from './pingshui.js';
import { toPinyinReadings } from './pinyin.js';
import { PINGSHUI, type Rank, type RhymeBook } from './readings.js';
import { toSimplified, traditionalCandidates } from '../script/script.js';
import { usageOf, usedCharacters } from './usage.js';
import { standardCharacter } from '../script/variants.js';

/** A reading as a book has it. */
export interface BookReading {
  readonly group: string;
  readonly tone: ToneCategory;
  /** In 平水韵: how often poets use it. */
  readonly rank?: Rank;
  /** There where no book of rhymes has the character, and the reading follows from its sound today. */
  readonly derived?: true;
}

/** How one character is read: in the dictionary of 1008 (廣韻), in the books of rhymes, and by poets. */
export interface CharacterEntry {
  readonly character: string;
  /** The traditional characters that it may stand for, itself included. */
  readonly forms: readonly string[];
  readonly pinyin: readonly string[];
  /** The dictionary of 1008, form by form, as it is: its rhyme, the tone, and the group of 平水韵 that the rhyme belongs to. */
  readonly 廣韻: readonly {
    readonly form: string;
    readonly rhyme: string;
    readonly tone: ToneCategory;
    readonly group: string;
  }[];
  readonly 平水韵: readonly BookReading[];
  readonly 中华新韵: readonly BookReading[];
  readonly 中华通韵: readonly BookReading[];
  /** How often regulated Tang verse has it: at level and at oblique places, and as a rhyme of each group. */
  readonly used: {
    readonly level: number;
    readonly oblique: number;
    readonly rhymes: readonly { readonly group: string; readonly count: number }[];
  };
}

/** A line that shows how a character is read. */
export interface ExampleLine {
  /** How the character is read there: level or oblique, and in which group where it rhymes. */
  readonly tone: '平' | '仄';
  readonly group?: string;
  readonly line: string;
  readonly title: string;
  readonly author: string;
}

export interface CharacterAnswer extends CharacterEntry {
  /** Lines of poems in which the meter or the rhyme tells how it is read. */
  readonly examples: readonly ExampleLine[];
}

const bookReadings = (character: string, book: RhymeBook): BookReading[] =>
  book.readings(character).map(({ group, rank, derived }) => ({
    group: group.label,
    tone: group.category,
    ...(book === PINGSHUI ? { rank } : {}),
    ...(derived && { derived }),
  }));

/** What is known of a character, in either script. */
export function lookUpCharacter(character: string): CharacterEntry {
  const forms = traditionalCandidates(character);
  const { level, oblique, rhymes } = usageOf(forms);
  return {
    character,
    forms,
    pinyin: toPinyinReadings(character),
    廣韻: forms.flatMap((form) =>
      dictionaryReadings(form).flatMap(({ group, rhyme }) =>
        rhyme === undefined ? [] : [{ form, rhyme, tone: group.category, group: group.label }],
      ),
    ),
    平水韵: bookReadings(character, BOOKS.平水韵),
    中华新韵: bookReadings(character, BOOKS.中华新韵),
    中华通韵: bookReadings(character, BOOKS.中华通韵),
    used: {
      level,
      oblique,
      rhymes: [...rhymes].map(([group, count]) => ({ group, count })).sort((a, b) => b.count - a.count),
    },
  };
}

/** A rhyme group of a book with its characters. */
export interface RhymeEntry {
  readonly book: RhymeBook['name'];
  readonly group: string;
  readonly tone: ToneCategory;
  /** Its characters; those that poets rhyme on most come first, `count` times in regulated Tang verse. */
  readonly characters: readonly { readonly character: string; readonly count: number }[];
}

export interface RhymeOptions {
  /** 平水韵 where absent. */
  readonly book?: RhymeBook;
  readonly script?: 'simplified' | 'traditional';
}

/** Whether a group is meant by a name: its label, its name without the volume or the number, or its last character. */
function isNamed({ label }: RhymeGroup, name: string): boolean {
  const plain = toSimplified(name.trim()).replace(/韵$/u, '');
  const bare = label.replace(/^(?:[上下]平|[上去入]声)/u, '');
  return [label, bare, bare.replace(/^[一二三四五六七八九十]+/u, '')].some(
    (one) => toSimplified(one) === plain,
  );
}

/**
 * The groups that a name means: a group's own (东, 一东, 上平一东, 去声二十四敬; 麻 in 中华新韵), or else those that a character is read
 * in. Empty where it means none.
 */
export function lookUpRhyme(
  name: string,
  { book = PINGSHUI, script = 'simplified' }: RhymeOptions = {},
): RhymeEntry[] {
  const all = groupsOf(book);
  const level = book === PINGSHUI ? groupByName(name) : undefined;
  const named = level ? [level] : all.filter((group) => isNamed(group, name));
  const read =
    named.length > 0 || [...name].length > 1 ? [] : book.readings(name).filter(({ rank }) => rank !== 'rare');
  const labels = new Set([...named, ...read.map(({ group }) => group)].map(keyOf));
  return all
    .filter((group) => labels.has(keyOf(group)))
    .map((group) => ({
      book: book.name,
      group: group.label,
      tone: group.category,
      characters: charactersOf(group, book, script),
    }));
}

const keyOf = ({ label, category }: RhymeGroup): string => `${label} ${category}`;

/** The groups of a book, in its order; those of today's books are found among the characters that poets use. */
function groupsOf(book: RhymeBook): readonly RhymeGroup[] {
  if (book === PINGSHUI) return RHYME_GROUPS;
  const groups = new Map<string, RhymeGroup>();
  for (const character of usedCharacters()) {
    for (const { group } of book.readings(character)) groups.set(keyOf(group), group);
  }
  return [...groups.values()];
}

/** The characters of a group, in a script, by how often they rhyme (in today's books, which have no usage: by how often they are used). */
function charactersOf(
  group: RhymeGroup,
  book: RhymeBook,
  script: 'simplified' | 'traditional',
): RhymeEntry['characters'] {
  const counts = new Map<string, { count: number; used: number }>();
  for (const form of usedCharacters()) {
    const readings = book.readings(form).filter(({ rank }) => rank !== 'rare');
    if (!readings.some((reading) => keyOf(reading.group) === keyOf(group))) continue;
    const { level, oblique, rhymes } = usageOf([form]);
    const character = script === 'simplified' ? standardCharacter(form) : form;
    const before = counts.get(character) ?? { count: 0, used: 0 };
    const count = book === PINGSHUI ? (rhymes.get(group.label) ?? 0) : level + oblique;
    counts.set(character, { count: before.count + count, used: before.used + level + oblique });
  }
  return [...counts]
    .sort(([, a], [, b]) => b.count - a.count || b.used - a.used)
    .map(([character, { count }]) => ({ character, count }));
}
