import { simplifiedForm, toSimplified } from './script.js';
import { VARIANTS } from './variant-table.js';

/**
 * Later forms of characters, and the form under which 廣韻 has them. Only those that Tang poems use often; found by listing the
 * characters of the corpus that have no entry of their own.
 */
const PAIRS =
  '间閒 間閒 窗窻 魂䰟 众眾 衆眾 潇蕭 瀟蕭 剑劒 劍劒 斾旆 棋棊 托託 鞍鞌 吊弔 炼鍊 煉鍊 髪髮 皓晧 廻迴 裙帬 韩寒 韓寒 煮煑 臯皐 髭頿 捣擣 ' +
  '搗擣 隣鄰 着著 匝帀 鏁鎖 烹亨 呌叫 秖祇 逈迥 迤迆 拆坼 趂趁 玳瑇 粧妝 栢柏 你爾 污汙 讐讎 胸胷 缈眇 緲眇 熳漫 琉瑠 倘儻 抬擡 怱悤 ' +
  '匆悤 蝴胡 徴徵 飡餐 溯泝 耗秏 畧略 衞衛 峩峨 勾鉤 淘濤';

const standard = new Map(PAIRS.split(' ').map((pair) => Array.from(pair) as [string, string]));

/** The form of a character that 廣韻 has, where it is another one. */
export function guangyunForm(character: string): string | undefined {
  return standard.get(character);
}

/** Standard characters by their variants. */
const standards = new Map(
  VARIANTS.trim()
    .split(/\s+/u)
    .flatMap((group) => {
      const [standard = '', ...variants] = group;
      return variants.map((variant) => [variant, standard] as const);
    }),
);

const standardOf = (character: string): string => standards.get(character) ?? character;

/** The standard character of today that a character is a form of: simplified, and no variant; itself where it is none. */
export function standardCharacter(character: string): string {
  return standardOf(simplifiedForm(character));
}

/** A text in standard characters: in simplified script, each variant as the character that it is a form of. */
export function toStandard(text: string): string {
  return Array.from(toSimplified(text), standardOf).join('');
}

/** Whether two characters are forms of one (劒 and 剑): one character may not come twice in a poem. */
export function sameCharacter(left: string, right: string): boolean {
  return left === right || standardCharacter(left) === standardCharacter(right);
}
