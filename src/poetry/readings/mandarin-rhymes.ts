/**
 * The rhyme books of today's Mandarin, for readers who write by the sounds they speak: 中华通韵 (GF 0022-2019, sixteen groups) and
 * 中华新韵 (中华诗词学会 2005, fourteen). First and second tone are level, third and fourth oblique.
 */
import { pinyin } from 'pinyin-pro';
import type { RhymeGroup, ToneCategory } from './pingshui.js';
import { RhymeBook, type Reading } from './rhyme-book.js';

/** Finals by group. `-i` is the vowel of 资 and 知, `er` that of 儿; `ü` stands for itself. */
const TONGYUN =
  '一啊:a,ia,ua 二喔:o,uo 三鹅:e,ie,üe 四衣:i,-i 五乌:u 六迂:ü 七哀:ai,uai 八欸:ei,ui,uei 九熬:ao,iao ' +
  '十欧:ou,iu,iou 十一安:an,ian,uan,üan 十二恩:en,in,un,uen,ün 十三昂:ang,iang,uang 十四英:eng,ing,ueng ' +
  '十五雍:ong,iong 十六儿:er';
const XINYUN =
  '一麻:a,ia,ua 二波:o,uo,e 三皆:ie,üe 四开:ai,uai 五微:ei,ui,uei 六豪:ao,iao 七尤:ou,iu,iou ' +
  '八寒:an,ian,uan,üan 九文:en,in,un,uen,ün 十唐:ang,iang,uang 十一庚:eng,ing,ueng,ong,iong ' +
  '十二齐:i,ü,er 十三支:-i 十四姑:u';

const CATEGORIES: Readonly<Record<string, ToneCategory>> = { '1': '平', '2': '平', '3': '上', '4': '去' };

/** The final of a syllable written with ü and a tone number: `zhi4` → -i, `yuan2` → üan, `xue2` → üe. */
export function finalOf(syllable: string): string {
  const plain = syllable.replace(/\d$/, '').replaceAll('v', 'ü');
  if (/^(?:[zcs]h?|r)i$/.test(plain)) return '-i';
  const spelled = plain
    .replace(/^yu/, 'ü')
    .replace(/^y(?!i)/, 'i')
    .replace(/^yi/, 'i')
    .replace(/^w(?!u)/, 'u')
    .replace(/^wu/, 'u');
  if (spelled !== plain) return spelled === 'iou' ? 'iu' : spelled;
  const final = plain.replace(/^(?:[zcs]h|[bpmfdtnlgkhjqxzcsr])(?=.)/, '');
  return /^[jqx]u/.test(plain) ? final.replace(/^u/, 'ü') : final;
}

function makeBook(name: RhymeBook['name'], table: string): RhymeBook {
  const groupNames = new Map<string, string>();
  for (const entry of table.split(' ')) {
    const [label = '', finals = ''] = entry.split(':');
    for (const final of finals.split(',')) groupNames.set(final, label);
  }
  const groups = new Map<string, RhymeGroup>();
  const group = (label: string, category: ToneCategory): RhymeGroup => {
    const key = `${label}/${category}`;
    const known = groups.get(key) ?? { label, category };
    groups.set(key, known);
    return known;
  };
  const lookUp = (character: string): Reading[] => {
    const readings = new Map<string, Reading>();
    for (const syllable of pinyin(character, { multiple: true, toneType: 'num', type: 'array', v: true })) {
      const category = CATEGORIES[syllable.at(-1) ?? ''];
      const label = groupNames.get(finalOf(syllable));
      if (!category || label === undefined) continue;
      const tone = category === '平' ? '平' : '仄';
      readings.set(`${label}/${category}`, {
        tone,
        group: group(label, category),
        level: label,
        rank: 'usual',
      });
    }
    return [...readings.values()];
  };
  return new RhymeBook({ name, lookUp, areNeighbours: () => false });
}

export const ZHONGHUA_TONGYUN = makeBook('中华通韵', TONGYUN);
export const ZHONGHUA_XINYUN = makeBook('中华新韵', XINYUN);
