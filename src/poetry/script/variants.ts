/** Variants: which characters are forms of one, and which form is the standard. */
import { formsSimplifiedTo, simplifiedForm, toSimplified } from './script.js';
import { VARIANTS } from './variant-table.js';

/**
 * Later characters, and the one under which 廣韻 has the word: where that is no form of it. Found by listing the characters of the corpus that
 * have no entry of their own.
 */
const EARLIER = new Map(
  '间閒 間閒 魂䰟 潇蕭 瀟蕭 韩寒 韓寒 髭頿 着著 烹亨 迤迆 拆坼 缈眇 緲眇 倘儻 蝴胡 勾鉤 淘濤 罕䍐 祛袪 泼鏺 汽氣 媳息 碟牒 爷耶 芯心 嘿黑 嚎號 叼刁 烫盪 嗯恩 啵波 氇鹵'
    .split(' ')
    .map((pair) => Array.from(pair) as [string, string]),
);

/** The character under which 廣韻 has a later one. */
export function earlierCharacter(character: string): string | undefined {
  return EARLIER.get(character);
}

/** Variants by their standard character, and standard characters by their variants. */
const variants = new Map<string, readonly string[]>();
const standards = new Map<string, string>();
for (const group of VARIANTS.trim().split(/\s+/u)) {
  const [standard = '', ...others] = group;
  variants.set(standard, others);
  for (const other of others) standards.set(other, standard);
}

const standardOf = (character: string): string => standards.get(character) ?? character;

/** The standard character of today that a character is a form of: simplified, and no variant; itself where it is none. */
export function standardCharacter(character: string): string {
  return standardOf(simplifiedForm(character));
}

/** The forms of a character, itself first: the standard one, the variants of that, and what is simplified to it. */
export function formsOf(character: string): readonly string[] {
  const standard = standardCharacter(character);
  return [
    ...new Set([character, standard, ...(variants.get(standard) ?? []), ...formsSimplifiedTo(standard)]),
  ];
}

/** A text in standard characters: in simplified script, each variant as the character that it is a form of. */
export function toStandard(text: string): string {
  return Array.from(toSimplified(text), standardOf).join('');
}

/** Words of traditional text that simplified script writes with one character: forms of it, but no variants of each other. */
export const MERGED: ReadonlySet<string> = new Set(
  '云雲后後里裏干乾幹發髮征徵余餘谷穀斗鬥几幾台臺丑醜松鬆面麵曲麴鐘鍾歷曆復複盡儘獲穫系係繫只隻志誌采採御禦表錶才纔朱硃千韆秋鞦舍捨沈瀋升昇術朮' +
    '向嚮須鬚郁鬱致緻制製沖衝彩綵蒙濛困睏累纍辟闢卷捲克剋匯彙姜薑凶兇咸鹹仆僕當噹范範彌瀰划劃壇罈折摺',
);

/** What a character is in a text of either script: its standard character, but for words of their own that simplified script writes alike. */
export function wordCharacter(character: string): string {
  return MERGED.has(character) ? character : standardCharacter(character);
}

/** Whether two characters are forms of one (劒 and 剑), and not two words (雲 and 云): one may not come twice in a poem. */
export function sameCharacter(left: string, right: string): boolean {
  return left === right || wordCharacter(left) === wordCharacter(right);
}
