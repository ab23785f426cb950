import { describe, expect, it } from 'vitest';
import {
  CONSTRAINT_NAMES,
  constraintsOf,
  type Constraints,
} from '../../../src/writing/constraints/constraint-schema.js';

/** Something for every constraint, none of it what is taken where it is absent. */
const ALL: Required<Constraints> = {
  tones: false,
  template: '仄起',
  rhyme: '先',
  rhymeTone: 'level',
  changeRhyme: true,
  lineCount: 12,
  allow: ['adhesion'],
  acrostic: '春',
  acrosticEnd: '秋',
  lines: ['床前明月光'],
  forbidden: ['愁'],
  required: ['月'],
};

describe('constraints', () => {
  it('are all taken from the options of a request, and nothing else is', () => {
    expect(Object.keys(ALL).sort()).toEqual([...CONSTRAINT_NAMES].sort());
    expect(constraintsOf({ ...ALL, ...{ form: '五言绝句', seed: 3 } })).toEqual(ALL);
  });
});
