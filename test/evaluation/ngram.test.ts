import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinct, measureDiversity } from '../../src/evaluation/diversity.js';
import { NgramModel } from '../../src/evaluation/ngram.js';

const POEMS = [
  '白日依山尽，黄河入海流。',
  '春眠不觉晓，处处闻啼鸟。',
  '床前看月光，疑是地上霜。',
  '白日何短短，百年苦易满。',
];

describe('the judge of fluency', () => {
  const model = NgramModel.of(POEMS);

  it('finds what it has read more fluent than the same characters in another order', () => {
    expect(model.perplexity(POEMS[0]!)).toBeLessThan(model.perplexity('依日山白尽，入河海黄流。') / 2);
    expect(model.perplexity('白日苦短短')).toBeLessThan(model.perplexity('短苦日短白'));
  });

  it('gives probabilities that add up to one after any beginning', () => {
    const characters = [...new Set(POEMS.join('')), '\u0003', '未'];
    const ids = new Map(characters.map((character) => [character, character]));
    fc.assert(
      fc.property(fc.constantFrom(...characters), fc.constantFrom(...characters), (first, second) => {
        // p(w | uv) from perplexities of texts that differ by their last character only.
        const internals = model as unknown as {
          ids: Map<string, number>;
          probability(u: number, v: number, w: number): number;
        };
        const id = (character: string): number => internals.ids.get(ids.get(character) ?? '') ?? 0;
        const all = [0, ...internals.ids.values()];
        const sum = all.reduce((total, w) => total + internals.probability(id(first), id(second), w), 0);
        expect(sum).toBeCloseTo(1, 6);
      }),
    );
  });
});

describe('diversity', () => {
  it('falls when poems say the same', () => {
    const different = measureDiversity(POEMS);
    const alike = measureDiversity([POEMS[0]!, POEMS[0]!, POEMS[0]!, POEMS[1]!]);
    expect(different.distinct2).toBeGreaterThan(alike.distinct2);
    expect(different.selfBleu).toBeLessThan(alike.selfBleu);
    expect(alike.selfBleu).toBeGreaterThan(0.7);
    expect(distinct(['白日白日'], 2)).toBeCloseTo(2 / 3);
  });
});
