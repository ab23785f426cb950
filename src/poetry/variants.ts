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

/** Whether two characters are forms of one (劒 and 剑): one character may not come twice in a poem. */
export function sameCharacter(left: string, right: string): boolean {
  return left === right || standardCharacter(left) === standardCharacter(right);
}
