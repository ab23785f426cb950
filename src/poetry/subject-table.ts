/**
 * What today's words lead to among those that poems have. Written by hand: in each row the words that mean the same, in Chinese (simplified)
 * and English (_ for a space), a colon, and what they lead to, the nearest first.
 */

const TABLE = `
夜景 夜色 夜市 夜生活 夜空 nightscape: 夜 灯火 楼台
夜晚 晚上 night: 夜 月
凌晨 通宵 熬夜 失眠 睡不着 insomnia: 夜深 残灯 不眠
早上 早晨 清早 morning dawn sunrise: 晓 朝日 曙色
中午 下午 午后 noon afternoon: 日 昼永 午睡
傍晚 evening dusk sunset: 夕阳 黄昏 暮
日出: 朝日 晓 云霞
日落 余晖: 落日 斜阳 暮
周末 假期 放假 休假 weekend holiday: 闲 偷闲 游
周一 星期一: 晓 尘事
时间 时光 光阴 岁月 time: 流年 光阴 岁月
童年 小时候 儿时 childhood: 儿童 竹马 少年
青春 年轻 青年 youth: 少年 青春 春风
中年 人到中年: 鬓毛 流年 人生
老年 晚年 退休 养老 retirement: 白头 归田 闲居
生日 birthday: 流年 酒 岁月
新年 跨年 元旦 春节 过年: 元日 新岁 春风
年夜饭 团聚 reunion: 除夜 灯火 归家
国庆 国庆节: 升平 佳节 江山
圣诞 圣诞节 christmas: 雪 冬 灯火
情人节 valentine: 相思 鸳鸯 红豆
母亲节 父亲节: 慈母 游子 恩
端午 端午节: 端午 龙舟 艾
元宵: 元夕 灯火 月
中秋节: 中秋 明月 桂
教师节: 先生 桃李 书
世界 全世界 world: 天下 乾坤 四海
地球 星球 earth: 天地 山河 乾坤
宇宙 太空 外太空 银河 universe space galaxy: 银河 星 天
航天 宇航员 火箭 卫星 飞船 astronaut rocket: 乘槎 银河 天上
月球 登月 moonlight moon: 明月 嫦娥 桂
星空 流星 star stars: 星 银河 夜
天空 蓝天 sky: 青天 云 长空
彩虹 rainbow: 虹 雨 霞
台风 飓风 风暴 暴风雨 storm typhoon: 风雨 狂风 雷
暴雨 大雨 洪水 水灾 rain flood: 雨 江 浪
雷电 闪电 打雷 lightning thunder: 雷 雨 云
雾霾 大雾 fog: 雾 尘 云
地震 earthquake: 山 天地 哀
沙漠 戈壁 desert: 黄沙 边塞 碛
草原 grassland prairie: 芳草 牛羊 马
森林 树林 丛林 forest woods: 林 深林 鸟
大海 海洋 海浪 海滩 沙滩 ocean sea beach: 沧海 潮 湖海
海岛 岛屿 island: 海 岛 潮
瀑布 waterfall: 飞泉 瀑布 山水
冰川 雪山 glacier: 雪 寒山 冰
火山 volcano: 火 山 烟
平原 田野 原野 field: 平野 芳草 田园
乡村 农村 村庄 village countryside: 田家 田园 村
城市 都市 大都市 县城 小城 城镇 city town: 城 楼台 红尘
首都 北京 beijing: 京华 帝城 宫
上海 深圳 广州 香港 shanghai hongkong: 江城 楼台 海
江南 苏杭 杭州 苏州: 江南 湖 柳
南京 nanjing: 金陵 石头城 怀古
西安: 长安 渭水 怀古
成都 四川 重庆: 锦城 蜀 巴山
东北 哈尔滨: 塞北 雪 冬
新疆 乌鲁木齐: 天山 西域 边塞
西藏 拉萨 高原 tibet: 雪 高山 寺
内蒙古 蒙古: 塞上 牛羊 芳草
台湾 taiwan: 海 故园 思乡
纽约 伦敦 巴黎 东京 旧金山 悉尼 柏林 莫斯科 洛杉矶 巴塞罗那 威尼斯 罗马 new_york newyork london paris tokyo berlin moscow: 天涯 异乡 城
美国 英国 法国 德国 日本 俄罗斯 加拿大 澳大利亚 欧洲 非洲 国外 海外 异国 外国 america europe abroad: 异域 天涯 万里
留学 留学生 出国 移民 海归: 远游 异乡 万里
中国 祖国 国家 china: 山河 故国 天下
故乡 家乡 老家 乡下 hometown: 故乡 故园 思乡
长城 great_wall: 长城 边塞 关山
故宫 紫禁城 天安门: 宫殿 帝城 怀古
埃菲尔铁塔 铁塔 金字塔: 登临 天涯
大楼 高楼 高楼大厦 大厦 摩天大楼 摩天楼 写字楼 楼房 楼群 building buildings skyscraper skyscrapers: 高楼 楼台
公寓 宿舍 寝室 出租屋 租房 房租 apartment: 客舍 孤灯 羁旅
房子 买房 房价 房贷 家 house home: 屋 宅 家
小区 社区 邻居 neighbour neighbor: 邻 比邻 门巷
阳台 窗户 窗外 window balcony: 窗 小楼 帘
厨房 做饭 炊烟 下厨 kitchen: 炊烟 家 鸡黍
电梯 elevator: 楼 梯 登
街道 大街 马路 街头 街 street streets: 陌 长街 车马
路灯 街灯 霓虹 霓虹灯 灯光 lamp light lights neon: 灯 灯火 夜
路 小路 小道 小径 小巷 巷子 胡同 path road lane: 小径 路 幽径
公路 高速 高速公路 堵车 highway traffic: 长路 车马 尘
桥 大桥 立交桥 bridge: 桥 水 长桥
地铁 高铁 火车 列车 动车 绿皮车 轻轨 汽车 公交 公交车 巴士 出租车 train subway metro bus car: 车 马 路
开车 司机 驾驶 打车 driver: 车 马 行
自行车 单车 摩托车 电动车 骑行 bicycle bike: 马 骑 陌上
车站 火车站 地铁站 站台 月台 站 station: 驿 长亭 送别
飞机 航班 飞行 airplane plane flight: 雁 鸿 云
机场 airport: 长亭 送别 云
轮船 邮轮 游艇 船 帆船 ship boat: 舟 帆 江
港口 码头 harbour harbor port: 渡口 津 帆
出差 旅途 赶路: 羁旅 客 驿
旅行 旅游 自驾 自驾游 出游 travel journey trip: 远游 山水 羁旅
登山 爬山 徒步 攀登 hiking mountain climbing: 登高 山 云
露营 野营 帐篷 camping: 野宿 林 星
行李 行李箱 背包: 行装 客 远行
手机 电话 短信 微信 信息 邮件 聊天 视频 视频通话 phone message email: 书信 鸿雁 音书
照片 老照片 相册 拍照 自拍 摄影 相机 photo photograph camera: 画 旧游 忆
电视 电视剧 电影 电影院 短视频 直播 movie film television: 戏 梦 歌舞
网络 互联网 上网 网友 internet: 书信 天涯 知己
电脑 代码 编程 程序 键盘 屏幕 算法 软件 computer code: 书案 棋 灯
人工智能 机器人 机器 robot: 心 思
科技 科学 实验 实验室 科学家 科研 science scientist: 书 灯
数学 几何 mathematics: 书 灯
数据 区块链 元宇宙: 书 梦
程序员 码农 工程师 白领 上班族 职员 programmer engineer: 灯 书案 夜
加班 加夜班 夜班 overtime: 夜 孤灯
上班 打工 打工人 工作 职场 办公室 work job office: 尘事 簿书 劳
下班 收工: 归 夕阳 暮
老板 领导 上司 boss: 公 主人
开会 会议 meeting: 簿书 坐
辞职 离职 裁员 失业 下岗 unemployed: 归去 罢官 归田
创业 奋斗 努力 拼搏: 壮志 功名 少年
成功 胜利 success: 功名 得意 凯歌
失败 挫折 迷茫 焦虑 压力 anxiety failure: 失意 愁 行路难
工资 薪水 钱 赚钱 股票 基金 彩票 发财 money: 千金 富贵 贫
工人 工厂 车间 流水线 worker factory: 劳 炉火 夜
工地 农民工 建筑工人 搬砖: 劳 异乡
农民 种地 种田 farmer: 农 耕 田家
快递 快递员 外卖 外卖员 骑手 courier: 驿使 走马 风尘
医生 护士 医院 大夫 看病 doctor nurse hospital: 医 药 病
疫情 病毒 新冠 隔离 封城 口罩 核酸 pandemic covid virus: 病 闭门 药
疫苗 打针 吃药 感冒 发烧 生病 住院 手术 癌症 illness: 病 药 卧病
去世 逝世 离世 过世 死亡 死 葬礼 death funeral: 泪 坟 悲
扫墓 墓地 坟墓 祭祖 grave: 清明 坟 泪
怀孕 出生 婴儿 宝宝 新生儿 baby: 婴儿 新生 喜
孩子 小孩 儿子 女儿 小朋友 child children daughter son: 儿女 儿童 稚子
爷爷 奶奶 外公 外婆 姥姥 姥爷 祖母 祖父 祖父母 老人 grandma grandmother grandpa grandfather: 白发 旧宅 老翁
妈妈 母亲 娘 母爱 mother mom mum: 慈母 母 恩
爸爸 父亲 父爱 父母 爸妈 father dad parents: 父 亲 白发
兄弟 姐妹 哥哥 弟弟 姐姐 妹妹 brother sister: 兄弟 骨肉 雁行
家人 亲人 family: 家 骨肉 故园
朋友 好友 闺蜜 室友 同学 同桌 伙伴 friend friends classmate: 故人 友情 知己
同事: 故人
老师 教师 导师 teacher: 先生 桃李 书
学生 上学 读书 学习 自习 student study: 读书 灯 书
学校 校园 大学 中学 小学 教室 课堂 母校 操场 school university campus: 书院 桃李 少年
图书馆 书店 library bookstore: 书 万卷 窗
高考 考试 考研 中考 考场 复习 exam: 科第 读书 灯
作业 论文 写作业: 书 灯 文章
毕业 毕业季 毕业典礼 graduation: 送别 故人 少年
恋爱 爱情 初恋 恋人 情侣 女朋友 男朋友 女友 男友 约会 love lover: 相思 爱情 鸳鸯
暗恋 喜欢 表白 告白: 相思 多情 佳人
分手 失恋 离婚 breakup: 离别 断肠 泪
结婚 婚礼 新娘 新郎 求婚 婚纱 wedding marriage: 花烛 鸳鸯 佳人
丈夫 老公 husband: 夫婿 良人
妻子 老婆 wife: 妻 闺 佳人
异地恋 异地 远方: 天涯 千里 相思
单身 一个人 孤独 孤单 独居 loneliness lonely alone: 孤独 独坐 孤灯
想念 思念 怀念 想起 怀旧 回忆 missing memory memories nostalgia: 思念 忆 梦
告别 离别 再见 送行 farewell goodbye: 送别 离别 长亭
重逢 久别重逢: 相逢 故人 酒
等待 等 waiting: 待 倚门 望
开心 快乐 高兴 幸福 欢乐 joy happiness happy: 欢 笑 喜
悲伤 难过 忧伤 抑郁 痛苦 sadness sorrow sad grief: 愁 泪 断肠
生气 愤怒 anger: 怒 恨
梦想 理想 希望 hope: 壮志 凌云 少年
梦 做梦 噩梦 dream dreams: 梦 枕
自由 freedom: 逍遥 江湖 飞
和平 peace: 太平 升平
战争 打仗 炮火 导弹 坦克 war: 战争 干戈 烽火
难民 逃难 refugee: 乱 泪
军人 士兵 战士 当兵 参军 边防 哨兵 soldier: 征人 戍 边塞
警察 消防员 消防: 壮士 火
英雄 烈士 hero: 英雄 壮士
咖啡 咖啡馆 咖啡厅 coffee cafe: 茶 酒
奶茶 果汁 可乐 饮料 milk_tea: 茶 甘露
茶 喝茶 茶馆 tea: 茶 烹茶 泉
啤酒 红酒 白酒 酒吧 喝醉 干杯 beer wine bar: 酒 醉 饮酒
火锅 烧烤 撸串 聚餐 饭局 晚餐 dinner: 酒 宴 炉火
面包 蛋糕 甜点 饼干 bread cake: 饼 甘
面条 拉面 泡面 米饭 早餐 noodles rice: 饭 炊 稻
水果 苹果 西瓜 草莓 葡萄 fruit apple: 果 瓜 荔枝
减肥 健身 跑步 马拉松 锻炼 gym: 行 走马
足球 篮球 球赛 世界杯 排球 乒乓球 football soccer basketball: 少年 马 春
奥运 奥运会 冠军 比赛 olympics: 少年 得意
游泳 冲浪 潜水 swimming: 水 浪
滑雪 滑冰 skiing: 雪 冰 飞
下棋 围棋 象棋 chess: 棋 棋局
陌生人 stranger strangers: 路人 行人 客
奔跑 飞奔 running: 走马 奔走
登上 登顶: 登 登高
电 充电 电池: 电 雷
游戏 打游戏 电竞 麻将 扑克 game: 棋 戏
钢琴 吉他 小提琴 音乐 音乐会 耳机 piano guitar violin music: 琴 琴笛 曲
唱歌 歌手 演唱会 摇滚 song singer concert: 歌 清歌 曲
跳舞 舞蹈 广场舞 芭蕾 dance: 舞 舞袖 歌舞
画画 油画 绘画 painting: 画 丹青
诗 诗歌 诗人 写诗 poem poet poetry: 诗 吟 酒
小说 书 看书 阅读 book reading: 书 读书 卷
购物 逛街 超市 商场 网购 打折 市场 shopping: 市 长安
衣服 裙子 旗袍 牛仔裤 时装 dress: 罗衣 裙 衣
口红 化妆 美女 beauty: 佳人 红妆 镜
雨伞 伞 umbrella: 雨 蓑笠 烟雨
眼镜 镜子 mirror: 镜 白发
钟表 手表 闹钟 时钟 clock: 漏 更漏 钟
电灯 台灯 蜡烛 烛光 candle: 灯 烛
空调 风扇 电扇: 扇 凉风 夏天
暖气 火炉 取暖 stove: 炉火 冬 暖
垃圾 污染 环保 pollution: 尘
猫 小猫 猫咪 cat: 闲 睡
狗 小狗 流浪狗 dog: 犬 吠 柴门
宠物 鹦鹉 parrot: 鹦鹉 笼
熊猫 大熊猫 狮子 老虎 tiger lion: 虎 山 林
butterfly: 蝶 花 梦
蚊子 苍蝇 mosquito: 蚊 夏天
麻雀 乌鸦 鸽子 海鸥 bird birds: 鸟 飞鸟 鸥
樱花 郁金香 玫瑰 月季 百合 向日葵 薰衣草 花 flower flowers rose cherry_blossom: 花 红 春天
荷塘 荷花 lotus: 荷 莲 池
红叶 maple leaf leaves: 红叶 秋天 霜
银杏 梧桐树 树 大树 tree trees: 树 梧桐 黄叶
稻田 麦田 麦子 稻子 wheat: 麦 稻 田园
小溪 小河 河流 溪水 river stream: 溪 江河 流水
湖 湖泊 lake: 湖 湖海 烟波
山 大山 群山 hills: 山 青山 云
雪 下雪 大雪 snow: 雪 冬天 梅
春天 春日 spring: 春天 东风 柳
夏天 夏日 暑假 summer: 夏天 荷 蝉
秋天 秋日 autumn fall: 秋天 西风 雁
冬天 寒假 winter: 冬天 雪 梅
雨天 下雨 rainy: 雨 风雨 烟雨
风 大风 wind breeze: 风 清风
云 白云 云朵 cloud clouds: 云 白云
寺庙 庙 教堂 和尚 temple church monk: 寺 钟 僧
博物馆 古迹 历史 文物 遗址 history museum ruins: 怀古 旧时 千古
公园 花园 garden park: 园 花 亭
广场 喷泉 square fountain: 城 泉 月
动物园 zoo: 园 鹤 鹿
游乐园 摩天轮 过山车: 秋千 高 云
风筝 kite: 风 春 云
烟花 鞭炮 爆竹 烟火 fireworks: 烟火 灯火 元夕
红包 对联 春联 灯笼 lantern: 灯 春 元日
春运 回家 返乡 coming_home: 归 还家 归期
乡愁 homesick homesickness: 乡愁 思乡 明月
搬家 拆迁 废墟 老房子 老宅 old_house: 旧宅 故园 荒
留守 留守儿童 空巢: 空 门巷 待
养生 禅修 冥想 瑜伽 meditation yoga: 禅 静坐 闲
生活 日子 人生 life: 人生 浮生 闲
命运 缘分 fate: 浮生 命 天
死去 遗憾 后悔 regret: 恨 空
真理 哲学 思考 philosophy: 哲理 道 古今
石油 煤矿 矿工 矿井 miner: 炭 山 劳
渔民 渔船 打鱼 fisherman fishing: 渔舟 渔翁 江
牧民 放牧 放羊 shepherd: 牧童 牛羊 笛
清洁工 环卫工人 扫地: 扫 落叶 晓
小贩 摊贩 摆摊: 卖 市 晓
保安 门卫: 门 夜 守
`;

