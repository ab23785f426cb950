/** Text as it is meant: the same character under one code point, nothing that cannot be seen, one kind of space and line end. Pure. */

/** Code points that draw nothing: joiners, directions, byte-order marks, soft hyphens, variation selectors, tags. */
const INVISIBLE =
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\u{E0000}-\u{E0FFF}]/gu;

/** Blocks whose characters stand for others: radicals, compatibility ideographs, vertical, small, half- and full-width forms. */
const COMPATIBLE =
  /[\u2E9F\u2EF3\u2F00-\u2FDF\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE4F\uFE50-\uFE6B\uFF01-\uFFEE\u{2F800}-\u{2FA1F}]+/gu;

/** Radicals of their own code points that are whole characters, and the characters (Unicode, EquivalentUnifiedIdeograph). */
const RADICALS = new Map(
  (
    '⺁厂 ⺊卜 ⺎兀 ⺏尣 ⺐尢 ⺒巳 ⺓幺 ⺛旡 ⺜日 ⺝月 ⺠民 ⺣灬 ⺤爪 ⺦丬 ⺩王 ⺪疋 ⺫目 ⺬示 ⺮竹 ⺶羊 ⺷羊 ⺸羊 ⺻聿 ⺼肉 ⺽臼 ⻁虎 ⻂衣 ⻃西 ⻄西 ⻅见 ' +
    '⻆角 ⻇角 ⻉贝 ⻊足 ⻋车 ⻑長 ⻒長 ⻓长 ⻔门 ⻗雨 ⻘青 ⻙韦 ⻚页 ⻛风 ⻜飞 ⻝食 ⻡首 ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻫斉 ⻬齐 ⻭歯 ⻮齿 ⻯竜 ⻰龙 ' +
    '⻱龜 ⻲亀'
  )
    .split(' ')
    .map((pair) => Array.from(pair) as [string, string]),
);

/** Signs that books and encodings put where a character cannot be read or shown. */
const MISSING = /[■▢▣◻◼⬜⬛☐�囗]/gu;

/**
 * Normalises a text (NFC; radicals, compatibility ideographs and half-width, full-width and vertical forms as the characters they
 * stand for), takes out what cannot be seen, makes every space a space and every line end a line feed. A sign for a missing
 * character becomes □. Circled numbers and superscripts stay: they are marks of notes, not text.
 */
export function normalizeText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\r\n?|[\u000B\u000C\u0085\u2028\u2029]/g, '\n')
    .replace(INVISIBLE, '')
    .replace(COMPATIBLE, (found) => found.normalize('NFKC'))
    .replace(/[\u2E80-\u2EF3]/g, (radical) => RADICALS.get(radical) ?? radical)
    .replace(/[\t\p{Zs}]/gu, ' ')
    .replace(/[^\n\P{Cc}]/gu, '')
    .replace(MISSING, '□');
}
