/** Middle Chinese readings of characters: tone and rhyme group, from 廣韻 through tshet-uinh. */
import { 資料 } from 'tshet-uinh';
import { groupOfGuangyunRhyme, type RhymeGroup } from './pingshui.js';
import { traditionalCandidates } from './script.js';
import { standardForm } from './variants.js';

/** 平 (level) or 仄 (oblique). */
export type Tone = '平' | '仄';

export interface Reading {
  readonly tone: Tone;
  readonly group: RhymeGroup;
}

/** Readings that poets use and 平水韵 lists (佩文詩韻), but 廣韻 does not: the character and the 廣韻 rhyme it is read in. */
const FURTHER: Readonly<Record<string, string>> = { 探: '勘', 忘: '陽', 漫: '寒', 涯: '麻' };

const cache = new Map<string, readonly Reading[]>();

/**
 * Every reading of a character, one for each rhyme group. A simplified character is tried as each traditional one that it may
 * stand for, a later form as the one that 廣韻 has. Empty where 廣韻 does not know it.
 */
export function readingsOf(character: string): readonly Reading[] {
  let readings = cache.get(character);
  if (!readings) {
    readings = lookUp(character);
    cache.set(character, readings);
  }
  return readings;
}

function lookUp(character: string): Reading[] {
  const found = new Map<string, Reading>();
  for (const candidate of traditionalCandidates(character)) {
    const direct = 資料.query字頭(candidate);
    const standard = direct.length > 0 ? undefined : standardForm(candidate);
    for (const entry of standard === undefined ? direct : 資料.query字頭(standard)) {
      const rhyme = entry.來源?.文獻 === '廣韻' ? entry.來源.韻目 : undefined;
      const group = rhyme === undefined ? undefined : groupOfGuangyunRhyme(rhyme);
      if (group) found.set(group.label, { tone: group.category === '平' ? '平' : '仄', group });
    }
  }
  const further = groupOfGuangyunRhyme(FURTHER[character] ?? '');
  if (further) found.set(further.label, { tone: further.category === '平' ? '平' : '仄', group: further });
  return [...found.values()];
}

/** Whether a character can be read in this tone. Unknown characters can be read in either. */
export function canBe(character: string, tone: Tone): boolean {
  const readings = readingsOf(character);
  return readings.length === 0 || readings.some((reading) => reading.tone === tone);
}

/** The tones a character can have, as shown to people: 平, 仄, 中 (both), ? (unknown). */
export function toneMark(character: string): '平' | '仄' | '中' | '?' {
  if (readingsOf(character).length === 0) return '?';
  if (!canBe(character, '仄')) return '平';
  return canBe(character, '平') ? '中' : '仄';
}

/** The level-tone groups of a character. */
export function levelGroups(character: string): readonly RhymeGroup[] {
  return readingsOf(character).flatMap(({ tone, group }) => (tone === '平' ? [group] : []));
}
