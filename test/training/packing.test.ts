import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freezeBase } from '../../src/model/frozen-base.js';
import { openModel } from '../../src/model/folder.js';
import { assignRows, packTrees, type TokenTree } from '../../src/training/packing.js';
import { scoreTrees } from '../../src/training/scoring.js';
import { tinyModel } from '../support-tiny-model.js';

describe('packing', () => {
  it('fills rows, and computes once what examples of a row begin with', () => {
    const alike = (last: number): TokenTree => ({ prompt: [1, 2, 3, last], completions: [[9, 9, 9]] });
    const other = (first: number): TokenTree => ({ prompt: [first], completions: [[9, 9]] });
    const trees = [alike(4), other(7), alike(5), alike(6)];
    expect(assignRows(trees, 8).map((row) => row.sort())).toEqual([[0], [2], [3], [1]]);
    expect(assignRows(trees, 15).map((row) => row.sort())).toEqual([
      [0, 2],
      [1, 3],
    ]);
    const batch = packTrees(trees.slice(2), 16);
    expect([batch.rows, batch.length, batch.tokens]).toEqual([1, 11, 14]);
  });

  it('counts a row of loss that two sequences share once for each', () => {
    const batch = packTrees(
      [
        {
          prompt: [1],
          completions: [
            [2, 3],
            [2, 4],
          ],
        },
      ],
      8,
    );
    expect(batch.lossRows).toEqual([
      { row: 0, target: 2, sequences: [0, 1] },
      { row: 1, target: 3, sequences: [0] },
      { row: 1, target: 4, sequences: [1] },
    ]);
    expect(batch.lossRows.flatMap(({ sequences }) => sequences)).toHaveLength(4);
  });

  it('lets a completion see its prompt and itself, not its sibling', () => {
    const batch = packTrees([{ prompt: [1, 2], completions: [[3], [4, 5]] }], 8);
    const visible = Array.from({ length: 5 }, (_, row) =>
      Array.from(batch.mask.slice(row * 5, row * 5 + 5), (value) => (value === 0 ? 1 : 0)).join(''),
    );
    expect(visible).toEqual(['10000', '11000', '11100', '11010', '11011']);
    expect([...batch.positions].map(Number)).toEqual([0, 1, 2, 2, 3]);
    expect(batch.lossRows).toEqual([
      { row: 1, target: 3, sequences: [0] },
      { row: 1, target: 4, sequences: [1] },
      { row: 3, target: 5, sequences: [1] },
    ]);
  });

  it('gives the same log-probabilities alone, packed in rows, and with the prompt shared', async () => {
    const model = await openModel((await tinyModel()).folder);
    const base = await freezeBase(model);
    const ids = fc.array(fc.integer({ min: 0, max: model.config.vocabSize - 1 }), {
      minLength: 1,
      maxLength: 12,
    });
    const tree = fc.record({ prompt: ids, completions: fc.array(ids, { minLength: 1, maxLength: 2 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 5 }), async (trees: TokenTree[]) => {
        const packed = await scoreTrees(base, undefined, trees, 48);
        const alone = await scoreTrees(
          base,
          undefined,
          trees.flatMap(({ prompt, completions }) =>
            completions.map((one) => ({ prompt, completions: [one] })),
          ),
          1,
        );
        packed.flat().forEach((value, index) => expect(value).toBeCloseTo(alone[index]![0]!, 3));
      }),
      { numRuns: 12, seed: 7 },
    );
  });
});
