import { describe, expect, it } from 'vitest';
import type { Tokenizer } from '../../../src/model/tokenizer.js';
import { planPoem } from '../../../src/writing/constraints/plan.js';
import { PoemConstraint } from '../../../src/writing/constraints/constraint.js';
import { TokenPieces } from '../../../src/writing/constraints/token-pieces.js';
import { VerseVocabulary } from '../../../src/writing/constraints/verse-vocabulary.js';
import { unmetConstraints } from '../../../src/writing/constraints/verify.js';
import { Random } from '../../../src/support/random.js';

const pieces = new TokenPieces(
  new Map([
    [100, [1, 2]],
    [101, [1, 3, 4]],
  ]),
);

describe('characters that take several tokens', () => {
  it('begin with the first of them, and go on with what is left', () => {
    expect(pieces.nextTokens([7, 100, 101], [])).toEqual([7, 1]);
    expect(pieces.nextTokens([7, 100, 101], [1])).toEqual([2, 3]);
    expect(pieces.nextTokens([7, 101], [1, 3])).toEqual([4]);
    expect(pieces.longest).toBe(3);
  });

  it('are whole with the last of them', () => {
    expect(pieces.whole([7])).toBe(7);
    expect(pieces.whole([1])).toBeUndefined();
    expect(pieces.whole([1, 3])).toBeUndefined();
    expect(pieces.whole([1, 3, 4])).toBe(101);
  });
});

/** A tokenizer whose tokens are single bytes; it ends with 256. Marks of words stand at 257 ("▁白") and are no verse. */
const bytes = {
  isByteLevel: true,
  encodeWithin: (text: string) => [...Buffer.from(text)],
  decode: (ids: readonly number[]) => Buffer.from(ids).toString(),
  textWithin: (id: number) => (id < 256 ? Buffer.from([id]).toString() : id === 257 ? ' 白' : ''),
} as unknown as Tokenizer;

describe('poems in bytes', () => {
  const vocabulary = VerseVocabulary.of(bytes, 258);
  const encode = (text: string): number[] => [...Buffer.from(text)];

  it('have characters of three bytes, and line breaks of one', () => {
    expect(vocabulary.pieces.longest).toBe(3);
    expect(vocabulary.tokens.length).toBeGreaterThan(5000);
    expect(vocabulary.charactersOf(257)).toBeUndefined();
    expect(vocabulary.charactersOf(10)).toEqual(['\n']);
  });

  it.each([
    ['五言绝句', {}],
    ['七言绝句', { acrostic: '春夏秋冬' }],
    ['五言律诗', { rhyme: '十一真' }],
  ] as const)('keep what was asked of %s, whatever is drawn', (form, constraints) => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const plan = planPoem(form, constraints, vocabulary, new Random(seed));
      const constraint = new PoemConstraint(plan, { vocabulary, endOfTurn: 256, encode });
      const random = new Random(seed);
      const written: number[] = [];
      let state = constraint.start();
      for (;;) {
        const allowed = constraint.allowed(state);
        expect(allowed.length).toBeGreaterThan(0);
        const token = allowed[Math.floor(random.next() * allowed.length)]!;
        if (token === 256) break;
        expect(token).toBeLessThan(256);
        written.push(token);
        state = constraint.next(state, token);
      }
      expect(unmetConstraints(Buffer.from(written).toString(), form, constraints)).toEqual([]);
    }
  });
});
