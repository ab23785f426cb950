import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readLineIndex } from '../../src/corpus/line-index-file.js';
import { LineIndex } from '../../src/poetry/line-index.js';
import { splitLines } from '../../src/poetry/text.js';

describe('the index of known lines', () => {
  const index = LineIndex.of(['空山新雨后', '天气晚来秋', '两个黄鹂鸣翠柳']);

  it('tells known, near and new lines apart', () => {
    expect(index.nearness('空山新雨后')).toBe('known');
    expect(index.nearness('空山细雨后')).toBe('near');
    expect(index.nearness('空山细雨前')).toBe('new');
    expect(index.nearness('两个黄鹂鸣翠竹')).toBe('near');
  });

  it('knows a line with any one of its characters open', () => {
    expect(index.hasPattern([undefined, '气', '晚', '来', '秋'])).toBe(true);
    expect(index.hasPattern([undefined, '气', '早', '来', '秋'])).toBe(false);
  });

  it('reads back what it wrote, and nothing else', () => {
    const line = fc.array(fc.constantFrom(...'山水风月花鸟日夜'), { minLength: 5, maxLength: 7 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const texts = lines.map((characters) => characters.join(''));
        const bytes = LineIndex.of(texts).toBytes();
        const read = LineIndex.fromBytes(bytes);
        for (const text of texts) expect(read?.nearness(text)).toBe('known');
        if (texts.length > 0) expect(LineIndex.fromBytes(bytes.slice(0, -1))).toBeUndefined();
      }),
    );
    expect(LineIndex.fromBytes(new Uint8Array(20))).toBeUndefined();
  });

  it('that ships catches the published example: four lines of 山居秋暝', async () => {
    expect(existsSync('data/tang.index')).toBe(true);
    const shipped = await readLineIndex('data/tang.index');
    const published = splitLines('空山新雨后，天气晚来秋。明月松间照，清泉石上流。');
    expect(published.map((line) => shipped.nearness(line))).toEqual(['known', 'known', 'known', 'known']);
    expect(shipped.nearness('电脑里明月')).toBe('new');
  });
});
