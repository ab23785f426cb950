import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { checked, expectation, problemOf } from '../../src/support/schema.js';

const Poem = Type.Object(
  {
    form: Type.Enum(['五言绝句', '七言绝句']),
    temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 5 })),
    topP: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    r: Type.Optional(Type.Integer({ minimum: 1 })),
    rhyme: Type.Optional(Type.Union([Type.Boolean(), Type.String({ maxLength: 3 })])),
    lines: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Null()]), { maxItems: 2 })),
    sampling: Type.Optional(
      Type.Object({ topK: Type.Integer({ minimum: 0 }) }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);

describe('a value against its schema', () => {
  it.each<[object, string]>([
    [{ form: '六言' }, 'form: found "六言", expected one of 五言绝句, 七言绝句'],
    [{}, 'form: missing, expected one of 五言绝句, 七言绝句'],
    [{ form: '五言绝句', temprature: 1 }, 'temprature: unknown key, did you mean temperature?'],
    [{ form: '五言绝句', zzz: 1 }, 'zzz: unknown key'],
    [{ form: '五言绝句', temperature: -3 }, 'temperature: found -3, expected a number from 0 to 5'],
    [{ form: '五言绝句', temperature: NaN }, 'temperature: found NaN, expected a number from 0 to 5'],
    [{ form: '五言绝句', topP: 0 }, 'topP: found 0, expected a positive number up to 1'],
    [
      { form: '五言绝句', seed: 2 ** 60 },
      `seed: found ${2 ** 60}, expected a whole number from 0 to 2^53 − 1`,
    ],
    [{ form: '五言绝句', r: 1.5 }, 'r: found 1.5, expected a whole number of 1 or more'],
    [
      { form: '五言绝句', rhyme: 1 },
      'rhyme: found 1, expected true or false or a string of at most 3 characters',
    ],
    [{ form: '五言绝句', lines: [null, 2] }, 'lines[1]: found 2, expected a string or null'],
    [
      { form: '五言绝句', lines: ['', '', ''] },
      'lines: found ["","",""], expected a list of at most 2 items, each a string or null',
    ],
    [{ form: '五言绝句', sampling: { topK: 1, k: 2 } }, 'sampling.k: unknown key'],
    [{ form: '五言绝句', sampling: [] }, 'sampling: found [], expected an object'],
  ])('%j: %s', (value, problem) => {
    expect(problemOf(Poem, value)).toBe(problem);
    expect(() => checked(Poem, value, 'request')).toThrow(`request.${problem}`);
  });

  it('is as it should be', () => {
    const poem = {
      form: '五言绝句',
      seed: 0,
      rhyme: '先',
      lines: [null, '白日依山尽'],
      sampling: { topK: 0 },
    };
    expect(checked(Poem, poem)).toBe(poem);
    expect(problemOf(Poem, null)).toBe('found null, expected an object');
  });

  it('shows the beginning of what is long', () => {
    expect(problemOf(Type.Integer(), '山'.repeat(5000), 'r')).toBe(
      `r: found "${'山'.repeat(59)}…, expected a whole number`,
    );
  });

  it('is told by the schema’s own words where it has some', () => {
    expect(expectation(Type.String({ expected: 'a name', maxLength: 3 }))).toBe('a name');
  });
});
