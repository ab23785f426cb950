/** Classes of characters that answer each other, learnt from couplets that are made of known ones. */
import { describe, expect, it } from 'vitest';
import { learnParallels } from '../../src/corpus/learn-parallels.js';
import { Random } from '../../src/support/random.js';

const KINDS = ['一二三四五', '山水江河湖', '来去飞流归'].map((kind) => [...kind]);
const random = new Random(5);
const couplets = Array.from({ length: 400 }, () => {
  const kinds = random.shuffle(KINDS);
  const line = (): string[] => kinds.map((kind) => random.pick(kind));
  return [line(), line()] as const;
});

describe('learning what answers what', () => {
  const { shares, members } = learnParallels(couplets, { classes: 3, rounds: 40, minCount: 2, seed: 1 });
  const likeliest = (character: string): number => {
    const of = members.get(character)!;
    return of.indexOf(Math.max(...of));
  };

  it('puts characters that stand opposite each other into one class', () => {
    for (const kind of KINDS) expect(new Set(kind.map(likeliest)).size, kind.join('')).toBe(1);
    expect(new Set(KINDS.map(([first]) => likeliest(first!))).size).toBe(3);
  });

  it('gives probabilities', () => {
    const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
    expect(sum(shares)).toBeCloseTo(1);
    for (const of of members.values()) expect(sum(of)).toBeCloseTo(1);
  });

  it('leaves out what is rare', () => {
    const rare = [...couplets, [['龘'], ['山']] as const];
    expect(learnParallels(rare, { classes: 2, rounds: 2, minCount: 2, seed: 1 }).members.has('龘')).toBe(
      false,
    );
  });
});
