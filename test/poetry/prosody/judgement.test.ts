import { describe, expect, it } from 'vitest';
import { checkPoem, type PoemCheck } from '../../../src/poetry/prosody/check.js';

/** What is found in a poem, as `name line`. */
const found = (check: PoemCheck): string[] =>
  [...check.violations, ...check.licences, ...check.notes].map(
    ({ message, line }) => `${message.split(' ')[0]} ${line}`,
  );

const blamed = (check: PoemCheck): string[] => check.violations.map(({ rule, line }) => `${rule} ${line}`);

describe('the rhyme of regulated verse', () => {
  it.each([
    // A first line that ends level and does not rhyme.
    ['白日照山川，黄河入海流。欲穷千里目，更上一层楼。', ['ending 1'], '下平十一尤'],
    // The group is that of most rhyme words, the first line counted.
    ['白水绕城东，青山万里宗。浮云游子意，落日故人风。', ['rhyme 2'], '上平一东'],
    // Of two groups that have equally many the earlier one.
    ['白日依山近，黄河万里声。登楼望千里，明月照归人。', ['rhyme 4'], '下平八庚'],
  ])('%s', (text, faults, group) => {
    const check = checkPoem(text);
    expect(check).toMatchObject({ form: '五绝', regulated: false, rhyme: { group } });
    expect(blamed(check)).toEqual(expect.arrayContaining(faults));
  });

  it.each([
    // 李师中 and the handbooks' examples; the last three are made for the pattern.
    [
      '孤忠自许众不与，独立敢言人所难。去国一身轻似叶，高名千古重于山。并游英俊颜何厚，未死奸谀骨已寒。天为吾君扶社稷，肯教夫子不生还。',
      '进退韵',
    ],
    [
      '青山横北郭，白水绕城东。此地一为别，孤蓬万里风。浮云游子意，落日故人踪。挥手自兹去，萧萧我所宗。',
      '辘轳韵',
    ],
    ['清明时节雨纷纷，路上行人欲断魂。借问酒家何处有，牧童遥指杏花村。', '首句借邻韵（孤雁入群）'],
    ['白日明空谷，青山入晚风。归云千嶂外，飞鸟百花中。野老携新酿，邻家倚古松。', '孤雁出群'],
    [
      '白日明空谷，青山入晚风。归云千嶂外，飞鸟百花中。野老携新酿，邻家倚古松。高歌秋月下，小饮晚烟浓。夜静闻清磬，霜寒听远钟。明朝还有约，来访旧仙踪。',
      '葫芦韵',
    ],
  ])('%s has the pattern %s', (text, name) => {
    const check = checkPoem(text);
    expect(check.licences.map(({ message }) => message.split(' ')[0])).toContain(name);
    expect(check.violations.filter(({ rule }) => rule === 'rhyme')).toEqual([]);
  });

  it.each([
    [
      '红军不怕远征难，万水千山只等闲。五岭逶迤腾细浪，乌蒙磅礴走泥丸。金沙水拍云崖暖，大渡桥横铁索寒。更喜岷山千里雪，三军过后尽开颜。',
      '寒删通押',
      '上平十四寒',
    ],
    [
      '钟山风雨起苍黄，百万雄师过大江。虎踞龙盘今胜昔，天翻地覆慨而慷。宜将剩勇追穷寇，不可沽名学霸王。天若有情天亦老，人间正道是沧桑。',
      '江阳通押',
      '下平七阳',
    ],
  ])('%s mixes neighbouring groups: %s', (text, mixture, group) => {
    const check = checkPoem(text);
    expect(check).toMatchObject({ form: '七律', rhyme: { group } });
    // By a pattern of its own where the groups make one (慷 rhymes in 阳: one 江, then 阳), else as a mixture.
    expect([...check.licences, ...check.notes]).toContainEqual(expect.objectContaining({ detail: mixture }));
    expect(check.violations.map(({ rule }) => rule)).not.toContain('alternation');
  });
});

