/**
 * 词 (lyrics to a tune) told by their pattern of line lengths. The commonest tunes, each with its lines' lengths, stanzas apart; some have
 * several patterns. Tunes of equal lines of five or seven cannot be told from 诗 by length and are left out, but 浣溪沙, whose rhymes
 * tell it.
 *
 * Source: the patterns of 《钦定词谱》 in their commonest forms.
 */

const TUNES = `
十六字令 1735
捣练子 33777
忆江南 35775
渔歌子 77337
忆王孙 77737
如梦令 6656226
调笑令 22666226
天净沙 66646
长相思 3375|3375
相见欢 639|3339
昭君怨 6653|6653
诉衷情 7565|333444
点绛唇 4745|45345
菩萨蛮 7755|5555
卜算子 5575|5575
减字木兰花 4747|4747
采桑子 7447|7447
谒金门 3675|6675
好事近 5665|7565
忆秦娥 37344|77344
清平乐 4576|6666
更漏子 336335|336335
阮郎归 7575|33575
画堂春 7674|6674
桃源忆故人 7665|7665
摊破浣溪沙 7773|7773
人月圆 75444|444444
眼儿媚 75444|75444
朝中措 7566|44466
武陵春 7575|7575
西江月 6676|6676
太常引 7557|44557
柳梢青 444444|67444
南歌子 55553
南歌子 55763
南歌子 5576|5576
南歌子 5579|5579
醉花阴 75545|75545
少年游 75445|75445
浪淘沙 54774|54774
鹧鸪天 7777|33777
鹊桥仙 44677|44677
虞美人 7579|7579
南乡子 57727|57727
踏莎行 44777|44777
小重山 753735|553735
一剪梅 744744|744744
蝶恋花 74577|74577
临江仙 66755|66755
临江仙 76755|76755
临江仙 76745|76745
破阵子 66775|66775
渔家傲 77737|77737
苏幕遮 3345745|3345745
定风波 77727|727727
青玉案 677445|777445
江城子 73345733|73345733
天仙子 777337|777337
千秋岁 45335537|55335537
行香子 44744433|44744433
唐多令 557733|557733
钗头凤 3373344111|3373344111
满江红 47747783|333397783
水调歌头 556566555|3334766555
念奴娇 43643644546|65443645446
念奴娇 454764454 6|654764454 6
沁园春 4445444447354|685444447354
永遇乐 444445446346|446445446344
雨霖铃 44463465347|7356344875
声声慢 4466467336|636466737
扬州慢 44655744344|475446756
八声甘州 855446554|654557874
望海潮 446446554443|6544465 5465
桂枝香 45464734444|345464734444
贺新郎 5747677833|7747677833
摸鱼儿 7676 3 A454 5|366763A4545
水龙吟 674444445433|634444444544
`;

export interface LyricTune {
  readonly name: string;
  /** Lines. */
  readonly lines: number;
  /** Where lines end, counted in characters. */
  readonly ends: ReadonlySet<number>;
  /** Characters of all lines. */
  readonly size: number;
}

/** Lengths are written as single digits, ten as A. */
export const LYRIC_TUNES: readonly LyricTune[] = TUNES.trim()
  .split('\n')
  .map((row) => {
    const [name = '', ...pattern] = row.split(' ');
    const digits = pattern.join('').replaceAll('|', '');
    const lengths = Array.from(digits, (digit) => Number.parseInt(digit, 16));
    return { name, lines: lengths.length, ...measure(lengths) };
  });

function measure(lengths: readonly number[]): { ends: ReadonlySet<number>; size: number } {
  let size = 0;
  const ends = new Set(lengths.map((length) => (size += length)));
  return { ends, size };
}

/** Editors divide long lines in different ways: so much of the line ends must agree. */
const LEAST_AGREEMENT = 0.75;

/** Short patterns must agree wholly: verse of mixed lengths would meet them by chance. */
const LINES_OF_SHORT = 6;

/** The tune whose pattern lines of these lengths have. */
export function lyricTune(lengths: readonly number[]): string | undefined {
  const own = measure(lengths);
  let best: { readonly tune: LyricTune; readonly share: number } | undefined;
  for (const tune of LYRIC_TUNES) {
    if (tune.size !== own.size) continue;
    const shared = [...own.ends].filter((end) => tune.ends.has(end)).length;
    const share = shared / (own.ends.size + tune.ends.size - shared);
    if (!best || share > best.share) best = { tune, share };
  }
  if (!best) return undefined;
  const least = best.tune.lines <= LINES_OF_SHORT ? 1 : LEAST_AGREEMENT;
  return best.share >= least ? best.tune.name : undefined;
}

/** Lines that a stanza must have for two like ones to be telling. */
const FEWEST_OF_STANZA = 4;

/** Whether lines of mixed lengths make two stanzas of one pattern, as most tunes have. */
export function isTwinStanza(lengths: readonly number[]): boolean {
  const half = lengths.length / 2;
  const [upper, lower] = [lengths.slice(0, half), lengths.slice(half)];
  return half >= FEWEST_OF_STANZA && new Set(upper).size > 1 && upper.join() === lower.join();
}
