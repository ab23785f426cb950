import { describe, expect, it } from 'vitest';
import { variantModule } from '../../../scripts/variant-table.js';
import { readFileSync } from 'node:fs';
import { hasCommonGlyph, toSimplified } from '../../../src/poetry/script/script.js';
import { VARIANTS } from '../../../src/poetry/script/variant-table.js';
import { sameCharacter, standardCharacter, toStandard } from '../../../src/poetry/script/variants.js';

describe('standard characters', () => {
  it.each([
    ['疎', '疏'],
    ['劒', '剑'],
    ['鴈', '雁'],
    ['猨', '猿'],
    ['簷', '檐'],
    ['鬬', '斗'],
    ['慙', '惭'],
    ['徧', '遍'],
    ['飡', '餐'],
    ['埽', '扫'],
    ['谿', '溪'],
    ['沍', '冱'],
  ])('are what variants stand for: %s is %s', (variant, standard) => {
    expect(standardCharacter(variant)).toBe(standard);
    expect(sameCharacter(variant, standard)).toBe(true);
  });

  it('leave words of their own alone, and characters whose simplified form common fonts lack', () => {
    for (const own of ['濆', '蘋', '藉', '鸂', '甃', '沙']) expect(standardCharacter(own)).toBe(own);
    expect(toSimplified('濆')).toBe('濆');
    expect(sameCharacter('山', '川')).toBe(false);
  });

  it.each(['雲云', '後后', '裏里', '乾干', '髮發', '鐘鍾'])('do not make one of two words: %s', (pair) => {
    const [left = '', right = ''] = pair;
    expect(standardCharacter(left)).toBe(standardCharacter(right));
    expect(sameCharacter(left, right)).toBe(false);
    expect(sameCharacter(left, left)).toBe(true);
  });

  it('are each their own standard, shown by common fonts', () => {
    for (const group of VARIANTS.trim().split(/\s+/u)) {
      const [standard = ''] = group;
      expect(standardCharacter(standard)).toBe(standard);
      expect(hasCommonGlyph(standard)).toBe(true);
    }
  });

  it('come from the script that says how they were found', () => {
    expect(readFileSync('src/poetry/script/variant-table.ts', 'utf8')).toBe(variantModule());
  });
});

describe('simplified script', () => {
  it.each([
    ['汗乾天地在', '汗干天地在'],
    ['乾坤一草亭', '乾坤一草亭'],
    ['桑乾河上竺乾書', '桑干河上竺乾书'],
    ['祇應神祇知', '只应神祇知'],
    ['徵君聞徵音', '征君闻徵音'],
    ['狼藉殘紅', '狼藉残红'],
    ['沈吟至今', '沉吟至今'],
    ['沈約詩', '沈约诗'],
  ])('goes by the word: %s is %s', (traditional, simplified) => {
    expect(toSimplified(traditional)).toBe(simplified);
  });

  it('keeps the number of characters, and takes variants along where standard characters are asked for', () => {
    expect(toStandard('疎簷臥看劒，鬬鴈唳寒溪。')).toBe('疏檐卧看剑，斗雁唳寒溪。');
  });
});
