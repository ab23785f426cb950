import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/model/folder.js';
import { bestFit, packTrees, type TokenTree } from '../../src/training/packing.js';
import { scoreTrees } from '../../src/training/objective.js';
import { tinyModel } from '../support-tiny-model.js';

describe('packing', () => {
  it('fills rows by best fit, the longest first', () => {
    expect(bestFit([5, 3, 2, 4], 7)).toEqual([
      [0, 2],
      [3, 1],
    ]);
  });

  it('lets a completion see its prompt and itself, not its sibling', () => {
    const batch = packTrees([{ prompt: [1, 2], completions: [[3], [4, 5]] }], 8);
    const visible = Array.from({ length: 5 }, (_, row) =>
      Array.from(batch.mask.slice(row * 5, row * 5 + 5), (value) => (value === 0 ? 1 : 0)).join(''),
    );
    expect(visible).toEqual(['10000', '11000', '11100', '11010', '11011']);
    expect([...batch.positions].map(Number)).toEqual([0, 1, 2, 2, 3]);
    expect(batch.lossRows).toEqual([
      { row: 1, target: 3, sequence: 0 },
      { row: 1, target: 4, sequence: 1 },
      { row: 3, target: 5, sequence: 1 },
    ]);
  });

  it('gives the same log-probabilities alone, packed in rows, and with the prompt shared', async () => {
    const model = await openModel((await tinyModel()).folder);
    const ids = fc.array(fc.integer({ min: 0, max: model.config.vocabSize - 1 }), {
      minLength: 1,
      maxLength: 12,
    });
    const tree = fc.record({ prompt: ids, completions: fc.array(ids, { minLength: 1, maxLength: 2 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 5 }), async (trees: TokenTree[]) => {
        const packed = await scoreTrees(model, undefined, trees, 48);
        const alone = await scoreTrees(
          model,
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
