import { describe, expect, it } from 'vitest';
import { Tokenizer } from '../../../src/model/tokenizer.js';
import { Random } from '../../../src/support/random.js';
import type { Constraints } from '../../../src/writing/constraints/constraint-schema.js';
import { planPoem } from '../../../src/writing/constraints/plan.js';
import { VerseVocabulary } from '../../../src/writing/constraints/verse-vocabulary.js';

const tokenizer = await Tokenizer.load('models/miniature');
const vocabulary = VerseVocabulary.of(tokenizer, 7000);
const plan = (constraints: Constraints, seed = 1) =>
  planPoem('五言绝句', constraints, vocabulary, new Random(seed));

describe('a request that cannot be met is refused with the reason and what could be relaxed', () => {
  it.each<[string, Constraints, RegExp]>([
    ['an oblique acrostic where the line must rhyme', { acrosticEnd: '月日' }, /line 2 .*日.*tones off/],
    [
      'the same without tones',
      { acrosticEnd: '月日', tones: false },
      /日 ends a rhyming line.*no level tone.*rhyme off/,
    ],
    ['rhymes of two groups', { acrosticEnd: '月人水心' }, /人, 心 end rhyming lines.*rhyme off/],
    ['an acrostic that is too long', { acrostic: '春夏秋冬天' }, /5 characters, but 五言绝句 has 4 lines/],
    ['a given line of seven', { lines: ['朝辞白帝彩云间'] }, /7 characters, but 五言绝句 has 5/],
    [
      'two things at one place',
      { acrostic: '春', lines: ['床前明月光'] },
      /line 1 needs 春 where 床 is given/,
    ],
    ['a character twice', { acrostic: '春春' }, /春 is given twice .*allow repeated-character/],
    ['a character twice, once as a variant', { acrostic: '猿猨' }, /猨 is given twice .*lines 1 and 2/],
    [
      'a rhyme twice, once as a variant',
      { acrosticEnd: '山猿水猨', allow: ['repeated-character'] },
      /猨 is given as a rhyme twice/,
    ],
    [
      'a given word that is forbidden',
      { lines: ['床前明月光'], forbidden: ['明月'] },
      /"明月" is forbidden, but given in line 1/,
    ],
    [
      'a rhyme group that is none',
      { rhyme: '阳光' },
      /no level-tone group of 平水韵; expected one of 上平一东/,
    ],
    ['a template that is none', { template: '仄起平收' }, /expected 平起 or 仄起/],
    [
      'a template that a given line is not in',
      { template: '平起', lines: ['白日依山尽'] },
      /keeps no tonal line type/,
    ],
    ['a required word longer than a line', { required: ['白日依山尽黄'] }, /expected 1 to 5 Han characters/],
    [
      'more words than lines',
      { required: ['明月孤舟', '青山流水', '白云黄鹤', '江上清风', '长河落日'] },
      /do not fit/,
    ],
  ])('%s', (_, constraints, reason) => {
    expect(() => plan(constraints)).toThrow(reason);
  });
});

describe('a plan', () => {
  it('keeps the templates and groups that the given characters leave open', () => {
    const { tones, groups } = plan({ lines: ['白日依山尽', '黄河入海流'] });
    expect(tones?.open).toEqual([['仄仄平平仄'], ['平平仄仄平'], ['平平平仄仄'], ['仄仄仄平平']]);
    expect(groups).toEqual([['下平十一尤']]);
  });

  it('names a rhyme group by its label, its name or its character, in either script', () => {
    for (const rhyme of ['下平七陽', '七阳', '阳', '陽韵'])
      expect(plan({ rhyme }).groups).toEqual([['下平七阳']]);
  });

  it('places required words by the seed, where tones and rhyme leave room', () => {
    const places = new Set(
      Array.from({ length: 20 }, (_, seed) => [...plan({ required: ['明月'] }, seed).fixed.keys()].join()),
    );
    expect(places.size).toBeGreaterThan(3);
    expect(plan({ required: ['明月'], lines: ['床前明月光'] }).fixed.size).toBe(5);
  });
});
