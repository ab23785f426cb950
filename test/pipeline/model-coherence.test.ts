/** A language model as judge of coherence: the shipped miniature stands in for one, on known poems and the same with halves exchanged. */
import { describe, expect, it } from 'vitest';
import { belonging, coherenceFigure } from '../../src/evaluation/coherence.js';
import { ModelCoherence } from '../../src/pipeline/model-coherence.js';
import { halvesOf, layOut } from '../../src/poetry/forms/layout.js';

const POEMS = [
  ['白日依山尽', '黄河入海流', '欲穷千里目', '更上一层楼'],
  ['春眠不觉晓', '处处闻啼鸟', '夜来风雨声', '花落知多少'],
  ['千山鸟飞绝', '万径人踪灭', '孤舟蓑笠翁', '独钓寒江雪'],
  ['床前明月光', '疑是地上霜', '举头望明月', '低头思故乡'],
  [
    '国破山河在',
    '城春草木深',
    '感时花溅泪',
    '恨别鸟惊心',
    '烽火连三月',
    '家书抵万金',
    '白头搔更短',
    '浑欲不胜簪',
  ],
];

describe('coherence', async () => {
  const judge = await ModelCoherence.open('models/miniature');

  it('is the information that the halves of a poem have of each other, by the tokens of the second', async () => {
    const [found] = await judge.judge([layOut(POEMS[0]!)]);
    // 欲穷千里目，更上一层楼。 and the end.
    expect(found!.tokens).toBe(13);
    expect(coherenceFigure(found)).toBeCloseTo(found!.information / 13);
    expect(belonging(found!)).toBeGreaterThan(0);
    expect(belonging(found!)).toBeLessThan(1);
  });

  it('is higher for poems as they are than with each other’s second halves', async () => {
    const exchanged = POEMS.map((poem, index) => [
      ...halvesOf(poem)[0],
      ...halvesOf(POEMS[(index + 1) % POEMS.length]!)[1],
    ]);
    const total = async (poems: readonly (readonly string[])[]): Promise<number> =>
      (await judge.judge(poems.map((poem) => layOut(poem)))).reduce(
        (sum, found) => sum + found!.information,
        0,
      );
    expect(await total(POEMS)).toBeGreaterThan(await total(exchanged));
  });

  it('does not hang on how lines are laid out, nor on what is judged beside', async () => {
    const [poem] = POEMS.map((lines) => layOut(lines));
    const [alone] = await judge.judge([poem!]);
    const [, among] = await judge.judge([
      '春眠不觉晓，处处闻啼鸟。\n夜来风雨声，花落知多少。',
      poem!.replace('\n', ''),
    ]);
    expect(among!.information).toBeCloseTo(alone!.information, 3);
  });

  it('says nothing of what has no second half', async () => {
    expect(await judge.judge(['', '白日依山尽，黄河入海流。'])).toEqual([null, null]);
    expect(coherenceFigure(null)).toBeNull();
    expect(belonging(null)).toBeNaN();
  });
});
