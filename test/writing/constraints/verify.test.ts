import { describe, expect, it } from 'vitest';
import { unmetConstraints } from '../../../src/writing/constraints/verify.js';

describe('a poem that was asked for', () => {
  it.each([
    ['疏', '疎'],
    ['猿', '猨'],
    ['剑', '劍'],
  ])('uses no character twice, a variant counted as the same: %s and %s', (one, variant) => {
    const free = { tones: false, rhyme: false } as const;
    const text = `${one}影横斜水，清香入梦来。\n故人千里外，${variant}月照楼台。`;
    expect(unmetConstraints(text, '五言绝句', free)).toEqual([`${variant} is used twice`]);
    expect(unmetConstraints(text, '五言绝句', { ...free, allow: ['repeated-character'] })).toEqual([]);
  });
});
