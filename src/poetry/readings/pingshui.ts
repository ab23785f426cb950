/**
 * 平水韵 (Pingshui rhymes): the 106 groups that poets have rhymed by since the Song, as a merge of the 206 rhymes of 廣韻.
 *
 * Source: 王力《汉语诗律学》, the traditional table of 同用 rhymes.
 */
import { toSimplified } from '../script/script.js';

/** 平 level; 上 rising, 去 departing, 入 entering: together 仄 oblique. */
export type ToneCategory = '平' | '上' | '去' | '入';

export interface RhymeGroup {
  /** Unique, and what people call it: 上平一东, 下平七阳, 去声二十四敬. */
  readonly label: string;
  readonly category: ToneCategory;
}

type Section = readonly [prefix: string, category: ToneCategory, names: string, groups: string];

/**
 * Groups in order: the names that 平水韵 itself gives them (佩文詩韻), in simplified script, and the 廣韻 rhymes that each joins. A
 * name whose simplified form is another word (篠 a bamboo, 寘 to put) stays as it is.
 */
const SECTIONS: readonly Section[] = [
  [
    '上平',
    '平',
    '东冬江支微鱼虞齐佳灰真文元寒删',
    '東 冬鍾 江 支脂之 微 魚 虞模 齊 佳皆 灰咍 真諄臻 文欣 元魂痕 寒桓 刪山',
  ],
  [
    '下平',
    '平',
    '先萧肴豪歌麻阳庚青蒸尤侵覃盐咸',
    '先仙 蕭宵 肴 豪 歌戈 麻 陽唐 庚耕清 青 蒸登 尤侯幽 侵 覃談 鹽添嚴 咸銜凡',
  ],
  [
    '上声',
    '上',
    '董肿讲纸尾语麌荠蟹贿轸吻阮旱潸铣篠巧皓哿马养梗迥有寝感俭豏',
    '董 腫 講 紙旨止 尾 語 麌姥 薺 蟹駭 賄海 軫準 吻隱 阮混很 旱緩 潸產 銑獮 篠小 巧 晧 哿果 馬 養蕩 梗耿靜 迥拯等 有厚黝 寑 感敢 琰忝儼 豏檻范',
  ],
  [
    '去声',
    '去',
    '送宋绛寘未御遇霁泰卦队震问愿翰谏霰啸效号箇祃漾敬径宥沁勘艳陷',
    '送 宋用 絳 寘至志 未 御 遇暮 霽祭 泰 卦怪夬 隊代廢 震稕 問焮 願慁恨 翰換 諫襇 霰線 嘯笑 效 号 箇過 禡 漾宕 映敬諍勁 徑證嶝 宥候幼 沁 勘闞 豔㮇釅 陷鑑梵',
  ],
  [
    '入声',
    '入',
    '屋沃觉质物月曷黠屑药陌锡职缉合叶洽',
    '屋 沃燭 覺 質術櫛 物迄 月沒 曷末 黠鎋 屑薛 藥鐸 陌麥昔 錫 職德 緝 合盍 葉怗業 洽狎乏',
  ],
];

const DIGITS = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

function numeral(number: number): string {
  const tens = Math.floor(number / 10);
  return (tens === 0 ? '' : `${tens === 1 ? '' : DIGITS[tens]}十`) + DIGITS[number % 10];
}

const byGuangyunRhyme = new Map<string, RhymeGroup>();
const groups: RhymeGroup[] = [];
for (const [prefix, category, names, text] of SECTIONS) {
  text.split(' ').forEach((rhymes, index) => {
    const group: RhymeGroup = { label: `${prefix}${numeral(index + 1)}${names[index] ?? ''}`, category };
    groups.push(group);
    for (const rhyme of rhymes) byGuangyunRhyme.set(rhyme, group);
  });
}

/** All 106 groups in order. */
export const RHYME_GROUPS: readonly RhymeGroup[] = groups;

/** The group that a rhyme of 廣韻 belongs to. */
export function groupOfGuangyunRhyme(rhyme: string): RhymeGroup | undefined {
  return byGuangyunRhyme.get(rhyme);
}

/** Sets of neighbouring level groups, from which a first line may borrow its rhyme (首句借邻韵). */
const NEIGHBOURS = [
  '东冬江',
  '江阳',
  '支微齐',
  '鱼虞',
  '佳灰',
  '佳麻',
  '真文元',
  '寒删先元',
  '萧肴豪',
  '歌麻',
  '庚青蒸',
  '覃盐咸',
];

/** Whether two level groups are neighbours. */
export function areNeighbours(left: RhymeGroup, right: RhymeGroup): boolean {
  return neighbourhoods(left.label).some((set) => neighbourhoods(right.label).includes(set));
}

/** The sets of neighbouring level groups that one belongs to, by its label; itself where it has no neighbours. */
export function neighbourhoods(label: string): readonly string[] {
  const sets = NEIGHBOURS.filter((set) => set.includes(label.at(-1) ?? ''));
  return sets.length > 0 ? sets : [label];
}

/** A group by its label, its name without the number, or its character alone: 下平一先, 一先, 先; in either script. Level ones come first. */
export function groupByName(name: string): RhymeGroup | undefined {
  const wanted = toSimplified(name.trim()).replace(/韵$/u, '');
  const matches = (text: string): boolean => toSimplified(text) === wanted;
  return groups.find(({ label }) => matches(label) || matches(label.slice(2)) || matches(label.at(-1) ?? ''));
}