/** What the last character of a word tells of it, where the word itself is not known: 面馆 is a house as 酒馆 is. */
const ENDINGS = `
店 馆 厅 吧: 酒家 市
站: 驿 路
车: 车 马
船 艇 舰: 舟 帆
楼 厦: 高楼 楼台
塔: 塔 登临
路 街 道 巷 弄: 路 陌
桥: 桥 水
城 市 县 镇 区: 城 市
国: 异域 万里
省 州: 天涯 山水
村 庄 寨 屯: 村 田家
山 峰 岭: 山 云
岛: 海 岛
海 洋 湾: 沧海 潮
湖 潭: 湖 烟波
河 江 溪: 江河 流水
寺 庙 观: 寺 钟
节: 佳节 酒
病 炎 癌 症: 病 药
员 工 匠: 劳 人
师 生 家: 先生 客
花 兰 菊 梅: 花 芳
树 杨 松: 树 绿
草 苔: 芳草 绿
叶: 叶 秋
鸟 雀 鸦 鹰: 鸟 飞
鱼 虾 蟹: 鱼 渔舟
虫 蝉 蛙: 虫 夜
酒: 酒 醉
茶: 茶 烹茶
饭 面 粥 饼 糕 汤 菜: 饭 炊
果 瓜 莓 桃: 果 甘
琴 笛 号 鼓: 琴 曲
歌 曲 乐: 歌 曲
舞: 舞 歌舞
画: 画 丹青
书 报 刊: 书 读书
信: 书信 音书
灯: 灯 灯火
夜 晚: 夜 月
雨: 雨 烟雨
雪: 雪 冬天
风: 风 清风
月: 明月 夜
园 院: 园 庭
门: 门
窗: 窗 帘
情 爱: 情 相思
梦: 梦
`;

