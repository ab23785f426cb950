import { describe, expect, it } from 'vitest';
import { checkPoem } from '../../../src/poetry/prosody/check.js';
import { parallelism } from '../../../src/poetry/prosody/parallelism.js';
import { RULES } from '../../../src/poetry/prosody/rules.js';

const SPRING_VIEW =
  '国破山河在，城春草木深。感时花溅泪，恨别鸟惊心。烽火连三月，家书抵万金。白头搔更短，浑欲不胜簪。';
const CRANE_TOWER =
  '昔人已乘黄鹤去，此地空余黄鹤楼。黄鹤一去不复返，白云千载空悠悠。晴川历历汉阳树，芳草萋萋鹦鹉洲。日暮乡关何处是，烟波江上使人愁。';

describe('forms', () => {
  it.each([
    ['白日依山尽，黄河入海流。欲穷千里目，更上一层楼。', '五绝', '五言绝句'],
    ['朝辞白帝彩云间，千里江陵一日还。两岸猿声啼不住，轻舟已过万重山。', '七绝', '七言绝句'],
    ['春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。', '古绝', '五言绝句'],
    [SPRING_VIEW, '五律', '五言律诗'],
    [CRANE_TOWER, '七律', '七言律诗'],
    ['前不见古人，后不见来者。念天地之悠悠，独怆然而涕下。', '杂言', null],
    ['慈母手中线，游子身上衣。临行密密缝，意恐迟迟归。谁言寸草心，报得三春晖。', '五古', null],
  ])('%s is %s', (text, form, shape) => {
    const check = checkPoem(text);
    expect([check.form, check.shape]).toEqual([form, shape]);
    expect(check.why).not.toBe('');
  });

  it('say what makes them so', () => {
    expect(checkPoem(SPRING_VIEW).why).toBe('8句五言 (8 lines of 5)，平声韵 (level rhyme)，合律 (regulated)');
    expect(checkPoem('春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。').why).toContain('no level rhyme');
  });

  it('are old style when more than one fault a couplet is found', () => {
    const text = '白日依山流，黄河入海流。欲穷千目里，更上层一楼。';
    const broken = checkPoem(text, { form: '五言绝句' });
    expect(broken.violations.length).toBeGreaterThan(2);
    expect(checkPoem(text)).toMatchObject({ form: '古绝', violations: [] });
  });
});

describe('what is said beside violations', () => {
  it('names the reading that was chosen of a character that has several', () => {
    const { lines } = checkPoem('遥看瀑布挂前川，飞流直下三千尺。日照香炉生紫烟，疑是银河落九天。');
    const look = checkPoem('两岸猿声啼不住，轻舟已过万重山。朝辞白帝彩云间，千里江陵一日还。');
    expect(lines[0]?.tones[1]).toMatchObject({ char: '看' });
    const chosen = [...lines, ...look.lines].flatMap(({ tones }) => tones.filter((tone) => tone.chosen));
    expect(chosen.length).toBeGreaterThan(0);
    for (const { tone, readings } of chosen) {
      expect(['平', '仄']).toContain(tone);
      expect(readings.length).toBeGreaterThan(1);
    }
  });

  it('notes a character that stands in two lines, and a line end that chimes with the rhyme', () => {
    const { notes, regulated } = checkPoem('白日依山尽，黄河入海流。黄云千里寿，更上一层楼。');
    expect(notes).toContainEqual(
      expect.objectContaining({ rule: 'repeated-character', line: 3, chars: '黄' }),
    );
    expect(notes).toContainEqual(expect.objectContaining({ rule: 'chiming-end', line: 3, chars: '寿' }));
    expect(regulated).toBe(true);
  });

  it.each([
    ['疎影橫斜水，清香入夢來。疏簾千里月，白露滿高臺。', '疏'],
    ['哀猨響壑泉，落木滿山川。夜聽孤猿淚，江清月一船。', '猿'],
  ])('takes variants as one character: %s', (text, repeated) => {
    expect(checkPoem(text).notes).toContainEqual(
      expect.objectContaining({ rule: 'repeated-character', line: 3, chars: repeated }),
    );
  });

  it('takes words that simplified script writes alike as two', () => {
    const { notes } = checkPoem('白雲生遠岫，何事古人云。山後逢皇后，溪前對此君。');
    expect(notes.filter(({ rule }) => rule === 'repeated-character')).toEqual([]);
  });

  it('names an oblique rhyme of old-style verse', () => {
    const { rhyme } = checkPoem('春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。');
    expect(rhyme.group).toMatch(/^上声十七/);
    expect(rhyme.ok).toBe(true);
  });

  it('scores parallelism, higher for a couplet that was made parallel', () => {
    const parallel = parallelism('两个黄鹂鸣翠柳', '一行白鹭上青天');
    const loose = parallelism('欲穷千里目', '更上一层楼');
    expect(parallel).toBeGreaterThan(loose);
    expect(checkPoem(SPRING_VIEW).parallelism).toBeGreaterThan(0.55);
    expect(checkPoem('白日依山尽，黄河入海流。欲穷千里目，更上一层楼。').parallelism).toBeNull();
  });

  it('has a name in two languages, an explanation and a source for every rule', () => {
    for (const [id, rule] of Object.entries(RULES)) {
      expect(rule.id).toBe(id);
      expect(rule.chinese).toMatch(/\p{Script=Han}/u);
      expect(rule.english).toMatch(/^[a-z]/);
      expect(rule.explanation.length).toBeGreaterThan(5);
      expect(rule.chineseExplanation).toMatch(/^[\p{Script=Han}，、]{4,}$/u);
      expect(rule.source).toContain('王力');
    }
  });
});
