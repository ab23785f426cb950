/**
 * Themes: what a poem is about, and the things that are in it.
 *
 * A poem is about something as a whole (送别, 怀古): its title says so, or several of its words together. A thing (明月, 梅花) is in
 * it when it is named. The lexicon was written from handbooks of poetry's kinds, without looking at any tagged poem.
 */

interface Subject {
  /** What a title says, as patterns. */
  readonly title: readonly string[];
  /** Words of the text, the telling ones. */
  readonly words: readonly string[];
}

const list = (text: string): readonly string[] => text.split(' ');

/** What poems are about. */
export const SUBJECTS: Readonly<Record<string, Subject>> = {
  送别: {
    title: list('送 别 饯 留别 赠别 离'),
    words: list(
      '送 别 离 送君 送客 别离 离别 分手 挥手 离亭 长亭 阳关 此别 别路 去矣 相送 祖席 征帆 临岐 别后 劝君 折柳 南浦 行人',
    ),
  },
  友情: {
    title: list('寄 赠 酬 答 访 过 逢 忆 怀 梦 简 呈 和 期 宿 喜见 寻'),
    words: list(
      '故人 知音 知己 相逢 相见 平生 君子 故交 良友 同心 旧游 交情 一樽酒 与君 思君 忆君 怀君 待君',
    ),
  },
  思乡: {
    title: list('思乡 望乡 乡 归 旅 客 夜泊 宿 次 除夜 九日 渡'),
    words: list(
      '乡 故乡 故园 乡心 乡愁 乡思 乡书 归心 他乡 异乡 天涯 家书 归期 旅客 客心 客愁 还家 思家 何日归 归雁 乡泪 乡国 家山 羁旅 孤客',
    ),
  },
  思念: {
    title: list('忆 怀 思 梦 寄 望月 相思 月夜 秋夜寄 有怀'),
    words: list(
      '相思 思君 忆君 怀君 梦君 思妇 怀人 遥怜 遥忆 不相见 不见君 长相思 千里月 两地 音书 书信 梦魂 泪沾 沾襟 沾巾 断肠 鱼雁',
    ),
  },
  边塞: {
    title: list('塞 边 军 征人 凉州 关山 轮台 燕歌 陇 戍 老将 少年行 从军'),
    words: list(
      '塞上 边塞 胡马 胡天 胡笳 胡儿 戍楼 征戍 烽火 烽烟 玉门 阴山 天山 单于 可汗 匈奴 楼兰 将军 沙场 瀚海 轮台 羌笛 黄沙 铁衣 金甲 边庭 边城 边月 碛 白骨 鼙鼓 旌旗 阳关 雁门',
    ),
  },
  战争: {
    title: list('塞 军 兵 战 征 戍 出塞 从军 燕歌 凉州 老将 城南'),
    words: list(
      '战 兵 戎马 干戈 烽火 鼙鼓 征战 沙场 白骨 将军 铁衣 弓刀 金甲 杀 虏 破 甲 旌旗 战士 从军 戍 征人 胡马 战场',
    ),
  },
  山水: {
    title: list('山 水 江 湖 溪 泉 瀑 洞庭 峡 终南 泛舟 渡 登 游 潭 汉江 青溪'),
    words: list(
      '山 水 青山 碧水 江水 山色 溪水 流水 白云 峰 泉 岩 涧 潭 瀑 山光 水色 烟波 江流 清溪 石上 幽径 沧洲 湖水 洲 渚 翠微',
    ),
  },
  田园: {
    title: list('田 庄 园 村 农 山居 闲居 别业 渔 樵 溪居'),
    words: list('田家 桑麻 牛羊 鸡黍 柴门 篱 荆扉 耕 锄 农 村 墟 田 园 稼穑 桑 麦 野老 田夫 陌上 蚕'),
  },
  怀古: {
    title: list(
      '怀古 古迹 古 台 金陵 赤壁 石头 隋宫 马嵬 咏史 祠 庙 陵 墓 过 汴河 骊山 长沙 西塞 春秋 宫词 吊',
    ),
    words: list(
      '古 昔 兴亡 六朝 千古 前朝 故国 霸业 英雄 遗 旧时 吴宫 晋代 王孙 汉家 秦 楚 隋 台 荒 今日 当年 遗迹 凭吊 空 往事 三国 诸葛 贾谊 昭君',
    ),
  },
  闺怨: {
    title: list('闺 怨 妾 春思 秋思 子夜 长干 夜夜 妇 征妇 玉阶 寄夫 望夫 江南曲 春怨 遣悲怀'),
    words: list(
      '妾 闺 少妇 良人 夫婿 罗帏 罗衣 空床 玉阶 珠帘 妆 蛾眉 红颜 捣衣 砧 征夫 郎 辽西 金井 独宿 断肠',
    ),
  },
  宫怨: {
    title: list('宫 长信 昭阳 后宫 宫词 宫怨 春宫 行宫 玉阶 怨'),
    words: list('宫 君王 君恩 昭阳 长信 承恩 夜殿 玉阶 宫女 宫人 六宫 辇 羊车 长门 珠帘 金屋 红颜 宫花'),
  },
  女子: {
    title: list('宫 闺 怨 妾 妇 女 佳人 丽人 长干 子夜 玉阶 西施 昭君 杨妃 春思'),
    words: list('妾 女 妇 佳人 美人 红颜 蛾眉 妆 罗衣 闺 姑 娘 嫁 西施 昭君 妃 宫女 玉颜 翠钿 金钗 裙 眉 娥'),
  },
  爱情: {
    title: list('无题 相思 长恨 长干 子夜 竹枝 春思 嫦娥 赠别'),
    words: list(
      '相思 鸳鸯 连理 比翼 同心 郎 妾 情 恩爱 红豆 心有 蜡炬 青鸟 双飞 多情 无情 夫妻 君心 我心 白头',
    ),
  },
  咏物: {
    title: list('咏 蝉 柳 梅 菊 竹 松 琴 剑 马 雁 鹤 落花 孤雁 燕 弹琴 牡丹 海棠 荷 画'),
    words: list('蝉 孤雁 落花 梅花 柳条 琴 剑 画'),
  },
  写景: {
    title: list('山 水 江 湖 溪 春 秋 雪 雨 月 晚 望 登 池 亭 泉 潭 江南 暮 早 晓 即事'),
    words: list(
      '青山 白云 明月 夕阳 斜阳 落日 流水 春风 秋风 芳草 落花 烟 霞 翠 绿 碧 清 花开 山色 水色 雨后 雪 云 松 竹 鸟 飞 照',
    ),
  },
  孤独: {
    title: list('独 孤 夜 幽 遣 客'),
    words: list('独 孤 寂寞 无人 只影 孤舟 孤灯 独坐 独宿 独夜 孤云 寂寂 独酌 无侣 空 凄凉 茕茕 自怜'),
  },
  人生: {
    title: list('感遇 遣怀 书怀 述怀 咏怀 感怀 将进酒 行路难 叹 老 秋兴 登高 把酒'),
    words: list(
      '人生 浮生 流年 白发 功名 富贵 老病 白首 岁月 少年 世事 身世 荣华 百年 青春 衰 鬓 贫贱 蹉跎 迟暮 万事',
    ),
  },
  饮酒: {
    title: list('酒 醉 饮 酌 宴 樽 杯'),
    words: list('酒 醉 杯 樽 饮 酌 觞 壶 酣 醪 酿 金樽 把酒 举杯'),
  },
  禅隐: {
    title: list('寺 僧 禅 隐 道士 山居 上人 院 精舍 山人 道者 别业 终南 寻 访 题 幽居'),
    words: list(
      '僧 禅 寺 钟 隐 道心 松 云 药 经 梵 幽 闲 山僧 隐者 无人 白云 采药 空门 尘 机 林泉 樵 静者 归隐 渔樵',
    ),
  },
  哲理: {
    title: list('感遇 题'),
    words: list('更上 莫 须 不尽 空 方知 由来 自古 从来 万物 造化 古今 无穷 谁知 何必 应须 莫待 长 易 难'),
  },
  写人: {
    title: list('赠 老将 丽人 行 将军 佳人 观 听 琵琶 寄 贫女 美人'),
    words: list('公 将军 先生 少年 美人 佳人 老翁 女 儿 客 翁 君'),
  },
  宁静: {
    title: list('幽 静 闲 山居 夜 宿'),
    words: list('静 幽 闲 空山 寂 夜深 独坐 深林 苔 清泉 松风 明月 鸟鸣 人静 夜静 悠然 无声'),
  },
  羁旅: {
    title: list('旅 泊 宿 次 行 途 客 夜泊 早行 驿 舟 渡 赴'),
    words: list('旅 客 舟 夜泊 孤舟 驿 行人 征途 路 程 风尘 船 泊 他乡 客舍 早行 孤帆 羁 漂泊 天涯'),
  },
};