describe('old-style verse', () => {
  it.each([
    ['千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。', '古绝', '屑'],
    ['锄禾日当午，汗滴禾下土。谁知盘中餐，粒粒皆辛苦。', '古绝', '麌'],
    ['春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。', '古绝', '篠'],
    ['松下问童子，言师采药去。只在此山中，云深不知处。', '古绝', '御'],
    ['美人卷珠帘，深坐颦蛾眉。但见泪痕湿，不知心恨谁。', '古绝', '支'],
    [
      '岱宗夫如何，齐鲁青未了。造化钟神秀，阴阳割昏晓。荡胸生层云，决眦入归鸟。会当凌绝顶，一览众山小。',
      '五古',
      '篠',
    ],
  ])('%s is %s in %s, and nothing of it is wrong', (text, form, group) => {
    const check = checkPoem(text);
    expect(check).toMatchObject({ form, regulated: false, violations: [], licences: [] });
    expect(check.rhyme.group).toContain(group);
    expect(check.rhyme.ok).toBe(true);
    expect(check.lines.every(({ ok }) => ok)).toBe(true);
  });

  it('changes its rhyme, and says where', () => {
    const check = checkPoem(
      '君不见黄河之水天上来，奔流到海不复回。君不见高堂明镜悲白发，朝如青丝暮成雪。人生得意须尽欢，莫使金樽空对月。',
    );
    expect(check).toMatchObject({ form: '杂言', violations: [] });
    expect(found(check)).toContain('换韵 3');
  });

  it('rhymes in every line, as in the poem of the Boliang terrace', () => {
    const check = checkPoem(
      '秋风萧瑟天气凉，草木摇落露为霜，群燕辞归鹄南翔。念君客游思断肠，慊慊思归恋故乡，君何淹留寄他方。',
    );
    expect(check).toMatchObject({ form: '七古', violations: [], rhyme: { group: '下平七阳' } });
    expect(found(check)).toContain('柏梁体 1');
  });

  it('must rhyme all the same', () => {
    const check = checkPoem('千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江水。');
    expect(check).toMatchObject({ form: '古绝', rhyme: { ok: false } });
    expect(check.violations).toContainEqual(expect.objectContaining({ rule: 'unrhymed' }));
  });
});

describe('rescues', () => {
  it('make up in the answering line for the sixth of seven characters and the fourth of five', () => {
    const check = checkPoem('南朝四百八十寺，多少楼台烟雨中。千里莺啼绿映红，水村山郭酒旗风。');
    expect(found(check)).toEqual(expect.arrayContaining(['大拗 1', '对句相救 1']));
    const five = checkPoem('移舟泊烟渚，日暮客愁新。向晚意不适，驱车登古原。');
    expect(found(five)).toContain('对句相救 3');
  });

  it('may make up for two lines at once', () => {
    const check = checkPoem(
      '人事有代谢，往来成古今。江山留胜迹，我辈复登临。水落鱼梁浅，天寒梦泽深。羊公碑尚在，读罢泪沾襟。',
    );
    expect(check).toMatchObject({ form: '五律', regulated: true });
    expect(found(check)).toEqual(
      expect.arrayContaining(['大拗 1', '对句相救 1', '本句自救 2', '一字两救 2']),
    );
  });

  it('are told of 小拗, which needs none', () => {
    const check = checkPoem('落日小桥外，清风满草堂。故人何处去，云水自茫茫。');
    expect(found(check)).toContain('小拗 1');
    expect(found(check)).not.toContain('对句相救 1');
    const rescued = checkPoem('木落雁南渡，北风江上寒。我家襄水曲，遥隔楚云端。');
    expect(found(rescued)).toEqual(expect.arrayContaining(['小拗 1', '对句相救 1', '本句自救 2']));
  });

  it('want the first character level in 平平仄平仄', () => {
    expect(found(checkPoem('移舟泊烟渚，日暮客愁新。野旷天低树，江清月近人。'))).not.toContain('拗句首字 1');
    const check = checkPoem('泊舟近烟渚，日暮客愁新。野旷天低树，江清月近人。');
    expect(found(check)).toContain('拗句首字 1');
    expect(check.regulated).toBe(true);
  });

  it('are missed where they are not there', () => {
    const check = checkPoem('南朝四百八十寺，多少楼台夜雨中。千里莺啼绿映红，水村山郭酒旗风。');
    expect(blamed(check)).toContain('alternation 1');
  });
});

