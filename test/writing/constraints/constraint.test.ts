import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src/model/folder.js';
import { loadAdapter } from '../../../src/model/lora.js';
import { Tokenizer } from '../../../src/model/tokenizer.js';
import { checkPoem } from '../../../src/poetry/prosody/check.js';
import { FORM_NAMES, FORMS } from '../../../src/poetry/forms/forms.js';
import { characters, splitLines } from '../../../src/poetry/text.js';
import { Random } from '../../../src/support/random.js';
import { InputError } from '../../../src/support/errors.js';
import { PoemConstraint } from '../../../src/writing/constraints/constraint.js';
import type { Constraints } from '../../../src/writing/constraints/constraint-schema.js';
import { planPoem } from '../../../src/writing/constraints/plan.js';
import { Poet } from '../../../src/writing/poet.js';
import { unmetConstraints } from '../../../src/writing/constraints/verify.js';
import { VerseVocabulary } from '../../../src/writing/constraints/verse-vocabulary.js';
import type { ConstrainedOrder } from '../../../src/writing/writer.js';
import { randomOrder } from '../../../bench/random-requests.js';
import { tinyModel } from '../../support-tiny-model.js';

describe('the form as a constraint', () => {
  it('makes every poem of a model that knows nothing regulated', async () => {
    const { folder } = await tinyModel();
    const poet = await Poet.load({ model: folder });
    for (const form of FORM_NAMES) {
      const poems = await poet.write({
        form,
        themes: ['山水'],
        count: 6,
        sampling: { temperature: 1.5, topP: 1 },
      });
      for (const { lines, check, text } of poems) {
        expect(lines).toHaveLength(FORMS[form].lines);
        expect(lines.every((line) => characters(line).length === FORMS[form].length)).toBe(true);
        expect(check.violations, text).toEqual([]);
        expect(check.rhyme.ok).toBe(true);
      }
    }
    await poet.release();
  });

  it('gives the same poem for the same seed, whatever else is in the batch', async () => {
    const { folder } = await tinyModel();
    const poet = await Poet.load({ model: folder });
    const [alone] = await poet.write({ form: '五言绝句', seed: 3 });
    const batch = await poet.writeAll([
      { prompt: '写一首[七言律诗]', form: '七言律诗', themes: ['边塞'], seed: 8 },
      { prompt: '写一首[五言绝句] 要求4句', form: '五言绝句', themes: [], seed: 3 },
    ]);
    expect(batch[1]?.text).toBe(alone?.text);
    await poet.release();
  });

  it('keeps the best of several candidates', async () => {
    const poet = await Poet.load({ model: (await tinyModel()).folder });
    const options = { form: '五言绝句', themes: ['秋天'], seed: 5 } as const;
    const [first] = await poet.write(options);
    const [best] = await poet.write({ ...options, candidates: 6 });
    expect(best!.score).toBeGreaterThanOrEqual(first!.score);
    expect((await poet.write({ ...options, candidates: 6 }))[0]?.text).toBe(best!.text);
    await poet.release();
  });

  it('handles tokens of several characters: allowed when all of their characters are', () => {
    const { constraint } = constraintOf(['白日', '依', '山尽，', '山尽。', '尽尽尽'], {
      tones: false,
      rhyme: false,
    });
    const state = constraint.advance(constraint.start(), [...'白日依']);
    expect(constraint.allowed(state!)).toEqual([2]);
    const repeating = constraintOf(['白日', '依', '山尽，', '山尽。', '尽尽'], {
      tones: false,
      rhyme: false,
      allow: ['repeated-character'],
    }).constraint;
    const ids = repeating.allowed(repeating.advance(repeating.start(), [...'白日依'])!);
    expect([...ids].sort()).toEqual([0, 1, 2, 4]);
  });

  it('lets only the end of the turn follow a whole poem', () => {
    const { constraint } = constraintOf(['山'], { rhyme: false, allow: ['repeated-character'] });
    const whole = constraint.advance(constraint.start(), [
      ...'白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。',
    ]);
    expect(constraint.allowed(whole!)).toEqual([END]);
  });

  it('keeps to the template where a token goes on from one line into the next', () => {
    const characters = [...'山天江风云月日水竹雨'];
    const tokens = characters.flatMap((one) => [one, `，${one}`, `。\n${one}`]);
    const constraints = { rhyme: false, allow: ['adhesion', 'repeated-character'] } as const;
    const { constraint } = constraintOf([...tokens, '，', '。', '\n'], constraints);
    const random = new Random(8);
    for (let walk = 0; walk < 60; walk += 1) {
      let state = constraint.start();
      for (let ids = constraint.allowed(state); ids[0] !== END; ids = constraint.allowed(state)) {
        state = constraint.next(state, random.pick(ids));
      }
      const lines = Array.from({ length: 4 }, (_, line) => state.text.slice(line * 5, line * 5 + 5).join(''));
      expect(unmetConstraints(lines.join('，'), '五言绝句', constraints)).toEqual([]);
    }
  });

  it('can go on after any token that it lets pass, words that read otherwise among them', () => {
    const words = ['珍重', '相思', '不胜', '山重', '重阳', '思乡', '万乘', '教人', '应是', '看花', '空自'];
    const singles = [...'山天江风云月日水竹雨来去人一不有无花春秋夜心白青长落行上下中多入生君客城马思重'];
    const { constraint } = constraintOf([...words, ...singles, '，', '。', '\n'], {
      rhyme: false,
      allow: ['repeated-character'],
    });
    const random = new Random(4);
    for (let walk = 0; walk < 150; walk += 1) {
      let state = constraint.start();
      for (let ids = constraint.allowed(state); ids[0] !== END; ids = constraint.allowed(state)) {
        const open = ids.filter((id) => !constraint.refuses(state, id));
        expect(open, state.text.join('')).not.toEqual([]);
        state = constraint.next(state, random.pick(open));
      }
    }
  });

  it('does not rhyme on a character that is given as a later rhyme', () => {
    const { constraint } = constraintOf(['云', '君', '人', '山', '水'], {
      tones: false,
      rhyme: '文',
      lines: [undefined, undefined, undefined, '山水山水云'],
      allow: ['repeated-character'],
    });
    const before = constraint.advance(constraint.start(), [...'山水山水山，山水山水']);
    expect(constraint.allowed(before!)).toEqual([1]);
  });

  it.each([
    ['疏', '疎'],
    ['猿', '猨'],
    ['剑', '劒'],
    ['雁', '鴈'],
  ])('writes no character twice as a variant: after %s no %s, alone or within a token', (one, variant) => {
    const tokens = [one, variant, '山', `水${variant}`, `${one}${variant}`, '水'];
    const { constraint } = constraintOf(tokens, { tones: false, rhyme: false });
    expect(constraint.allowed(constraint.start())).toEqual([0, 1, 2, 3, 5]);
    for (const [id, written] of [one, variant].entries()) {
      const after = constraint.next(constraint.start(), id);
      expect(after.text).toEqual([written]);
      expect(constraint.allowed(after)).toEqual([2, 5]);
    }
    const given = constraintOf(tokens, {
      tones: false,
      rhyme: false,
      lines: [undefined, `${variant}天地风云`],
    });
    expect(given.constraint.allowed(given.constraint.start())).toEqual([2, 5]);
  });

  it('writes given characters that are no token of their own as their tokens', () => {
    const { constraint } = constraintOf(['山'], { tones: false, rhyme: false, lines: ['𠀀𠀁𠀂𠀃𠀄'] });
    let state = constraint.start();
    const written: number[] = [];
    while (state.text.length < 5) {
      const [token = -1, ...others] = constraint.allowed(state);
      expect(others).toEqual([]);
      written.push(token);
      state = constraint.next(state, token);
    }
    expect(Buffer.from(written.map((token) => token - BYTE)).toString()).toBe('𠀀𠀁𠀂𠀃𠀄');
  });
});

