/** Themes: words for what a poem is about, told from the things that are in it. */

/** Theme → the words that speak of it, in simplified script. The order breaks ties. */
export const THEMES: Readonly<Record<string, readonly string[]>> = {
  山水: ['山', '水', '峰', '溪', '泉', '岭', '岩', '江', '湖', '涧', '石', '瀑', '壑', '潭', '滩', '川'],
  田园: ['田', '桑', '麻', '村', '农', '耕', '犁', '篱', '禾', '稻', '蚕', '鸡', '犬', '园', '牛羊', '柴门'],
  送别: ['送', '别', '离', '行人', '去', '归客', '柳', '亭', '津', '帆', '征', '劝君', '故人', '分手'],
  思乡: ['乡', '故园', '归', '家', '客', '旅', '异乡', '雁', '书', '望', '天涯', '他乡'],
  边塞: [
    '塞',
    '边',
    '胡',
    '战',
    '戍',
    '关',
    '将军',
    '马',
    '沙',
    '羌',
    '烽',
    '剑',
    '虏',
    '漠',
    '弓',
    '楼兰',
    '营',
  ],
  怀古: [
    '古',
    '故国',
    '六朝',
    '昔',
    '旧',
    '王',
    '台',
    '陵',
    '兴亡',
    '前朝',
    '遗',
    '英雄',
    '汉',
    '秦',
    '吴',
    '越',
  ],
  闺怨: ['妾', '闺', '妆', '罗', '帘', '泪', '镜', '红', '怨', '梦', '玉', '枕', '宫', '蛾眉', '空床'],
  咏物: ['梅', '竹', '兰', '菊', '松', '蝉', '莲', '荷', '牡丹', '鹤', '琴', '剑', '柏', '桂', '鹰'],
  春天: ['春', '花', '莺', '柳', '桃', '杏', '燕', '芳', '草', '东风', '蝶', '絮', '啼'],
  夏天: ['夏', '荷', '暑', '蝉', '炎', '热', '扇', '清风', '莲'],
  秋天: ['秋', '霜', '落叶', '菊', '雁', '蛩', '西风', '梧桐', '萧', '砧', '枫', '寒'],
  冬天: ['冬', '雪', '冰', '寒', '梅', '腊', '冻', '朔风'],
  明月: ['月', '蟾', '桂', '婵娟', '清辉', '玉盘'],
  饮酒: ['酒', '醉', '杯', '樽', '饮', '酌', '觞', '壶', '酣'],
  禅隐: ['僧', '寺', '禅', '钟', '隐', '道', '仙', '松', '云', '药', '经', '梵', '观', '幽', '闲'],
  友情: ['友', '君', '故人', '知音', '相逢', '相思', '忆', '寄', '赠'],
  爱情: ['相思', '鸳鸯', '郎', '妾', '双', '心', '情', '红豆', '蝶'],
  人生: ['老', '白发', '年', '鬓', '贫', '病', '愁', '身', '世', '功名', '浮生', '流年'],
  羁旅: ['旅', '舟', '夜泊', '客', '路', '行', '孤', '驿', '程', '风尘', '船', '泊'],
  宁静: ['静', '幽', '闲', '空', '寂', '清', '深', '夜', '独', '禽', '苔'],
};

export const THEME_NAMES = Object.keys(THEMES);

/** How strongly a text speaks of each theme: occurrences of its words, two-character words counted double. */
export function themeScores(text: string): Map<string, number> {
  const scores = new Map<string, number>();
  for (const [theme, words] of Object.entries(THEMES)) {
    let score = 0;
    for (const word of words) score += (text.split(word).length - 1) * (word.length > 1 ? 2 : 1);
    if (score > 0) scores.set(theme, score / Math.sqrt(words.length));
  }
  return scores;
}

/** The 2 to 4 themes that a poem (title and text) speaks of most; at least one where any word is known. */
export function describeThemes(title: string, text: string, most = 3): string[] {
  const scores = themeScores(`${title}${title}${text}`);
  const ranked = [...scores].sort(
    (a, b) => b[1] - a[1] || THEME_NAMES.indexOf(a[0]) - THEME_NAMES.indexOf(b[0]),
  );
  const strongest = ranked[0]?.[1] ?? 0;
  return ranked
    .filter(([, score], index) => index < 2 || score >= strongest / 2)
    .slice(0, most)
    .map(([theme]) => theme);
}

/**
 * How far a text speaks of the themes asked for, from 0 to 1: the share of them that it has a word of. A theme that is not in the
 * lexicon counts when the text has one of its own characters.
 */
export function themeCoverage(text: string, themes: readonly string[]): number {
  if (themes.length === 0) return 1;
  const hits = themes.filter((theme) => {
    const words = THEMES[theme] ?? Array.from(theme);
    return words.some((word) => text.includes(word));
  });
  return hits.length / themes.length;
}