/** Things that are in poems, and the words that name them. */
export const THINGS: Readonly<Record<string, readonly string[]>> = {
  明月: list('月 婵娟 蟾 玉盘 清辉'),
  春天: list('春 桃 杏 莺 燕 柳 芳草 花开 落花 东风 清明 寒食 三月 二月 絮'),
  夏天: list('夏 暑 荷 蝉 炎 莲 五月 六月 薰风'),
  秋天: list('秋 落叶 霜 菊 雁 西风 梧桐 蛩 枫 重阳 九日 木落 黄叶 砧 八月 九月'),
  冬天: list('冬 雪 冰 腊 岁暮 除夜 寒梅 岁除 朔风'),
  山: list('山 峰 岭 岩 岳'),
  江河: list('江 河 水 流 浪 波 潮'),
  湖海: list('湖 海 沧海 洞庭'),
  花: list('花 桃 李 杏 芳'),
  柳: list('柳 杨 絮'),
  松竹: list('松 竹'),
  梅菊: list('梅 菊'),
  风雨: list('风 雨'),
  云: list('云'),
  鸟: list('鸟 莺 燕 鹭 鸥 鸦 鹤 鹃'),
  归雁: list('雁 鸿'),
  琴笛: list('琴 笛 箫 瑟 琵琶 笳 角'),
  马: list('马 骑'),
  舟: list('舟 船 帆 棹'),
  楼台: list('楼 台 亭 阁'),
};

