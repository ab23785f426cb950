import { afterAll, describe, expect, it } from 'vitest';
import { checkLines } from '../../src/poetry/prosody/check.js';
import { mendsFault } from '../../src/poetry/prosody/mend.js';
import { Poet } from '../../src/writing/poet.js';

const poet = await Poet.load({ model: 'models/miniature', adapter: 'models/miniature-dpo' });
afterAll(() => poet.release());

describe('characters that mend a fault', () => {
  it('mend the rhyme with a character of the group', () => {
    const lines = ['白日依山尽', '黄河入海流', '欲穷千里目', '更上一层台'];
    const check = checkLines(lines);
    const [fault] = check.violations;
    expect(fault).toMatchObject({ rule: 'rhyme', line: 4 });
    const mends = mendsFault(lines, check, fault!);
    expect(mends(4, '楼')).toBe(true);
    expect(mends(4, '流')).toBe(false);
    expect(mends(4, '山')).toBe(false);
    expect(mends(3, '楼')).toBe(false);
  });

  it.each([
    ['off rhyme', ['白日依山尽', '黄河入海流', '欲穷千里目', '更上一层台']],
    ['no alternation', ['白日依山尽', '黄河流海西', '欲穷千里目', '更上一层楼']],
    ['three levels', ['国破山河在', '城春青山深', '感时花溅泪', '恨别鸟惊心']],
    ['traditional', ['白日依山盡', '黃河入海流', '欲窮千里目', '更上一層臺']],
  ])('are found and ranked by the model: %s', async (_, lines) => {
    const before = checkLines(lines);
    const suggestions = await poet.suggest(lines);
    expect(suggestions.map(({ fault }) => fault)).toEqual(before.violations);
    expect(suggestions.some(({ mends }) => mends.length > 0)).toBe(true);
    for (const { fault, mends } of suggestions) {
      expect(mends.length).toBeLessThanOrEqual(3);
      for (const { at, was, character, text } of mends) {
        const line = fault.line - 1;
        expect([...lines[line]!][at]).toBe(was);
        expect([...text].filter((one, place) => one !== [...lines[line]!][place])).toEqual([character]);
        const after = checkLines(lines.map((one, index) => (index === line ? text : one)));
        expect(after.violations.some(({ rule, line: of }) => rule === fault.rule && of === fault.line)).toBe(
          false,
        );
        expect(after.violations.length).toBeLessThan(before.violations.length);
      }
    }
  });

  it('are none for a line of the wrong length', async () => {
    const suggestions = await poet.suggest(['白日依山尽处看', '黄河入海流', '欲穷千里目', '更上一层楼']);
    expect(suggestions).toMatchObject([{ fault: { rule: 'line-length' }, mends: [] }]);
  });
});