const END = 9_999;
const BYTE = 10_000;

/** A constraint over a vocabulary of these tokens; all else is written in bytes. */
function constraintOf(tokens: readonly string[], constraints: Constraints) {
  const vocabulary = new VerseVocabulary(tokens.map((text, id) => ({ id, characters: Array.from(text) })));
  const encode = (text: string): number[] => Array.from(Buffer.from(text), (byte) => BYTE + byte);
  const plan = planPoem('五言绝句', constraints, vocabulary, new Random(1));
  return { constraint: new PoemConstraint(plan, { vocabulary, endOfTurn: END, encode }) };
}

describe('random requests', () => {
  it('are met or refused, by a model that knows nothing', async () => {
    const poet = await Poet.load({ model: (await tinyModel()).folder });
    const random = new Random(4);
    const pool = {
      characters: [...'春夏秋冬山水风月花鸟日夜天地人心海雨'],
      lines: ['床前明月光', '白日依山尽'],
    };
    const orders: ConstrainedOrder[] = [];
    let refused = 0;
    for (let seed = 0; seed < 300; seed += 1) {
      const order = randomOrder(random, seed, pool);
      try {
        poet.check(order);
        orders.push(order);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        refused += 1;
      }
    }
    expect(orders.length).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(20);
    const poems = await poet.writeAll(orders, { sampling: { temperature: 2, topP: 1 } });
    poems.forEach(({ text, form }, index) => {
      const { constraints = {} } = orders[index] ?? {};
      expect(unmetConstraints(text, form, constraints), `${text} ${JSON.stringify(constraints)}`).toEqual([]);
    });
    await poet.release();
  });
});

describe('the shipped poet', () => {
  it('writes a regulated quatrain, and the same one again', async () => {
    const poet = await Poet.load({ model: 'models/miniature', adapter: 'models/miniature-dpo' });
    const options = { form: '五言绝句', themes: ['山水', '自然', '宁静'] } as const;
    const [poem] = await poet.write(options);
    expect(splitLines(poem!.text)).toHaveLength(4);
    expect(checkPoem(poem!.text).regulated).toBe(true);
    expect((await poet.write(options))[0]?.text).toBe(poem!.text);
    await poet.release();
    const tokenizer = await Tokenizer.load('models/miniature');
    expect(tokenizer.decode(tokenizer.encode('床前明月光，𠀀！'))).toBe('床前明月光，𠀀！');
    await expect(
      loadAdapter('models/miniature', (await openModel('models/miniature')).config),
    ).rejects.toThrow('not an adapter folder');
  });
});
