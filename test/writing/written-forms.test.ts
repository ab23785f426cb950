/** Each form beyond quatrains and eight lines, written by a model and judged from its text alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINES_A_RHYME, type FormName } from '../../src/poetry/forms/forms.js';
import { groupByName } from '../../src/poetry/readings/pingshui.js';
import { PINGSHUI } from '../../src/poetry/readings/readings.js';
import { characters } from '../../src/poetry/text.js';
import type { Constraints } from '../../src/writing/constraints/constraint-schema.js';
import { Poet } from '../../src/writing/poet.js';
import { unmetConstraints } from '../../src/writing/constraints/verify.js';

let poet: Poet;
beforeAll(async () => {
  poet = await Poet.load({ model: 'models/miniature' });
});
afterAll(() => poet.release());

/** The lower lines' last characters. */
const rhymeWords = (lines: readonly string[]): string[] =>
  lines.filter((_, line) => line % 2 === 1).map((line) => characters(line).at(-1) ?? '');

/** The rhyme groups in which all of these can be read. */
function sharedGroups(words: readonly string[]): string[] {
  const groups = words.map((word) => PINGSHUI.readings(word).map(({ group }) => group.label));
  return [...new Set(groups[0])].filter((label) => groups.every((all) => all.includes(label)));
}

async function write(form: FormName, constraints: Constraints = {}): Promise<string[][]> {
  const poems = await poet.write({ form, themes: ['山水'], count: 3, seed: 5, ...constraints });
  return poems.map(({ text, lines }) => {
    expect(unmetConstraints(text, form, constraints), text).toEqual([]);
    return [...lines];
  });
}

describe('排律 (extended regulated verse)', () => {
  it.each<[FormName, number, number]>([
    ['五言排律', 5, 10],
    ['五言排律', 5, 24],
    ['七言排律', 7, 12],
  ])('%s keeps tones and one level rhyme in lines of %i, %i of them', async (form, length, lineCount) => {
    for (const lines of await write(form, { lineCount })) {
      expect(lines.map((line) => characters(line).length)).toEqual(Array(lineCount).fill(length));
      const groups = sharedGroups(rhymeWords(lines)).map(groupByName);
      expect(groups.some((group) => group?.category === '平')).toBe(true);
    }
  });

  it('has twelve lines where nothing is said, and never eight', async () => {
    for (const lines of await write('五言排律')) expect(lines).toHaveLength(12);
    await expect(write('七言排律', { lineCount: 8 })).rejects.toThrow(
      /七言排律: 8 lines, expected one of 10, 12/,
    );
  });

  it('rhymes in level tones alone, and in one rhyme', async () => {
    await expect(write('五言排律', { rhymeTone: 'oblique' })).rejects.toThrow(/rhymes in level tones/);
    await expect(write('五言排律', { changeRhyme: true })).rejects.toThrow(/keeps one rhyme throughout/);
  });
});

describe('古绝, 五古 and 七古 (old-style verse)', () => {
  it.each<[FormName, number]>([
    ['五言古绝', 4],
    ['七言古绝', 4],
    ['五言古诗', 8],
    ['七言古诗', 8],
  ])('%s has %i lines of one rhyme', async (form, count) => {
    for (const lines of await write(form)) {
      expect(lines).toHaveLength(count);
      expect(sharedGroups(rhymeWords(lines))).not.toEqual([]);
    }
  });

  it.each<[FormName, 'level' | 'oblique']>([
    ['五言古绝', 'oblique'],
    ['七言古绝', 'level'],
    ['五言古诗', 'level'],
    ['七言古诗', 'oblique'],
  ])('%s rhymes in %s tones where that is asked for', async (form, rhymeTone) => {
    for (const lines of await write(form, { rhymeTone })) {
      const groups = sharedGroups(rhymeWords(lines)).map(groupByName);
      expect(groups.some((group) => (group?.category === '平') === (rhymeTone === 'level'))).toBe(true);
    }
  });

  it('rhymes in a named group of oblique tone', async () => {
    for (const lines of await write('五言古诗', { rhyme: '月' })) {
      expect(sharedGroups(rhymeWords(lines)).map((label) => label.at(-1))).toContain('月');
    }
  });

  it.each<[FormName, number]>([
    ['五言古诗', 4],
    ['五言古诗', 24],
    ['七言古诗', 16],
  ])('%s has the %i lines that are asked for', async (form, lineCount) => {
    for (const lines of await write(form, { lineCount })) expect(lines).toHaveLength(lineCount);
  });

  it.each<[FormName, number]>([
    ['五言古诗', 12],
    ['七言古诗', 8],
  ])('%s of %i lines takes another rhyme every four', async (form, lineCount) => {
    for (const lines of await write(form, { lineCount, changeRhyme: true })) {
      const words = rhymeWords(lines);
      const stretches = Array.from({ length: lineCount / LINES_A_RHYME }, (_, at) =>
        sharedGroups(words.slice(at * 2, at * 2 + 2)),
      );
      expect(stretches.every((groups) => groups.length > 0)).toBe(true);
      expect(sharedGroups(words)).toEqual([]);
    }
  });

  it('is refused a change of rhyme that its lines do not divide into, or in a named rhyme', async () => {
    await expect(write('五言古诗', { lineCount: 6, changeRhyme: true })).rejects.toThrow(/multiple of 4/);
    await expect(write('五言古诗', { rhyme: '东', changeRhyme: true })).rejects.toThrow(
      /changeRhyme needs several/,
    );
  });
});
