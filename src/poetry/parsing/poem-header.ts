/** What stands above and below a poem: its title, its poet, the dynasty. Pure. */
import { FORM_NAMES } from '../forms/forms.js';
import { characters, isHan } from '../text.js';

export interface Heading {
  readonly title?: string;
  readonly author?: string;
  readonly dynasty?: string;
}

const DYNASTY =
  '(?:先秦|两汉|兩漢|西汉|西漢|东汉|東漢|[汉漢]|魏晋|魏晉|三国|三國|西晋|东晋|南北朝|南朝|北朝|隋唐|[初盛中晚]?唐|五代(?:十国)?|北宋|南宋|[魏晋晉隋宋辽遼金元明清]|近现代|近代|现代|现当代|当代|近現代|現代|當代|民国|民國|佚)';
const AGE = new RegExp(`^${DYNASTY}(?:代|朝)?$`, 'u');
const AGE_FIRST = new RegExp(`^(${DYNASTY}(?:代|朝)?)[·•・‧・:：\\s]+(.+)$`, 'u');

/** Words before a colon, and what they say of the rest. */
const LABELS: readonly (readonly [RegExp, keyof Heading | 'text' | 'other'])[] = [
  [/^(?:标题|標題|题目|題目|诗题|詩題|诗名|詩名|篇名|题|題|名称|title)$/iu, 'title'],
  [/^(?:作者|诗人|詩人|作家|著者|撰|author|poet|by)$/iu, 'author'],
  [/^(?:朝代|年代|时代|時代|dynasty)$/iu, 'dynasty'],
  [
    /^(?:正文|原文|内容|內容|诗文|詩文|全文|诗曰|詩曰|诗云|詩云|诗|詩|原诗|原詩|text|content|poem)$/iu,
    'text',
  ],
  [
    /^(?:出处|出處|来源|來源|体裁|體裁|诗体|格律|韵脚|押韵|标签|標籤|类型|類型|分类|类别|主题|朗诵|编辑|发布|时间|日期|source|tags?|date|subject|from|to|发件人|收件人|主题词|关键词|id|url|用户|category|categories)$/iu,
    'other',
  ],
];

/** A row such as 作者：王之涣, read; undefined where it is none. What follows 正文： is text of the poem. */
export function readLabel(
  raw: string,
): { readonly key: keyof Heading | 'text' | 'other'; readonly value: string } | undefined {
  const [, name = '', bracketed = '', value = ''] =
    /^\s*[-*#>\s]*(?:[【[（(]([^\]】）)]{1,8})[\]】）)][:：]?|"?([^:：\s"，。]{1,12})"?\s*[:：])\s*(.*)$/u.exec(
      raw,
    ) ?? [];
  const label = name || bracketed;
  const found = LABELS.find(([pattern]) => pattern.test(label));
  return found && { key: found[1], value: value.replace(/^["'“]|["'”,]+$/gu, '').trim() };
}

/** Headings of what people write about poems; all that follows is about the poem. */
const SECTION =
  /^(?:.{0,6}(?:译文|譯文|翻译|翻譯|今译|白话|直译|韵译|意译|注释|註釋|注釋|注解|註解|校注|校记|校勘|赏析|賞析|鉴赏|鑑賞|简析|評析|评析|解析|集评|辑评|汇评|题解|題解|背景|简介|簡介|介绍|參考資料|参考资料|参考文献|诗意|大意|点评|名家点评|延伸阅读|拓展|说明|思想感情)(?:及|与|和)?.{0,6}|注|註|附注|按语?|notes?|translation|commentary|references?)$/iu;

/** Whether a row is the heading of notes, a translation or the like, alone or with a colon and what it heads. */
export function isSection(raw: string): boolean {
  const head = raw.replace(/^[\s#*>【[（(〔◎●■◆·]+/u, '');
  const [name = ''] = /^[^\]】）)〕:：\s]*/u.exec(head) ?? [];
  const rest = head.slice(name.length);
  return (
    SECTION.test(name) && (rest === '' || /^[\]】）)〕:：\s]/u.test(rest)) && characters(name).length <= 12
  );
}

const FORM_LABEL = new RegExp(
  `^(?:${[...FORM_NAMES, '五绝', '七绝', '五律', '七律', '五言排律', '七言排律', '五言古诗', '七言古诗', '五古', '七古', '乐府', '古风', '杂言', '词', '[五七]言[絕绝律][句詩诗]'].join('|')})?\\s*(?:押?\\p{Script=Han}{1,4}韵)?$`,
  'u',
);

/** Whether a row only names the form or the rhyme: 五言绝句 押尤韵. */
export const isFormLabel = (raw: string): boolean => FORM_LABEL.test(raw.trim());

/** Whether a row names a dynasty beside a name: 王之涣〔唐代〕, 唐·王之涣. */
export function namesDynasty(raw: string): boolean {
  const brackets = [...raw.matchAll(BRACKET)].map(([, inside = '']) => inside.trim());
  return (
    characters(raw).length <= 24 &&
    (brackets.some((inside) => AGE.test(inside)) || AGE_FIRST.test(raw.trim()))
  );
}

const SITE = /(?:网|網|百科|文库)$/u;
const BRACKET = /[（(〔[【〖]([^）)〕\]】〗]*)[）)〕\]】〗]/gu;
const isName = (text: string): boolean => {
  const all = characters(text.replace(/[·•]/gu, ''));
  return all.length >= 2 && all.length <= 4 && all.every(isHan);
};

