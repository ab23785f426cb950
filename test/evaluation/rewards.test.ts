import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BuiltInRewards,
  REWARD_NAMES,
  type RewardInput,
  type RewardName,
} from '../../src/evaluation/rewards.js';
import { Yardstick } from '../../src/evaluation/yardstick.js';
import { ModelCoherence } from '../../src/pipeline/model-coherence.js';
import { openRewards } from '../../src/pipeline/rewards.js';
import { ThemeMeasure } from '../../src/poetry/theme-measure.js';

const GOOD = '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。';
const OTHER = '千山鸟飞绝，万径人踪灭。\n孤舟蓑笠翁，独钓寒江雪。';
const corpus = new Yardstick({
  lines: ['千山鸟飞绝', '万径人踪灭'],
  themes: new ThemeMeasure({}),
  coherence: await ModelCoherence.open('models/miniature'),
});
const builtIn = new BuiltInRewards(corpus);

const poem = (text: string, more: Partial<RewardInput> = {}): RewardInput => ({
  ...{ prompt: '写一首', text, form: '五言绝句', themes: [], finished: true, group: [], earlier: [] },
  ...more,
});
const value = async (name: RewardName, example: RewardInput): Promise<number> =>
  (await builtIn.function(name)([example]))[0]!;

describe('the built-in rewards', () => {
  it('lie from 0 to 1, for poems, for nonsense and for nothing', async () => {
    for (const name of REWARD_NAMES) {
      for (const text of [GOOD, OTHER, '', 'abc', '白', GOOD.repeat(5)]) {
        const found = await value(name, poem(text));
        if (Number.isNaN(found)) continue;
        expect(found, `${name} ${text}`).toBeGreaterThanOrEqual(0);
        expect(found, `${name} ${text}`).toBeLessThanOrEqual(1);
      }
    }
  });

  it('give more for what is asked than for what is not', async () => {
    const better = async (name: RewardName, good: RewardInput, bad: RewardInput): Promise<void> =>
      expect(await value(name, good), name).toBeGreaterThan(await value(name, bad));
    await better('form', poem(GOOD), poem('白日依山尽，黄河入海。\n欲穷千里目，更上一层楼。'));
    await better('form', poem(GOOD), poem(GOOD, { form: '七言绝句' }));
    await better('rhyme', poem(GOOD), poem(OTHER));
    await better('tone', poem(GOOD), poem('青山天边云，春风花前人。\n高楼空闻钟，清江舟中闻。'));
    await better('novelty', poem(GOOD), poem(OTHER));
    await better('diversity', poem(GOOD, { group: [OTHER] }), poem(GOOD, { group: [GOOD] }));
    await better('diversity', poem(GOOD), poem(GOOD, { earlier: [OTHER, GOOD] }));
    const exchanged = '白日依山尽，黄河入海流。\n孤舟蓑笠翁，独钓寒江雪。';
    await better('coherence', poem(GOOD), poem(exchanged));
    await better('length', poem(GOOD), poem('白日依山尽，黄河入海流。'));
    await better('length', poem(GOOD), poem(GOOD, { finished: false }));
  });
});

describe('a reward of one’s own', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-reward-'));
  const open = async (source: string, name: string) => {
    const module = path.join(folder, name);
    writeFileSync(module, source);
    const [reward] = await openRewards({ rewards: [{ module, weight: 2 }], reward_weights: null }, corpus);
    return reward!;
  };
  const examples = [poem(GOOD), poem(OTHER)];

  it('is a module in TypeScript or JavaScript, asynchronous or not, and may have nothing to say', async () => {
    const winter = await open(
      `export function reward(poems: { text: string }[]): (number | null)[] {
         return poems.map(({ text }) => (/[雪寒]/u.test(text) ? 1 : null)); }`,
      'winter.ts',
    );
    expect(winter).toMatchObject({ name: 'winter', weight: 2 });
    expect(await winter.judge(examples)).toEqual([NaN, 1]);
    const late = await open('export default async (poems) => poems.map(() => 0.5);', 'late.mjs');
    expect(await late.judge(examples)).toEqual([0.5, 0.5]);
  });

  it.each([
    [
      'throws.mjs',
      "export const reward = (poems) => poems.map(({ text }) => { if (text.startsWith('千')) throw new Error('no'); return 1; });",
      /throws\.mjs: example 2 \("千山.*\): no$/s,
    ],
    [
      'few.mjs',
      'export const reward = () => [1];',
      /few\.mjs: found 1 numbers, expected a number for each of 2 examples/,
    ],
    [
      'words.mjs',
      "export const reward = (poems) => poems.map(() => 'good');",
      /words\.mjs: example 1 .*: found "good", expected a number, or null for none/,
    ],
    [
      'endless.mjs',
      'export const reward = (poems) => poems.map(() => Infinity);',
      /endless\.mjs: example 1 .*: found Infinity, expected a number/,
    ],
  ])('whose answer is wrong is told by file and example: %s', async (name, source, message) => {
    await expect((await open(source, name)).judge(examples)).rejects.toThrow(message);
  });

  it.each([
    ['other.mjs', 'export const prize = 1;', /other\.mjs: exports prize, expected a function reward/],
    ['broken.mjs', 'export const reward = (', /broken\.mjs: cannot be imported/],
  ])('that is none is refused when it is opened: %s', async (name, source, message) => {
    await expect(open(source, name)).rejects.toThrow(message);
  });
});
