import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/corpus/learn-usage.js';
import { standardContexts, tellingWords } from '../../src/corpus/telling-words.js';

const before = (neighbour: string, level: number, oblique: number): Context => ({
  before: neighbour,
  after: undefined,
  level,
  oblique,
});
const after = (neighbour: string, level: number, oblique: number): Context => ({
  before: undefined,
  after: neighbour,
  level,
  oblique,
});
/** Words that each have one tone alone, of either tone as many; and some that have both. */
const PURE = [...'甲乙丙丁'].flatMap((one) => [before(one, 15, 0), after(one, 0, 15)]);
const MIXED = [...'子丑寅卯'].map((one) => before(one, 3, 3));

describe('the words that tell a tone', () => {
  it('have been seen often enough, and hardly ever in the other tone', () => {
    const words = tellingWords([
      ...PURE,
      ...MIXED,
      before('万', 40, 1),
      before('难', 0, 2),
      before('山', 7, 2),
    ]);
    expect(words?.neighbours.平.before).toBe('万丁丙乙甲'.split('').sort().join(''));
    expect(words?.neighbours.仄).toEqual({ before: '', after: [...'甲乙丙丁'].sort().join(''), object: '' });
    expect(words?.outside).toBeUndefined();
  });

  it('take more places where words hardly differ in tone', () => {
    const alike = [...'甲乙丙丁戊己庚辛'].map((one) => before(one, 16, 4));
    const differing = [
      ...[...'甲乙丙丁戊己'].map((one) => before(one, 20, 0)),
      before('庚', 4, 16),
      before('辛', 4, 16),
      before('壬', 0, 12),
    ];
    const word = after('好', 5, 0);
    expect(tellingWords([...alike, word])).toBeUndefined();
    expect(tellingWords([...differing, word])?.neighbours.平.after).toBe('好');
  });

  it('tell at a distance where they are well known', () => {
    const words = tellingWords([...PURE, after('乡', 42, 1), after('君', 12, 0)]);
    expect(words?.neighbours.平.after).toBe('乡君'.split('').sort().join(''));
    expect(words?.neighbours.平.object).toBe('乡');
  });

  it('leave the other tone outside, where a tone lives in a few of them', () => {
    const free = [...'甲乙丙丁戊己庚辛壬癸'].map((one) => before(one, 1, 30));
    const bound = tellingWords([...free.map((row) => ({ ...row, level: 0 })), before('沧', 84, 1)]);
    expect(bound).toMatchObject({ outside: '仄', neighbours: { 平: { before: '沧' } } });
    expect(tellingWords([...free, before('沧', 20, 0)])?.outside).toBeUndefined();
    expect(tellingWords([...free.map((row) => ({ ...row, level: 0 })), before('沧', 8, 0)])?.outside).toBe(
      undefined,
    );
  });

  it('are those of all forms of a character together', () => {
    const together = standardContexts(
      new Map([
        ['爲', [after('別', 1, 0)]],
        ['為', [after('别', 1, 0)]],
      ]),
    );
    expect([...together]).toEqual([['为', [after('别', 1, 0), after('别', 1, 0)]]]);
  });
});