export const SUBJECT_NAMES = Object.keys(SUBJECTS);
const THING_NAMES = Object.keys(THINGS);
export const THEME_NAMES = [...SUBJECT_NAMES, ...THING_NAMES];

const occurrences = (text: string, word: string): number => text.split(word).length - 1;

/** A title that says what a poem is about weighs as much as so many words of its text. */
const TITLE_WEIGHT = 2.5;

/** Below this a poem is not about a subject. */
const LEAST = 1;

const PLAINLY = 2.5;
const DWELT_ON = 4;

/** How strongly a poem is about each subject: its title, and its words by their length, over the root of the poem's length. */
function subjectScores(title: string, text: string): Map<string, number> {
  const scores = new Map<string, number>();
  const length = Math.sqrt(Math.max(20, text.length) / 20);
  for (const [name, { title: patterns, words }] of Object.entries(SUBJECTS)) {
    const named =
      (patterns.some((pattern) => title.includes(pattern)) ? TITLE_WEIGHT : 0) +
      (title.includes(name) ? TITLE_WEIGHT : 0);
    const told = words.reduce(
      (sum, word) => sum + Math.min(2, occurrences(text, word)) * (word.length > 1 ? 1.5 : 0.6),
      0,
    );
    const score = (named > 0 && told > 0 ? named * 1.2 : named) + told / length;
    if (score >= LEAST) scores.set(name, score);
  }
  return scores;
}

/** The things that a text names, with how often. */
function thingScores(text: string): Map<string, number> {
  const scores = new Map<string, number>();
  for (const [name, words] of Object.entries(THINGS)) {
    const count = words.reduce((sum, word) => sum + occurrences(text, word) * word.length, 0);
    if (count > 0) scores.set(name, count);
  }
  return scores;
}

function strongest(
  scores: ReadonlyMap<string, number>,
  names: readonly string[],
  most: number,
  ratio: number,
): string[] {
  const ranked = [...scores].sort((a, b) => b[1] - a[1] || names.indexOf(a[0]) - names.indexOf(b[0]));
  const top = ranked[0]?.[1] ?? 0;
  return ranked
    .filter(([, score]) => score >= top * ratio)
    .slice(0, most)
    .map(([name]) => name);
}

/** What a reader would tag a poem with: subjects that are told plainly, and things that the title names or the text dwells on. */
export function labelPoem(title: string, text: string): string[] {
  const subjects = new Map([...subjectScores(title, text)].filter(([, score]) => score >= PLAINLY));
  const things = [...thingScores(text)].filter(
    ([name, count]) => count >= DWELT_ON || (THINGS[name] ?? []).some((word) => title.includes(word)),
  );
  return [...strongest(subjects, SUBJECT_NAMES, 3, 0.7), ...strongest(new Map(things), THING_NAMES, 1, 1)];
}

/** The 2 to 4 theme words of a prompt: what a poem is about, then the things that are most in it. */
export function describeThemes(title: string, text: string): string[] {
  const subjects = strongest(subjectScores(title, text), SUBJECT_NAMES, 2, 0.6);
  const things = strongest(thingScores(`${title}${text}`), THING_NAMES, 4 - subjects.length, 0.6);
  return [...subjects, ...things.slice(0, Math.max(1, 3 - subjects.length))];
}

/** The words that speak of a theme: of a subject, of a thing, or the theme's own characters. */
export function themeWords(theme: string): readonly string[] {
  return SUBJECTS[theme]?.words ?? THINGS[theme] ?? Array.from(theme);
}

/** How far a text speaks of the themes asked for, from 0 to 1: the share of them that it has a word of. */
export function themeCoverage(text: string, themes: readonly string[]): number {
  if (themes.length === 0) return 1;
  const hits = themes.filter((theme) => themeWords(theme).some((word) => text.includes(word)));
  return hits.length / themes.length;
}
