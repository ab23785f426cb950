import { describe, expect, it } from 'vitest';
import {
  EMPTY_REQUEST,
  isSentence,
  NO_RHYME,
  rewriteRequest,
  toRequest,
  withForm,
  type RequestFields,
} from '../../src/studio/page/request-fields.js';
import { OPENING_POEM } from '../../src/studio/page/opening-poem.js';
import { withTypedForm } from '../../src/studio/page/typed-form.js';
import { WriteSchema } from '../../src/studio/schemas.js';
import { problemOf } from '../../src/support/schema.js';
import { POEM_CHOICES } from '../../src/writing/choices.js';
import { ConstraintsSchema } from '../../src/writing/constraints/constraint-schema.js';
import { SamplingSchema } from '../../src/writing/decoding/generation-settings.js';
import { readPrompt } from '../../src/writing/prompt-request.js';

/** Something in every field, none of it what is taken where it is empty. */
const FILLED: RequestFields = {
  model: 'models/miniature',
  form: '五言古诗',
  themes: '秋天、明月',
  prompt: '写一首诗',
  constraints: {
    tones: false,
    template: '仄起',
    rhyme: '下平一先',
    lineCount: '12',
    rhymeTone: 'level',
    changeRhyme: true,
    allow: ['adhesion'],
    acrostic: '春',
    acrosticEnd: '秋',
    lines: '床前明月光，疑是地上霜。',
    forbidden: '愁 恨',
    required: '月',
  },
  sampling: { temperature: '0.5', topP: '0.9', topK: '40', minP: '0.1', repetitionPenalty: '1.2' },
  constrained: true,
  original: true,
  literal: true,
  candidates: 2,
  seed: '7',
};

const keys = (value: object = {}): string[] => Object.keys(value).sort();

describe('the fields of the page', () => {
  it('make every key of a request, and HTTP takes it', () => {
    const request = toRequest(FILLED);
    expect(problemOf(WriteSchema, request)).toBeUndefined();
    // The page turns its poems into either script itself.
    expect(keys({ ...request, free: true, script: 'simplified' })).toEqual(keys(WriteSchema.properties));
    expect(keys(request.constraints)).toEqual(keys(ConstraintsSchema.properties));
    expect(keys(request.sampling)).toEqual(keys(SamplingSchema.properties));
    expect(request.constraints?.lines).toEqual(['床前明月光', '疑是地上霜']);
    expect(request.constraints?.forbidden).toEqual(['愁', '恨']);
  });

  it('ask for nothing that is left empty, and for no constraints where they are off', () => {
    expect(toRequest(EMPTY_REQUEST).constraints).toEqual({});
    expect(toRequest({ ...FILLED, constrained: false })).toMatchObject({ free: true });
    expect(keys(toRequest({ ...FILLED, constrained: false }))).not.toContain('constraints');
    const constraints = { ...EMPTY_REQUEST.constraints, rhyme: NO_RHYME };
    expect(toRequest({ ...EMPTY_REQUEST, constraints }).constraints).toEqual({ rhyme: false });
  });

  it('ask for a poem on a sentence in the words in which models were asked', () => {
    for (const [subject, sentence] of [
      ['秋天、明月 故乡', false],
      ['山水', false],
      ['秋夜想起远方的朋友', true],
      ['下雪了。', true],
      ['雨停了，桥上没有人等我', true],
    ] as const) {
      expect([subject, isSentence(subject)]).toEqual([subject, sentence]);
    }
    const asked = toRequest({ ...EMPTY_REQUEST, themes: '雨停了，桥上没有人等我。', form: '七言绝句' });
    expect(asked.prompt).toBe('雨停了，桥上没有人等我，请据此写一首七言绝句');
    expect(readPrompt(asked.prompt!)).toMatchObject({
      form: '七言绝句',
      themes: ['雨停了', '桥上没有人等我'],
    });
    expect(asked.themes).toBeUndefined();
    // What was typed as a prompt is what the model reads.
    const typed = toRequest({ ...EMPTY_REQUEST, themes: '秋夜想起远方的朋友', prompt: '写一首诗' });
    expect(typed).toMatchObject({ prompt: '写一首诗', themes: ['秋夜想起远方的朋友'] });
  });

  it('write one line of a poem anew, and keep the others', () => {
    const { model, form, themes, constraints } = rewriteRequest(OPENING_POEM, 2, EMPTY_REQUEST);
    expect([model, form, themes]).toEqual([undefined, '五言绝句', ['山水', '自然', '宁静']]);
    expect(constraints).toEqual({ lines: ['自爱青山曲', null, '不辞尘外客', '可惜酒家翁'] });
  });

  it('are of the form that a typed prompt names, whichever is chosen', async () => {
    expect(await withTypedForm(EMPTY_REQUEST)).toBe(EMPTY_REQUEST);
    const named = await withTypedForm({ ...EMPTY_REQUEST, prompt: '以“秋思”为题，作一首七言律詩' });
    expect(named.form).toBe('七言律诗');
    expect((await withTypedForm({ ...FILLED, prompt: '写秋天' })).form).toBe('五言古诗');
  });

  it('keep of another form’s what the new one can have', () => {
    const octave = withForm(FILLED, '七言律诗', POEM_CHOICES.forms);
    expect(octave.constraints).toMatchObject({ lineCount: '', rhymeTone: '', changeRhyme: false, rhyme: '' });
    expect(octave.constraints).toMatchObject({ acrostic: '春', lines: FILLED.constraints.lines });
    expect(withForm(FILLED, '七言古诗', POEM_CHOICES.forms).constraints).toMatchObject({
      lineCount: '',
      rhymeTone: 'level',
    });
  });
});
