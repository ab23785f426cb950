import { describe, expect, it } from 'vitest';
import { checkLines, checkPoem } from '../../../src/poetry/prosody/check.js';
import { RHYME_GROUPS } from '../../../src/poetry/readings/pingshui.js';
import { canBe, levelGroups } from '../../../src/poetry/readings/readings.js';
import { toSimplified, traditionalCandidates } from '../../../src/poetry/script/script.js';
import { toneMark } from '../readings/tone-mark.js';

const rules = (text: string): string[] => checkPoem(text).violations.map(({ rule }) => rule);
const licences = (text: string): string[] => checkPoem(text).licences.map(({ rule }) => rule);

describe('readings', () => {
  it('has the 106 groups of 平水韵', () => {
    expect(RHYME_GROUPS).toHaveLength(106);
    expect(RHYME_GROUPS.filter(({ category }) => category === '平')).toHaveLength(30);
    expect(RHYME_GROUPS[0]?.label).toBe('上平一东');
    expect(RHYME_GROUPS.map(({ label }) => label)).toContain('去声二十四敬');
  });

  it('keeps every reading of a character', () => {
    expect(toneMark('看')).toBe('中');
    expect(toneMark('山')).toBe('平');
    expect(toneMark('白')).toBe('仄');
  });

  it('reads a simplified character as each traditional one it may stand for', () => {
    expect(traditionalCandidates('后')).toEqual(['后', '後']);
    expect(levelGroups('钟').map(({ label }) => label)).toEqual(levelGroups('鐘').map(({ label }) => label));
  });

  it('simplifies without breaking a rhyme', () => {
    expect(toSimplified('晴光轉綠蘋')).toBe('晴光转绿蘋');
    expect(levelGroups('蘋').map(({ label }) => label)).toContain('上平十一真');
  });

  it('lets an unknown character be read in either tone', () => {
    expect(canBe('𠮷', '平') && canBe('𠮷', '仄')).toBe(true);
  });
});

describe('regulated verse', () => {
  it.each([
    ['和凝', '狻猊镇角舞筵张，鸾凤花分十六行。轻动玉纤歌遍慢，时时偷眼看君王。'],
    ['张仁溥', '折花携酒看龙窝，镂玉长旌俊彦过。他日各为云外客，碧纱笼却又如何。'],
    [
      '皮日休',
      '愍征新价欲凌空，一首堪欺左太冲。只为白衣声过重，且非青汉路难通。贵侯待写过门下，词客偷名入卷中。手弄桂枝嫌不折，直教身殁负春风。',
    ],
    [
      '武后宫人',
      '此别难重陈，花飞复恋人。来时梅覆雪，去日柳含春。物候催行客，归途淑气新。剡川今已远，魂梦暗相亲。',
    ],
    [
      '许浑',
      '秦楼心断楚江湄，系马春风酒一卮。汴水月明东下疾，练塘花发北来迟。青芜定没安贫处，黄叶应催献赋诗。凭寄家书为回报，旧乡还有故人知。',
    ],
  ])('lets the meter say how 看 重 为 过 are read where few words do: %s', (_, text) => {
    expect(checkPoem(text)).toMatchObject({ regulated: true, violations: [] });
  });

  it('finds 登鸛雀樓 regulated, in the rhyme 尤', () => {
    const check = checkPoem('白日依山尽，黄河入海流。欲穷千里目，更上一层楼。');
    expect(check).toMatchObject({ form: '五绝', regulated: true, rhyme: { group: '下平十一尤', ok: true } });
    expect(check.lines.map(({ type }) => type)).toEqual([
      '仄仄平平仄',
      '平平仄仄平',
      '平平平仄仄',
      '仄仄仄平平',
    ]);
  });

  it('lets 不 rhyme as 否, and 鹡 be an entering tone', () => {
    expect(
      checkPoem(
        '时人嫌古画，倚壁不曾收。露滴胶山断，风吹绢海秋。残云飞屋里，片水落床头。尚胜凡花鸟，君能补缀不。',
      ),
    ).toMatchObject({ regulated: true, violations: [] });
    expect(
      checkPoem(
        '早闻牛渚咏，今见鹡鸰心。羽翼嗟零落，悲鸣别故林。苍梧白云远，烟水洞庭深。万里独飞去，南风迟尔音。',
      ),
    ).toMatchObject({ regulated: true, violations: [] });
  });

  it('finds a first line that rhymes, in seven characters', () => {
    const check = checkPoem('朝辞白帝彩云间，千里江陵一日还。两岸猿声啼不住，轻舟已过万重山。');
    expect(check).toMatchObject({ form: '七绝', regulated: true, rhyme: { group: '上平十五删', ok: true } });
    expect(check.lines[0]?.type).toBe('仄仄仄平平');
  });

  it('calls 春曉 an old-style quatrain: its rhymes are oblique', () => {
    const check = checkPoem('春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。');
    expect(check).toMatchObject({ form: '古绝', regulated: false });
    expect(check.rhyme).toMatchObject({ group: '上声十七篠', ok: true });
    expect(check.violations).toEqual([]);
  });

  it('names what is broken, with line and characters', () => {
    const broken = checkPoem('白日依山尽，黄河入海月。欲穷千里目，更上一层楼。');
    expect(broken.violations).toContainEqual(
      expect.objectContaining({ rule: 'rhyme', line: 2, chars: '月' }),
    );
    expect(broken.violations).toContainEqual(
      expect.objectContaining({ rule: 'ending', line: 2, chars: '月' }),
    );
  });

  it('finds a lone level, and its rescue in the line', () => {
    const lone = checkLines(['白日依山尽', '绿水入海流', '欲穷千里目', '更上一层楼']);
    expect(lone.violations.length).toBeGreaterThan(0);
    expect(rules('白日依山尽，碧河入海流。欲穷千里目，更上一层楼。')).toEqual(['lone-level']);
    expect(licences('白日依山尽，碧河归海流。欲穷千里目，更上一层楼。')).toContain('self-rescue');
  });

  it('finds three level tones at the end of a line', () => {
    expect(rules('白日依山尽，黄河入海流。欲穷千里目，更上东高楼。')).toContain('three-level');
  });

  it('knows the common turn 平平仄平仄', () => {
    expect(licences('移舟泊烟渚，日暮客愁新。野旷天低树，江清月近人。')).toContain('turn');
  });

  it('finds a second couplet that does not adhere to the first', () => {
    const broken = checkPoem('白日依山尽，黄河入海流。海上生明月，天涯共此楼。');
    expect(broken.violations).toEqual([expect.objectContaining({ rule: 'adhesion', line: 3, chars: '上' })]);
  });

  it('tells the wrong number of lines and of characters', () => {
    expect(rules('白日依山尽，黄河入海流。欲穷千里目。')).toContain('line-count');
    expect(rules('白日依山尽，黄河入海流。欲穷千里，更上一层楼。')).toContain('line-length');
  });
});
