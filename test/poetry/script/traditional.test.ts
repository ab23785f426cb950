import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { traditionalModule } from '../../../scripts/traditional-table.js';
import { learnForms } from '../../../src/corpus/learn-forms.js';
import { readCleanPoems } from '../../../src/corpus/read-clean.js';
import { toSimplified } from '../../../src/poetry/script/script.js';
import { toTraditional, toTraditionalLines } from '../../../src/poetry/script/traditional.js';

describe('traditional script', () => {
  it.each([
    // A word of its own, which today's tables take for another.
    ['余亦能高咏', '余亦能高詠'],
    ['里中无老少', '里中無老少'],
    ['皇后在山后', '皇后在山後'],
    ['自云良家子', '自云良家子'],
    ['万里赴戎机', '萬里赴戎機'],
    ['隐几看云起', '隱几看雲起'],
    ['干戈未解甲', '干戈未解甲'],
    ['自余为郎', '自余爲郎'],
    ['千里江陵一日还', '千里江陵一日還'],
    ['司徒三台', '司徒三台'],
    // The other word.
    ['余霞散成绮', '餘霞散成綺'],
    ['梦里见白云', '夢裏見白雲'],
    ['白发悲花落', '白髮悲花落'],
    ['发短不胜簪', '髮短不勝簪'],
    ['五谷既丰登', '五穀既豐登'],
    ['乾坤日夜浮', '乾坤日夜浮'],
    ['泪干衣未干', '淚乾衣未乾'],
    ['征书下北阙', '徵書下北闕'],
    ['卷地风来忽吹散', '卷地風來忽吹散'],
    ['长吁不整绿云鬟', '長吁不整綠雲鬟'],
    ['夜半钟声到客船', '夜半鐘聲到客船'],
  ])('of %s is %s', (simplified, traditional) => {
    expect(toTraditional(simplified)).toBe(traditional);
  });

  it('leaves what is traditional already, a line that could be either within its poem too', () => {
    expect(toTraditional('余亦能高詠')).toBe('余亦能高詠');
    const poem = ['后土何時而得乾', '里中三月雨', '雲來'];
    expect(toTraditionalLines(poem)).toEqual(poem);
    expect(toTraditionalLines(['里中三月雨', '云来'])).toEqual(['里中三月雨', '雲來']);
    for (const text of ['白日依山尽，黄河入海流。', '余霞散成绮，明月照高楼。']) {
      expect(toTraditional(toTraditional(text))).toBe(toTraditional(text));
      expect(toSimplified(toTraditional(text))).toBe(text);
    }
  });
});

describe('learning which word a simplified character is', () => {
  it('takes the commonest form, and others where their neighbours tell them', () => {
    const lines = ['白雲飛', '青雲上', '孤雲去', '雲山遠', '人云好', '客云好', '人云去'];
    expect(learnForms(lines).get('云')).toEqual({
      usual: '雲',
      others: [{ form: '云', before: '人', after: '好' }],
    });
  });

  const corpus = new URL('../../../shared/data/chinese-poetry', import.meta.url).pathname;
  it.skipIf(!existsSync(corpus))('makes the table that ships', { timeout: 300_000 }, async () => {
    const lines: string[] = [];
    for await (const { traditional } of readCleanPoems([corpus])) lines.push(...traditional);
    const shipped = new URL('../../src/poetry/script/traditional-table.ts', import.meta.url);
    expect(traditionalModule(lines)).toBe(readFileSync(shipped, 'utf8'));
  });
});
