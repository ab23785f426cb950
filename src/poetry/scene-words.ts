/**
 * How people today say what Tang poems say in a character or two: when, where, what is seen or heard, what is done or felt.
 * Sentences of prompts are built from them, so that a model meets everyday speech beside the poem that answers it.
 */

export type SceneKind = 'time' | 'place' | 'thing' | 'feeling';

interface SceneWord {
  readonly kind: SceneKind;
  /** A poem that has one of these speaks of it. */
  readonly poem: readonly string[];
  /** What people say. */
  readonly speech: readonly string[];
}

const rows = (kind: SceneKind, table: string): SceneWord[] =>
  table
    .trim()
    .split('\n')
    .map((row) => {
      const [poem = '', speech = ''] = row.split(':').map((part) => part.trim());
      return { kind, poem: poem.split(' '), speech: speech.split(' ') };
    });

export const SCENE_WORDS: readonly SceneWord[] = [
  ...rows(
    'time',
    `
春 芳草 东风: 春天 初春时节 春日里 暮春时节 春暖花开的时候
夏 暑 荷 蝉 莲: 夏天 盛夏午后 夏日傍晚
秋 黄叶 落叶 西风: 秋天 深秋 秋日午后 秋凉的夜晚
冬 雪 冰 腊: 冬天 寒冬腊月 下雪天 大雪之后
夜 宵: 夜里 深夜 夜深人静的时候 睡不着的晚上
晓 晨 朝 曙: 清晨 天刚亮的时候 一大早
暮 夕 晚 斜阳 落日 黄昏: 黄昏 傍晚 太阳落山的时候
雨: 下雨天 雨后 细雨之中 连日阴雨
月: 月光下 月夜 月亮升起来的时候
重阳 九日 茱萸: 重阳节
清明 寒食: 清明前后
除夜 岁暮 岁除: 除夕 年底
七夕 牵牛 织女: 七夕
中秋 八月十五: 中秋夜
上元 元夜 灯火: 元宵节`,
  ),
  ...rows(
    'place',
    `
山 峰 岭: 山里 深山之中 半山腰
江: 江边 江面上
河 渭 洛: 河边
湖 洞庭: 湖边 湖上
海: 海边
楼 阁: 高楼上 阁楼窗前
寺 僧 禅: 古寺里 山寺
村 田 农 桑: 村子里 乡下 田野间
塞 边 戍 玉门 胡: 边关 边塞 大漠
城 郭: 城外 古城
园: 园子里
庭 院 阶: 院子里 台阶前
窗: 窗前
路 道 陌: 路上 小路上
渡 津 浦: 渡口
舟 船 帆 棹: 小船上
桥: 桥边
林 树: 树林里
溪 涧: 小溪边
长安 帝城 凤城: 京城
宫 殿: 宫里
驿 旅 客舍: 客栈里 旅途中
池 塘: 池塘边
竹: 竹林里`,
  ),
  ...rows(
    'thing',
    `
月: 月亮 明亮的月光 圆月
柳 杨: 柳树 刚发芽的柳树 随风摆动的柳条
落花 花落 残花: 落花 一地花瓣
花 芳: 盛开的花 满树的花 花香
梅: 梅花 雪中的梅花
菊: 菊花 金黄的菊花
荷 莲: 荷花 满池荷叶
桃: 桃花
松: 松树 松涛
竹: 竹子 青翠的竹子
草: 青草 荒草
落叶 黄叶 木落: 落叶 满地黄叶
雁 鸿: 大雁 南飞的大雁
燕: 燕子 归来的燕子
莺: 黄莺 黄莺的叫声
鹤: 白鹤
鸟 禽: 小鸟 鸟叫声 归巢的鸟
蝉: 蝉鸣
猿: 猿的叫声
马 骑: 骏马
鱼: 游鱼
钟: 钟声 远处的钟声
琴 瑟: 琴声
笛 笳 箫: 笛声 远处的笛声
云: 白云 飘过的云
霞: 晚霞
霜: 白霜
雪: 白雪 漫天大雪
露: 露水
星 河汉: 星星 满天星斗
灯 烛: 灯光 一盏孤灯
帆: 远去的船帆
烟: 炊烟 薄雾
泉 瀑: 泉水 山泉声
雨: 细雨 雨声
风: 清风 风声
水 波 流: 流水 水波
石 苔: 石头上的青苔
夕阳 斜阳 落日: 夕阳 落日`,
  ),
  ...rows(
    'feeling',
    `
归 乡 故园 故国: 想念家乡 想家 盼着回家
送 别 离: 送朋友远行 与朋友告别 舍不得朋友离开
故人 知音 友: 想念老朋友 等朋友来
相思 思君 忆: 思念远方的人 想念一个人
酒 醉 樽 杯: 喝酒 喝得微醉
独 孤: 独自一人 觉得孤单
愁 恨: 满心忧愁 心里难过
泪: 忍不住流泪
老 白发 白头 鬓 衰: 感叹年华老去 觉得自己老了
古 昔 当年: 想起古人 感慨历史
闲 悠: 清闲自在 什么也不做
静 寂 幽: 享受安静
登 望: 登高望远 望着远方
战 军 征 将军: 出征打仗 守卫边疆
妾 闺 妇: 等丈夫回家
渔 钓: 钓鱼
隐 樵: 隐居
梦: 做了一个梦 从梦中醒来
病: 生病
客 旅 羁: 在外漂泊 离家在外
贫 功名 宦: 不得志
笑 喜 乐: 高兴 开怀大笑`,
  ),
];