describe('faults look at the places they mean', () => {
  it('three levels at the end are three level characters', () => {
    expect(blamed(checkPoem('白日依山尽，黄河入海流。欲穷千里目，更上东高楼。'))).toEqual(['three-level 4']);
    const one = checkPoem('白日依山尽，黄河入海流。欲穷千里目，更上东白楼。', { form: '五言绝句' });
    expect(blamed(one)).toEqual(['alternation 4']);
  });

  it('a lone level is a line that keeps no other level but its rhyme', () => {
    expect(blamed(checkPoem('白日依山尽，碧河入海流。欲穷千里目，更上一层楼。'))).toEqual(['lone-level 2']);
    const other = checkPoem('白日依山尽，碧水入海流。欲穷千里目，更上一层楼。', { form: '五言绝句' });
    expect(blamed(other)).not.toContain('lone-level 2');
  });

  it('a line that is regular in itself, and opposes nothing, is one fault', () => {
    const check = checkPoem('白日依山尽，落日照孤楼。欲穷千里目，更上一层秋。');
    expect(blamed(check)).toContain('opposition 2');
    expect(blamed(check)).not.toContain('alternation 2');
  });
});

describe('other kinds of verse', () => {
  it.each([
    ['南风昨夜起，百鸟过江东。白日千山静，青天万里空。客心随落叶，乡梦逐飞蓬。', '三韵小律', true],
    ['海内存知己，天涯若比邻。', '五言一联', true],
    ['两个黄鹂鸣翠柳，一行白鹭上青天。', '七言一联', true],
    ['桃红复含宿雨，柳绿更带朝烟。花落家童未扫，莺啼山客犹眠。', '六言绝句', false],
    ['关关雎鸠，在河之洲。窈窕淑女，君子好逑。', '四言', false],
  ])('%s is %s', (text, form, regulated) => {
    expect(checkPoem(text)).toMatchObject({ form, regulated, violations: [] });
  });

  it('asks no rhyme of a couplet whose first line ends oblique', () => {
    expect(checkPoem('海内存知己，天涯若比邻。').rhyme).toMatchObject({ group: null, open: true });
    expect(checkPoem('朝辞白帝彩云间，千里江陵一日还。').rhyme).toMatchObject({
      ok: true,
      group: '上平十五删',
    });
    expect(checkPoem('前不见古人，后不见来者。念天地之悠悠，独怆然而涕下。').rhyme.open).toBeUndefined();
  });

  it('blames a couplet that does not oppose', () => {
    expect(checkPoem('海内存知己，江上有归人。').violations).not.toEqual([]);
  });

  it('names the quatrain with a lost waist', () => {
    const check = checkPoem('渭城朝雨浥轻尘，客舍青青柳色新。劝君更尽一杯酒，西出阳关无故人。');
    expect(check.form).toBe('七绝');
    expect(check.why).toContain('折腰体');
    expect(found(check)).toContain('折腰体 3');
  });

  it.each([
    ['常记溪亭日暮，沉醉不知归路。兴尽晚回舟，误入藕花深处。争渡，争渡，惊起一滩鸥鹭。', '如梦令'],
    ['江南好，风景旧曾谙。日出江花红胜火，春来江水绿如蓝。能不忆江南。', '忆江南'],
    [
      '明月几时有，把酒问青天。不知天上宫阙，今夕是何年。我欲乘风归去，又恐琼楼玉宇，高处不胜寒。起舞弄清影，何似在人间。转朱阁，低绮户，照无眠。不应有恨，何事长向别时圆。人有悲欢离合，月有阴晴圆缺，此事古难全。但愿人长久，千里共婵娟。',
      '水调歌头',
    ],
    [
      '一曲新词酒一杯，去年天气旧亭台。夕阳西下几时回。无可奈何花落去，似曾相识燕归来。小园香径独徘徊。',
      '浣溪沙',
    ],
    [
      '春花秋月何时了，往事知多少。小楼昨夜又东风，故国不堪回首月明中。雕栏玉砌应犹在，只是朱颜改。问君能有几多愁，恰似一江春水向东流。',
      '虞美人',
    ],
  ])('%s is probably a lyric to the tune %s', (text, tune) => {
    const check = checkPoem(text);
    expect(check).toMatchObject({ form: '词', violations: [] });
    expect(check.why).toContain(tune);
  });

  it('blames the line that is too long or too short, and no other', () => {
    const long = checkPoem('白日依山尽处看，黄河入海流。欲穷千里目，更上一层楼。');
    expect(long.regulated).toBe(false);
    expect(blamed(long)).toEqual(['line-length 1']);
    expect(blamed(checkPoem('白日依山尽，黄河入海流。欲穷千里，更上一层楼。'))).toEqual(['line-length 3']);
  });
});
