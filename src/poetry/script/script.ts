/** Traditional and simplified script, with OpenCC's tables (through opencc-js). */
import STCharacters from 'opencc-js/dict/STCharacters';
import TSCharacters from 'opencc-js/dict/TSCharacters';
import TSPhrases from 'opencc-js/dict/TSPhrases';

/** The script of a text. */
export const SCRIPTS = ['simplified', 'traditional'] as const;
export type Script = (typeof SCRIPTS)[number];

/**
 * Characters that stay, because the usual simplification is another word: 苹 is no 蘋 (a water plant), and is read in another rhyme; 借 "lend"
 * is no 藉 "spread under".
 */
const KEPT = ['蘋', '藉'];

/** Words of verse in which a character keeps a form that it loses elsewhere, beside those that OpenCC lists. */
const KEPT_IN_WORDS =
  // 乾: heaven, the trigram; elsewhere 干 "dry".
  '乾坤 乾象 乾文 乾元 乾綱 乾道 乾符 乾德 乾封 乾行 乾光 乾心 乾宇 乾健 乾剛 乾龍 乾曜 乾圖 乾維 乾樞 乾位 乾宮 乾陽 乾離 乾巽 乾端 乾關 乾門 乾步 乾精 ' +
  '乾運 乾城 乾竺 乾陀 乾乾 西乾 承乾 乘乾 拱乾 體乾 配乾 統乾 ' +
  // 徵: a note of the scale; elsewhere 征 "sign, summon".
  '宮徵 清徵 流徵 商徵 徵羽 徵音 ' +
  // 祇: spirits of the earth, and in names from Sanskrit; elsewhere 只 "only".
  '神祇 地祇 靈祇 天祇 百祇 川祇 后祇 皇祇 黃祇 山祇 河祇 人祇 祇園 祇樹 祇洹 祇桓 祇林 祇陀 祇夜 祇苑';

/** Characters with two simplified forms, of which OpenCC's table of characters knows only that they stay. */
const ELSEWHERE: readonly (readonly [string, string])[] = [['祇', '只']];

/** The words of OpenCC's list that are left out: 藉 stays, and 鍊形 is alchemy (炼), no chain (链). */
const LEFT_OUT = /[藉鍊]/u;

/** Standard characters beyond Unicode's first block of ideographs that fonts have all the same. */
const COMMON_BEYOND = new Set(
  '㧐㧟䏝㤘䥽䁖䦃㸆䜣㧑㕮㑇㳇䢺䢼㭎㟃㑊䌹㛃鿍㭕䴓䶮䏡㶲㳚㳘䓖㛚䂮㙍䓫䓬䓨䓛鿎䴕㫰䎃㿠䝙䏲䴔㥄㙘鿏䐃㺄㴔㛹䴖䃅䣘㬊䅟䲟䃎䴗㬎㙦㽏㮾㻬䗖㠇䴘㵐㬚䗛㠓㘎䲠䗪䗴䲢䎖䴙㰀㸌',
);

/** Whether common fonts have a character: one of Unicode's first block of ideographs (those of GBK), or a standard one. */
export function hasCommonGlyph(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (code >= 0x4e00 && code <= 0x9fa5) || COMMON_BEYOND.has(character);
}

/** OpenCC's tables are `key value value…` joined by `|`; the first value is the usual one. */
function parseTable(table: string): [key: string, values: string[]][] {
  return table.split('|').map((entry) => {
    const [key = '', ...values] = entry.split(' ');
    return [key, values];
  });
}

const simplified = new Map(
  parseTable(TSCharacters).flatMap(([key, [value = key]]): [string, string][] =>
    value !== key && hasCommonGlyph(value) && !KEPT.includes(key) ? [[key, value]] : [],
  ),
);
ELSEWHERE.forEach(([key, value]) => simplified.set(key, value));
const traditional = new Map(parseTable(STCharacters));

/** The simplified form of a character by itself; the character where it has none that common fonts show. */
export function simplifiedForm(character: string): string {
  return simplified.get(character) ?? character;
}

/** Words by their first character, the longest first: traditional and simplified. */
const words = new Map<string, (readonly [traditional: string, simplified: string])[]>();
function addWord(word: string, form: string): void {
  const [first = ''] = word;
  words.set(first, [...(words.get(first) ?? []), [word, form]]);
}
for (const [word, [form = word]] of parseTable(TSPhrases)) {
  if (!LEFT_OUT.test(word) && [...form].every(hasCommonGlyph)) addWord(word, form);
}
for (const word of KEPT_IN_WORDS.split(' ')) {
  addWord(word, Array.from(word, (one) => ('乾徵祇'.includes(one) ? one : simplifiedForm(one))).join(''));
}
for (const list of words.values()) list.sort((a, b) => b[0].length - a[0].length);

/** The script of a text, as {@link scriptOf}; undefined where nothing tells. */
export function toldScript(text: string): Script | undefined {
  let balance = 0;
  for (const character of text) {
    if (simplified.has(character)) balance += 1;
    else if (traditional.get(character)?.includes(character) === false) balance -= 1;
  }
  return balance === 0 ? undefined : balance > 0 ? 'traditional' : 'simplified';
}

/**
 * The script of a text: traditional where more of its characters have a simplified form than are one; simplified where as many, or none tells.
 */
export function scriptOf(text: string): Script {
  return toldScript(text) ?? 'simplified';
}

/** The longest word of the list that a text has at a place. */
function wordAt(text: string, at: number, character: string): readonly [string, string] | undefined {
  return words.get(character)?.find(([word]) => text.startsWith(word, at));
}

/** A traditional text in simplified script; the number of characters does not change. Words decide where a character has two forms. */
export function toSimplified(text: string): string {
  let result = '';
  for (let at = 0; at < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const [from, to] = wordAt(text, at, character) ?? [character, simplifiedForm(character)];
    result += to;
    at += from.length;
  }
  return result;
}

const unsimplified = new Map<string, string[]>();
for (const [from, to] of simplified) unsimplified.set(to, [...(unsimplified.get(to) ?? []), from]);

/** Every character whose simplified form is this one (峰 → 峯), itself left out. */
export function formsSimplifiedTo(character: string): readonly string[] {
  return unsimplified.get(character) ?? [];
}

/** Every traditional character that a character may stand for, itself included (后 → 后, 後). */
export function traditionalCandidates(character: string): readonly string[] {
  const forms = traditional.get(character) ?? [];
  return forms.includes(character) ? forms : [character, ...forms];
}