/**
 * Title, poet and dynasty from the rows above or below a poem, as people write them: 登鹳雀楼 王之涣; 〔唐〕王之涣; 唐·王之涣;
 * 王之涣《登鹳雀楼》; 登鹳雀楼（王之涣）; a title and below it a name.
 */
export function readHeading(rows: readonly string[]): Heading {
  let found: Heading = {};
  for (const row of rows) {
    const next = readRow(row, found);
    found = { ...next, ...found };
  }
  return found;
}

function readRow(row: string, known: Heading): Heading {
  const dynasty = [...row.matchAll(BRACKET)]
    .map(([, inside = '']) => inside.trim())
    .find((inside) => AGE.test(inside));
  const bracketed = [...row.matchAll(BRACKET)].map(([, inside = '']) => inside.trim());
  let rest = row
    .replace(BRACKET, ' ')
    .replace(/[\p{S}\p{Extended_Pictographic}✿❀]/gu, ' ')
    .replace(/^[\s—–―─\-~#*>]+|[\s:：—–―─-]+$/gu, '')
    .replace(/\s*(?:著|撰|作者|作)\s*[:：]?\s*$/u, '')
    .replace(/^作者\s*[:：]\s*/u, '')
    .trim();
  const age = AGE_FIRST.exec(rest);
  if (age) rest = (age[2] ?? '').trim();
  const ofAge = dynasty ?? age?.[1];
  const withAge = (heading: Heading): Heading =>
    ofAge === undefined ? heading : { dynasty: ofAge, ...heading };
  const [, before = '', title, after = ''] = /^([^《]*)《([^》]+)》(.*)$/u.exec(rest) ?? [];
  if (title !== undefined) {
    const inner = AGE_FIRST.exec(after.trim()) ?? AGE_FIRST.exec(before.trim());
    const name = (inner?.[2] ?? (before.trim() || after.trim())).replace(/^[·•—\s]+|[·•：:\s]+$/gu, '');
    return withAge({
      title,
      ...(inner ? { dynasty: inner[1] } : {}),
      ...(isName(name) ? { author: name } : {}),
    });
  }
  if (rest === '' && bracketed.length > 0) {
    const whole = bracketed.find((inside) => !AGE.test(inside));
    return withAge(whole === undefined ? {} : { title: whole });
  }
  const words = rest.split(/[\s_]+/u).filter((word) => !/^\p{P}*$/u.test(word));
  // The title of a page ends in the name of its site.
  while (words.length > 1 && SITE.test(words.at(-1) ?? '')) words.pop();
  if (words.every((word) => characters(word).length === 1)) words.splice(0, words.length, words.join(''));
  if (words.length > 1 && AGE.test(words[0] ?? ''))
    return { dynasty: words[0], ...nameOrTitle(words.slice(1), true) };
  const middle = words.findIndex((word, index) => index > 0 && AGE.test(word.replace(/[·•]$/u, '')));
  if (middle > 0) {
    return {
      title: words.slice(0, middle).join(' '),
      dynasty: words[middle],
      author: words.slice(middle + 1).join(''),
    };
  }
  const lastAge = AGE_FIRST.exec(words.at(-1) ?? '');
  if (lastAge && words.length > 1) {
    return { title: words.slice(0, -1).join(' '), dynasty: lastAge[1], author: lastAge[2] };
  }
  const inBrackets = bracketed.find((inside) => isName(inside) && !AGE.test(inside));
  if (inBrackets !== undefined && words.length === 1 && known.title === undefined) {
    return withAge({ title: rest, author: inBrackets });
  }
  return withAge(nameOrTitle(words, ofAge !== undefined || known.title !== undefined));
}

/** Words that are a name, or a title and a name. */
function nameOrTitle(words: readonly string[], nameFirst: boolean): Heading {
  const [first = ''] = words;
  if (words.length === 0) return {};
  if (words.length === 1) return nameFirst && isName(first) ? { author: first } : { title: first };
  const last = words.at(-1) ?? '';
  return isName(last) ? { title: words.slice(0, -1).join(' '), author: last } : { title: words.join(' ') };
}