/** Words that say how others hang together, or nothing that a poem could show. */
const GRAMMAR =
  '的 地 得 了 着 过 在 是 和 与 跟 同 及 把 被 给 从 到 向 往 对 为 因 由 于 以 之 其 也 都 还 又 就 才 再 很 太 最 更 真 没 没有 有 我 你 他 她 它 您 ' +
  '我们 你们 他们 咱们 自己 大家 这 那 这个 那个 这些 那些 这里 那里 哪里 什么 怎么 为什么 如何 谁 里 中 上 下 外 内 边 旁 旁边 时 时候 的时候 当 后 以后 之后 之前 ' +
  '以前 前 去 来 看 看见 看到 看着 听 听见 听到 走 走过 走在 穿过 经过 路过 做 写 写给 说 觉得 感到 让 使 个 只 条 些 张 次 座 位 名 家里 第一次 终于 已经 正在 ' +
  '一 二 三 四 五 六 七 八 九 十 两 第一 第一天 点 号 分钟 小时 ' +
  '一个 一只 一条 一座 一位 一名 一次 一场 一片 一辆 一杯 一台 一部 一段 一种 一起 一样 一直 两个 几个 许多 很多 所有 每个 每天 每 某 今天 昨天 明天 现在 如今 今 ' +
  '因为 所以 但是 可是 虽然 如果 而 而且 或 或者 并 并且 不 不是 不要 别 吗 呢 吧 啊 呀 嘛 要 想 会 能 可以 应该 关于 描写 表达 主题 有关 里的 之中 中的 上的 下的 ' +
  '着的 那么 这么 起来 下来 出来 回来 起 等等 们 ' +
  'a an the of in on at by to for from with and or my your his her our their its is are was were be i you he she it we they this that over under after before ' +
  'during about into as s';

/** A table by each of its words; one that its row leads to stays itself. English ones of two words have _ between them. */
function readTable(table: string): ReadonlyMap<string, readonly string[]> {
  const rows = table
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [keys = [], words = []] = row.split(': ').map((side) => side.split(' '));
      return keys.map((key) => [key.replace('_', ' '), words.includes(key) ? [key] : words] as const);
    });
  return new Map(rows);
}

export const MODERN_WORDS = readTable(TABLE);
export const WORD_ENDINGS = readTable(ENDINGS);
export const GRAMMAR_WORDS: ReadonlySet<string> = new Set(GRAMMAR.split(' '));
