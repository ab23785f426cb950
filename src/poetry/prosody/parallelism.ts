/**
 * Parallelism (对仗): how far the two lines of a couplet answer each other, word for word. A score, no judgement: what a poet felt to
 * be a pair is wider than any list.
 *
 * The classes follow the traditional ones (王力《汉语诗律学》, 对仗的种类), with characters that Tang poems use often.
 */
import { canBe, PINGSHUI, type RhymeBook } from '../readings/readings.js';
import { characters } from '../text.js';
import { simplifiedForm } from '../script/script.js';

const CLASSES: Readonly<Record<string, string>> = {
  天文: '天日月星风云雨雪霜露雷电霞雾烟虹阳阴辰河汉晖光霄空气影照霭岚',
  时令: '春夏秋冬年岁时朝暮晨昏夜晓夕寒暑昼宵今古旦午节腊昔',
  地理: '山水江河湖海川溪泉石峰岭岩原野田地路道城郭关塞洲浦岸沙林园村谷壑潭波浪潮流渡津桥州郡乡国边池塘井陵丘泥尘土',
  宫室: '楼台亭阁宫殿门户窗庭院堂室家屋房舍寺庙观桥墙阶栏帘井巷店馆轩槛扉邻宅庐斋',
  器物: '舟船帆车马剑刀弓箭旗鼓角琴笛箫瑟钟灯烛镜扇杯樽酒壶盘枕席床帐屏炉香书笔墨纸棋砧弦钗珠玉金银印',
  衣饰: '衣裳裙袖巾冠带袍履佩簪环罗绮锦纱绣衫裘',
  草木: '花草木树松竹柏柳桃李梅杏兰菊莲荷桂桑麻叶枝根柯苔萍芦荻茶禾麦稻蒲枫梧桐藤蒿蓬果',
  鸟兽: '鸟雁燕莺鹤鹰鸥鹭鸡乌鹊凤龙虎马牛羊犬猿猴鹿鱼虫蝉蝶蜂蛇龟驴兔狐雀鸿鸦鸳鸯鹧鸪鲸蛩萤',
  形体: '身心头面目眼眉耳口唇齿手足肩腰鬓发须颜骨泪血魂梦声色形容力',
  人伦: '人客君臣王帝将军兵士僧道仙翁童儿女父母兄弟妻妾友朋宾主子孙民农渔樵使吏公卿',
  颜色: '红绿青白黑黄紫碧翠苍朱丹素皓玄赤绯',
  数目: '一二三四五六七八九十百千万双两半几数孤独群众单',
  方位: '东西南北上下前后左右中内外里间边旁',
  动作: '来去归行走飞流落开闭入出登临看望见闻听坐卧立倚眠醉饮食吟唱歌舞弹吹送别离逢迎寻访问说言语笑啼哭思忆念恨怜爱知识忘生死起停留住过度渡照映含吐随逐牵拂垂悬挂系卷收散聚分合转回返还满尽绝断',
  性状: '大小高低长短远近深浅轻重清浊新旧老少明暗寒暖冷热凉干湿软硬芳香幽静寂寞闲忙愁喜悲欢苦乐贫富贵贱空虚实疏密斜直横平迟早晚久微细稀薄厚美丽娇',
  虚字: '不未无有犹已曾亦又还更且但只仍自相与共同若如似为因从向于在何谁安岂应须可能得欲将莫勿皆俱难易正方初始再频常每忽乍渐',
};

const classOf = new Map<string, Set<string>>();
for (const [name, members] of Object.entries(CLASSES)) {
  for (const character of members) {
    const known = classOf.get(character) ?? new Set<string>();
    known.add(name);
    classOf.set(character, known);
  }
}

/** The classes of a character in either script. */
function classesOf(character: string): ReadonlySet<string> | undefined {
  return classOf.get(simplifiedForm(character));
}

/** How well two characters answer each other: 1 of one class, 0.5 where a class is not known, 0 of different ones. */
function pairScore(left: string, right: string): number {
  if (left === right) return 0;
  const [a, b] = [classesOf(left), classesOf(right)];
  if (!a || !b) return 0.5;
  return [...a].some((name) => b.has(name)) ? 1 : 0;
}

/**
 * The parallelism of two lines, from 0 to 1: three quarters for the classes of their characters, a quarter for opposite tones at the
 * even places and the last.
 */
export function parallelism(upper: string, lower: string, book: RhymeBook = PINGSHUI): number {
  const [left, right] = [characters(upper), characters(lower)];
  if (left.length !== right.length || left.length === 0) return 0;
  const sense = left.reduce((sum, character, at) => sum + pairScore(character, right[at] ?? ''), 0);
  const places = left.flatMap((_, at) => (at % 2 === 1 || at === left.length - 1 ? [at] : []));
  const opposed = places.filter((at) => {
    const [a, b] = [left[at] ?? '', right[at] ?? ''];
    return (canBe(a, '平', book) && canBe(b, '仄', book)) || (canBe(a, '仄', book) && canBe(b, '平', book));
  });
  return (0.75 * sense) / left.length + (0.25 * opposed.length) / places.length;
}
