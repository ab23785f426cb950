import { describe, expect, it } from 'vitest';
import {
  EMPTY_REQUEST,
  NO_RHYME,
  toRequest,
  withForm,
  type RequestFields,
} from '../../src/studio/page/request-fields.js';
import { WriteSchema } from '../../src/studio/schemas.js';
import { problemOf } from '../../src/support/schema.js';
import { ConstraintsSchema } from '../../src/writing/constraints/constraint-schema.js';
import { SamplingSchema } from '../../src/writing/decoding/generation-settings.js';

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

  it('keep of another form’s what the new one can have', () => {
    const octave = withForm(FILLED, '七言律诗');
    expect(octave.constraints).toMatchObject({ lineCount: '', rhymeTone: '', changeRhyme: false, rhyme: '' });
    expect(octave.constraints).toMatchObject({ acrostic: '春', lines: FILLED.constraints.lines });
    expect(withForm(FILLED, '七言古诗').constraints).toMatchObject({ lineCount: '', rhymeTone: 'level' });
  });
});
