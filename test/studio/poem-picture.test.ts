import { describe, expect, it } from 'vitest';
import { FORM_NAMES, FORMS } from '../../src/poetry/forms/forms.js';
import { poemSvg } from '../../src/studio/page/poem-picture.js';

interface Glyph {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly character: string;
}

/** The characters of a picture, in the order in which they are drawn. */
const glyphsOf = (svg: string): Glyph[] =>
  [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]* font-size="([\d.]+)"[^>]*>([^<])<\/text>/gu)].map(
    ([, x, y, size, character = '']) => ({ x: Number(x), y: Number(y), size: Number(size), character }),
  );

describe('the picture of a poem', () => {
  const poem = '床前明月光，疑是地上霜。举头望明月，低头思故乡。';

  it('has columns from the right, each from the top, where it is vertical', () => {
    const glyphs = glyphsOf(poemSvg(poem, { vertical: true, caption: '' })).slice(-20);
    expect(glyphs.map(({ character }) => character).join('')).toBe(poem.replace(/[，。]/g, ''));
    const [first, second, , , , nextLine] = glyphs as [Glyph, Glyph, Glyph, Glyph, Glyph, Glyph];
    expect([second.x, nextLine.y]).toEqual([first.x, first.y]);
    expect(second.y).toBeGreaterThan(first.y);
    expect(nextLine.x).toBeLessThan(first.x);
  });

  it('has rows from the top, each from the left, where it is not', () => {
    const [first, second, , , , nextLine] = glyphsOf(poemSvg(poem, { vertical: false, caption: '' })).slice(
      -20,
    );
    expect([second!.y, nextLine!.x]).toEqual([first!.y, first!.x]);
    expect(second!.x).toBeGreaterThan(first!.x);
    expect(nextLine!.y).toBeGreaterThan(first!.y);
  });

  it('holds a poem of any form within its frame, no two characters upon each other', () => {
    for (const name of FORM_NAMES) {
      const { lines, length } = FORMS[name];
      const text = `${'字'.repeat(length)}，`.repeat(lines);
      for (const vertical of [true, false]) {
        const glyphs = glyphsOf(poemSvg(text, { vertical, caption: name })).filter(
          ({ character }) => character === '字',
        );
        expect([name, vertical, glyphs.length]).toEqual([name, vertical, lines * length]);
        for (const { x, y, size } of glyphs) {
          expect(Math.min(x, y, 1080 - x, 1350 - y)).toBeGreaterThan(60 + size / 2);
        }
        const places = new Set(glyphs.map(({ x, y }) => `${x} ${y}`));
        expect(places.size).toBe(glyphs.length);
        const [first, second] = glyphs as [Glyph, Glyph];
        expect(Math.hypot(first.x - second.x, first.y - second.y)).toBeGreaterThanOrEqual(first.size);
      }
    }
  });

  it('makes text of a caption, whatever it is', () => {
    const svg = poemSvg(poem, { vertical: false, caption: '<script>&' });
    expect(svg).toContain('&lt;script&gt;&amp;');
  });
});
