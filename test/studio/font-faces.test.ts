import { describe, expect, it } from 'vitest';
import { readRanges } from '../../src/studio/page/font-faces.js';

describe('the characters of a slice of a font', () => {
  const has = readRanges('U+4e00-4e02, U+65e5,u+1f300');

  it('are those of its ranges', () => {
    expect(['一', '丂', '日', '🌀'].map((one) => has(one.codePointAt(0)!))).toEqual([true, true, true, true]);
    expect(['丄', '月', 'a'].map((one) => has(one.codePointAt(0)!))).toEqual([false, false, false]);
  });

  it('are all where it names none', () => {
    expect(readRanges('')(0x65e5)).toBe(true);
  });
});
