/** What the dictionary 廣韻 (1008) says of a character: the groups of 平水韵 that its readings belong to. */
import { once } from '../../support/kept.js';
import { DERIVED, GUANGYUN } from './dictionary-table.js';
import { groupOfGuangyunRhyme, RHYME_GROUPS, type RhymeGroup } from './pingshui.js';
import { earlierCharacter, formsOf } from '../script/variants.js';

export interface DictionaryReading {
  readonly group: RhymeGroup;
  /** Label of the level-tone group of the same rhyme: what an oblique reading chimes with (撞韵). */
  readonly level: string | undefined;
  /** The rhyme of 廣韻; absent where the dictionary lacks the character, or this reading of it. */
  readonly rhyme?: string;
  /** There where the dictionary lacks the character, and the group follows from its sound today. */
  readonly derived?: true;
}

type Entries = ReadonlyMap<string, readonly DictionaryReading[]>;

/** Rows of `key:characters`. */
function readRows(table: string, readingOf: (key: string) => DictionaryReading | undefined): Entries {
  const entries = new Map<string, DictionaryReading[]>();
  for (const row of table.trim().split('\n')) {
    const [key = '', characters = ''] = row.split(':');
    const reading = readingOf(key);
    if (!reading) continue;
    for (const character of characters) {
      const known = entries.get(character);
      if (!known) entries.set(character, [reading]);
      else if (known.every(({ group }) => group !== reading.group)) known.push(reading);
    }
  }
  return entries;
}

/**
 * Readings that poets use and 平水韵 lists (佩文詩韻) or else 集韻, but 廣韻 does not: characters by the 廣韻 rhyme that they are read in, and the
 * level rhyme beside it.
 */
const FURTHER =
  '勘/覃:探\n陽:忘\n桓:漫判攢\n麻:涯啞\n養/陽:強\n隱/欣:殷\n支:澌\n仙:膻\n模:粗\n肴:茆稍\n鹽:厭\n宵:嬈\n紙/支:祗\n' +
  '漾/陽:樣\n宕/唐:桁\n歌:拖麽\n暮/模:污汚\n過/戈:懦\n青:娉\n琰/鹽:歛崦\n寑/侵:椹\n' +
  '東:攏拢朣\n之:鷥鸶\n支:搘\n寒:杆\n仙:壖\n蕭:嶤\n肴:凹\n豪:橰\n覃:毶𣯶\n語/魚:簴\n晧/豪:藳\n線/仙:漩\n覺:殼壳\n燭:劚\n末:醱酦\n昔:鶺鹡\n錫:晰\n職:鶒\n怗:艓';

function readGuangyun(key: string): DictionaryReading | undefined {
  const [rhyme = '', levelRhyme = rhyme] = key.split('/');
  const group = groupOfGuangyunRhyme(rhyme);
  return group && { group, rhyme, level: groupOfGuangyunRhyme(levelRhyme)?.label };
}

/** What 廣韻 itself does not say, so that its rhyme is not named. */
function readFurther(key: string): DictionaryReading | undefined {
  const reading = readGuangyun(key);
  return reading && { group: reading.group, level: reading.level };
}

function readDerived(label: string): DictionaryReading | undefined {
  const group = RHYME_GROUPS.find((one) => one.label === label);
  return group && { group, level: group.category === '平' ? label : undefined, derived: true };
}

const tables = once(() => ({
  guangyun: readRows(GUANGYUN, readGuangyun),
  further: readRows(FURTHER, readFurther),
  derived: readRows(DERIVED, readDerived),
}));

/**
 * The readings of one character, not of those that it may stand for: by its own entry, or else by that of another form of it, and what later
 * books add; or else by its sound today. Empty where none is known.
 */
export function dictionaryReadings(character: string): readonly DictionaryReading[] {
  const { guangyun, further, derived } = tables();
  const earlier = earlierCharacter(character);
  for (const form of [character, ...(earlier === undefined ? [] : [earlier]), ...formsOf(character)]) {
    const entries = guangyun.get(form);
    if (entries) return [...entries, ...(further.get(character) ?? [])];
  }
  return further.get(character) ?? derived.get(character) ?? [];
}
