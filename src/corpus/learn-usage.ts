/**
 * Learning from a corpus in which tone and rhyme poets use each character.
 *
 * Regulated verse says which tone each judged place has, whatever character stands there. A poem's template is found by the readings of the
 * dictionary, then, in further passes, by what was counted; only poems that one template fits far better than any other, and hardly ever
 * breaks, are counted. Places that are often broken and rescued (拗救) are left out. A rhyme word is counted in the group of the others it
 * rhymes with.
 */
import { dictionaryReadings } from '../poetry/readings/dictionary.js';
import { LINE_TYPE_NAMES } from '../poetry/prosody/line-types.js';
import type { RhymeGroup, ToneCategory } from '../poetry/readings/pingshui.js';
import type { Tone } from '../poetry/readings/readings.js';
import { neighboursOf } from '../poetry/readings/words.js';

/** Lines of one poem, as characters; all of five or all of seven, their number even. */
export type Verse = readonly (readonly string[])[];

/** How often a character stood where the tone is level, and where it is oblique. */
export interface ToneCount {
  level: number;
  oblique: number;
}

/** Where a character stood: with which neighbours of its phrase, and how often in which tone. */
export interface Context extends ToneCount {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface Usage {
  /** Poems that were counted for tones. */
  readonly poems: number;
  readonly tones: ReadonlyMap<string, ToneCount>;
  /** Rhymes by character and label of the group. */
  readonly rhymes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** By character; over more places than `tones`. */
  readonly contexts: ReadonlyMap<string, readonly Context[]>;
}

/** The tones of the line types in the cycle that adhesion and opposition make; each type is named by its tones. */
const CYCLE = LINE_TYPE_NAMES.map((name) => Array.from(name) as Tone[]);

const PASSES = 4;
/** Weight of the dictionary against what was counted, in places. */
const PRIOR = 4;
/** A template must be e⁴ times as likely as the next. */
const MARGIN = 4;
/** The share of judged places that a counted poem may break. */
const MOST_BROKEN = 1 / 16;

interface Place {
  readonly character: string;
  readonly tone: Tone;
  readonly line: number;
  readonly at: number;
}

type LevelShare = (character: string) => number;

/** Where in the cycle a poem starts, and whether its first line rhymes. */
interface Template {
  readonly start: 0 | 2;
  readonly firstRhymes: boolean;
}

const TEMPLATES = ([0, 2] as const).flatMap((start) =>
  [true, false].map((firstRhymes): Template => ({ start, firstRhymes })),
);

function kindOfLine(index: number, { start, firstRhymes }: Template): number {
  return index === 0 && firstRhymes ? (start === 0 ? 3 : 1) : (start + index) % 4;
}

/** The judged places of a poem under one template, less those where a fault is often rescued. */
function judgedPlaces(verse: Verse, template: Template): Place[] {
  return verse.flatMap((line, index): Place[] => {
    const kind = kindOfLine(index, template);
    const tail = line.length - 5;
    const tones = CYCLE[kind] ?? [];
    // 平平仄平仄 is as good as 平平平仄仄, and an oblique fourth character of 仄仄平平仄 is often rescued in the line below.
    const fourth = kind === 1 || kind === 3;
    const judged = [1, ...(fourth ? [3] : []), 4];
    const places = judged.map((at): Place => ({
      character: line[tail + at] ?? '',
      tone: tones[at] ?? '平',
      line: index,
      at: tail + at,
    }));
    if (tail === 2)
      places.push({ character: line[1] ?? '', tone: tones[1] === '平' ? '仄' : '平', line: index, at: 1 });
    return places;
  });
}

/** Shares from which on a character is surely of one tone. */
const SURE = 0.95;

/**
 * Places where the other tone is shunned, as the line stands: three level tones at its end, 孤平, and the licences that a place near by shows not
 * to be taken. They tell of words that judged places have no room for (将相 at an oblique end), and too little to fit a template by.
 */
function shunnedPlaces(verse: Verse, template: Template, levelShare: LevelShare): Place[] {
  const thirdIs = (tone: Tone, line: readonly string[] | undefined): boolean => {
    const level = levelShare(line?.at(-3) ?? '');
    return (tone === '平' ? level : 1 - level) > SURE;
  };
  return verse.flatMap((line, index): Place[] => {
    const kind = kindOfLine(index, template);
    const isOpen: readonly boolean[] = [
      kind === 1 && thirdIs('仄', line),
      false,
      kind === 0 || kind === 3,
      (kind === 0 && thirdIs('仄', verse[index + 1])) || (kind === 2 && thirdIs('平', line)),
    ];
    return isOpen.flatMap((open, place) => {
      const at = line.length - 5 + place;
      return open ? [{ character: line[at] ?? '', tone: CYCLE[kind]?.[place] ?? '平', line: index, at }] : [];
    });
  });
}

/** The poem's template, and its judged places; undefined where none fits well, or several do. */
function fitTemplate(
  verse: Verse,
  levelShare: LevelShare,
): { template: Template; places: readonly Place[] } | undefined {
  const likelihood = ({ character, tone }: Place): number => {
    const level = levelShare(character);
    return Math.min(0.995, Math.max(0.005, tone === '平' ? level : 1 - level));
  };
  const [best, second] = TEMPLATES.map((template) => {
    const places = judgedPlaces(verse, template);
    return { template, places, score: places.reduce((sum, place) => sum + Math.log(likelihood(place)), 0) };
  }).sort((a, b) => b.score - a.score);
  if (!best || !second || best.score - second.score < MARGIN) return undefined;
  const broken = best.places.filter((place) => likelihood(place) < 0.1).length;
  return broken > best.places.length * MOST_BROKEN ? undefined : best;
}

function count(counts: Map<string, ToneCount>, key: string, tone: Tone): void {
  const row = counts.get(key) ?? { level: 0, oblique: 0 };
  row[tone === '平' ? 'level' : 'oblique'] += 1;
  counts.set(key, row);
}

type Contexts = Map<string, Map<string, Context>>;

function countContext(contexts: Contexts, line: readonly string[], { character, tone, at }: Place): void {
  const { before, after } = neighboursOf(line, at);
  const key = [before, after].join();
  const rows = contexts.get(character) ?? new Map<string, Context>();
  const row = rows.get(key) ?? { before, after, level: 0, oblique: 0 };
  row[tone === '平' ? 'level' : 'oblique'] += 1;
  contexts.set(character, rows.set(key, row));
}

/** Remembers what is asked again and again of few characters. */
function remember<T>(compute: (character: string) => T): (character: string) => T {
  const known = new Map<string, T>();
  return (character) => {
    const value = known.get(character) ?? compute(character);
    known.set(character, value);
    return value;
  };
}

const dictionary = (): ((character: string) => readonly RhymeGroup[]) =>
  remember((character) => dictionaryReadings(character).map(({ group }) => group));

/** The share of level tones that a dictionary lets expect: a little open, since dictionaries lack readings. */
function expectedShare(groups: readonly RhymeGroup[]): number {
  const level = groups.filter(({ category }) => category === '平').length;
  if (level === groups.length) return level === 0 ? 0.5 : 0.97;
  return level === 0 ? 0.03 : 0.5;
}

/** Counts tones, rhymes and contexts of the characters of these poems. */
export function learnUsage(verses: readonly Verse[]): Usage {
  const groupsOf = dictionary();
  let tones = new Map<string, ToneCount>();
  let contexts: Contexts = new Map();
  let poems = 0;
  for (let pass = 0; pass < PASSES; pass += 1) {
    const before = tones;
    const levelShare = remember((character) => {
      const { level, oblique } = before.get(character) ?? { level: 0, oblique: 0 };
      return (level + PRIOR * expectedShare(groupsOf(character))) / (level + oblique + PRIOR);
    });
    tones = new Map();
    contexts = new Map();
    poems = 0;
    for (const verse of verses) {
      const fitted = fitTemplate(verse, levelShare);
      if (!fitted) continue;
      poems += 1;
      for (const { character, tone } of fitted.places) count(tones, character, tone);
      for (const place of [...fitted.places, ...shunnedPlaces(verse, fitted.template, levelShare)])
        countContext(contexts, verse[place.line] ?? [], place);
    }
  }
  return {
    poems,
    tones,
    contexts: new Map([...contexts].map(([character, rows]) => [character, [...rows.values()]])),
    rhymes: learnRhymes(verses, groupsOf),
  };
}

/** Most lines of a poem whose rhymes are counted: longer ones change them. */
const MOST_LINES = 16;
/** How many of a rhyme word's fellows must have a group in common, and what share of them. */
const FELLOWS = 2;
const AGREEMENT = 0.75;

/** Counts each rhyme word in the group that the other rhyme words of its poem have in common. */
function learnRhymes(
  verses: readonly Verse[],
  groupsOf: (character: string) => readonly RhymeGroup[],
): Map<string, Map<string, number>> {
  const rhymes = new Map<string, Map<string, number>>();
  for (const verse of verses) {
    if (verse.length > MOST_LINES) continue;
    const words = verse.flatMap((line, index) => (index % 2 === 1 ? [line.at(-1) ?? ''] : []));
    words.forEach((word, index) => {
      const group = groupInCommon(words.filter((_, at) => at !== index).map(groupsOf));
      // A word that can be read in the tone of the others but not in their group has lost the rhyme, or tells of a reading unknown to books.
      if (!group || !mayRhyme(groupsOf(word), group.category)) return;
      const row = rhymes.get(word) ?? new Map<string, number>();
      rhymes.set(word, row.set(group.label, (row.get(group.label) ?? 0) + 1));
    });
  }
  return rhymes;
}

const isOblique = (category: ToneCategory): boolean => category !== '平';

function mayRhyme(groups: readonly RhymeGroup[], category: ToneCategory): boolean {
  return groups.length === 0 || category === '平' || groups.some((group) => isOblique(group.category));
}

/** The group that most of these words have in common; undefined where too few do, or two groups as many. */
function groupInCommon(words: readonly (readonly RhymeGroup[])[]): RhymeGroup | undefined {
  const counts = new Map<RhymeGroup, number>();
  for (const groups of words) {
    for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  const [first, second] = [...counts].sort((a, b) => b[1] - a[1]);
  if (!first || first[1] === second?.[1]) return undefined;
  return first[1] >= FELLOWS && first[1] >= AGREEMENT * words.length ? first[0] : undefined;
}
