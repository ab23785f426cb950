/** Readings of characters in a rhyme book; those of 平水韵 come from 廣韻 through tshet-uinh. */
import { LRUCache } from 'lru-cache';
import { 資料 } from 'tshet-uinh';
import { areNeighbours, groupOfGuangyunRhyme, type RhymeGroup } from './pingshui.js';
import { traditionalCandidates } from './script.js';
import { guangyunForm } from './variants.js';

/** 平 (level) or 仄 (oblique). */
export type Tone = '平' | '仄';

/** How often poets use a reading: as a rule, often as well, or hardly ever. */
export type Rank = 'usual' | 'also-usual' | 'rare';

export interface Reading {
  readonly tone: Tone;
  readonly group: RhymeGroup;
  /** Label of the level-tone group of the same rhyme: what an oblique reading chimes with (撞韵). */
  readonly level: string | undefined;
  readonly rank: Rank;
  /** There where no book of rhymes has the character, and the reading follows from its sound today. */
  readonly derived?: true;
}

/** A book of rhymes: how characters are read, and which groups stand near each other. */
export interface RhymeBook {
  readonly name: '平水韵' | '中华通韵' | '中华新韵';
  /** Every reading of a character, one for each group; empty where the book does not know it. */
  readings(character: string): readonly Reading[];
  /** Whether a first line may rhyme in one group where the poem rhymes in the other (首句借邻韵). */
  areNeighbours(left: RhymeGroup, right: RhymeGroup): boolean;
}

/** Readings that poets use and 平水韵 lists (佩文詩韻), but 廣韻 does not: the character and the 廣韻 rhyme it is read in. */
const FURTHER: Readonly<Record<string, string>> = { 探: '勘', 忘: '陽', 漫: '寒', 涯: '麻' };

/** Characters whose readings a book keeps at hand: more than verse has. */
export const KEPT_CHARACTERS = 16_384;

const cache = new LRUCache<string, readonly Reading[]>({ max: KEPT_CHARACTERS, memoMethod: lookUp });

/**
 * Every reading of a character, one for each rhyme group. A simplified character is tried as each traditional one that it may
 * stand for, a later form as the one that 廣韻 has. Empty where 廣韻 does not know it.
 */
export function readingsOf(character: string): readonly Reading[] {
  return cache.memo(character);
}

function lookUp(character: string): Reading[] {
  const found = new Map<string, Reading>();
  for (const candidate of traditionalCandidates(character)) {
    const direct = 資料.query字頭(candidate);
    const standard = direct.length > 0 ? undefined : guangyunForm(candidate);
    for (const entry of standard === undefined ? direct : 資料.query字頭(standard)) {
      const rhyme = entry.來源?.文獻 === '廣韻' ? entry.來源.韻目 : undefined;
      const group = rhyme === undefined ? undefined : groupOfGuangyunRhyme(rhyme);
      if (!group) continue;
      // tshet-uinh names a rhyme without its tone by the level one.
      const level = groupOfGuangyunRhyme(entry.音韻地位.韻)?.label;
      const tone = group.category === '平' ? '平' : '仄';
      found.set(group.label, { tone, group, level, rank: 'usual' });
    }
  }
  const further = groupOfGuangyunRhyme(FURTHER[character] ?? '');
  if (further) {
    const tone = further.category === '平' ? '平' : '仄';
    found.set(further.label, {
      tone,
      group: further,
      level: tone === '平' ? further.label : undefined,
      rank: 'usual',
    });
  }
  return [...found.values()];
}

/** 平水韵, by which poets have rhymed since the Song; the default everywhere. */
export const PINGSHUI: RhymeBook = { name: '平水韵', readings: readingsOf, areNeighbours };

/** The readings of a character that count: usual and also usual ones. */
function counted(character: string, book: RhymeBook): readonly Reading[] {
  return book.readings(character).filter(({ rank }) => rank !== 'rare');
}

/** Whether a character can be read in this tone. Unknown characters can be read in either. */
export function canBe(character: string, tone: Tone, book: RhymeBook = PINGSHUI): boolean {
  const readings = counted(character, book);
  return readings.length === 0 || readings.some((reading) => reading.tone === tone);
}

/** The tones a character can have, as shown to people: 平, 仄, 中 (both), ? (unknown). */
export function toneMark(character: string, book: RhymeBook = PINGSHUI): '平' | '仄' | '中' | '?' {
  if (book.readings(character).length === 0) return '?';
  if (!canBe(character, '仄', book)) return '平';
  return canBe(character, '平', book) ? '中' : '仄';
}

/** The level-tone groups of a character. */
export function levelGroups(character: string, book: RhymeBook = PINGSHUI): readonly RhymeGroup[] {
  return counted(character, book).flatMap(({ tone, group }) => (tone === '平' ? [group] : []));
}

/** The tones in which a character may be written: those that poets use; none where it is unknown. */
export function writtenTones(character: string, book: RhymeBook = PINGSHUI): readonly Tone[] {
  return [...new Set(counted(character, book).map(({ tone }) => tone))];
}

/** The rhyme groups in which a character may be written; none where it is unknown. */
export function writtenGroups(character: string, book: RhymeBook = PINGSHUI): readonly RhymeGroup[] {
  return counted(character, book).map(({ group }) => group);
}
