/** What a poem can be held to: one schema, which HTTP checks requests by, and from which the types come. */
import { Type, type Static } from 'typebox';
import { MOST_LINES_WRITTEN } from '../../poetry/forms/forms.js';
import { LIFTABLE_RULES, type LiftableRule } from './tonal-templates.js';

const text = (maxLength: number, description: string) => Type.String({ maxLength, description });

/** Some words, as a request gives them. */
export const words = (description: string) =>
  Type.Array(Type.String({ maxLength: 20 }), { maxItems: 12, description });

/** What is absent is on, or not asked for. */
export const ConstraintsSchema = Type.Object(
  {
    tones: Type.Optional(
      Type.Boolean({ description: 'keep to a tonal template of regulated verse; on by default' }),
    ),
    template: Type.Optional(
      text(20, '平起 or 仄起, 首句入韵 or 首句不入韵, or both; the model chooses where absent'),
    ),
    rhyme: Type.Optional(
      Type.Union(
        [
          Type.Boolean(),
          text(10, 'a group of 平水韵, a level-tone one but for old-style verse: 下平一先, or 先'),
        ],
        {
          description: 'rhyme in one group; on by default',
        },
      ),
    ),
    lineCount: Type.Optional(
      Type.Integer({
        minimum: 4,
        maximum: MOST_LINES_WRITTEN,
        description: 'how many lines, of a form that leaves it open; its usual number where absent',
      }),
    ),
    rhymeTone: Type.Optional(
      Type.Enum(['level', 'oblique'], {
        description:
          'old-style verse: rhyme in level (平) or oblique (仄) tones; the model chooses where absent',
      }),
    ),
    changeRhyme: Type.Optional(
      Type.Boolean({ description: 'old-style verse: another rhyme every four lines (换韵)' }),
    ),
    allow: Type.Optional(
      Type.Array(Type.Enum([...LIFTABLE_RULES]), {
        maxItems: LIFTABLE_RULES.length,
        description:
          'rules that may be broken: 粘 adhesion, 对 opposition, 孤平 lone-level, 三平尾 three-level, 重字 repeated-character',
      }),
    ),
    acrostic: Type.Optional(text(MOST_LINES_WRITTEN, '藏头: the first characters of the lines')),
    acrosticEnd: Type.Optional(text(MOST_LINES_WRITTEN, '藏尾: the last characters of the lines')),
    lines: Type.Optional(
      Type.Array(Type.Union([text(20, 'a line'), Type.Null()]), {
        maxItems: MOST_LINES_WRITTEN,
        description: 'lines that are given, by place; null for those to be written',
      }),
    ),
    forbidden: Type.Optional(words('characters and words that must not occur')),
    required: Type.Optional(words('words that must occur; their places are drawn by the seed')),
  },
  { additionalProperties: false },
);

/** Constraints as JSON carries them. */
export type JsonConstraints = Readonly<Static<typeof ConstraintsSchema>>;

/** The names of all constraints. */
export const CONSTRAINT_NAMES = Object.keys(ConstraintsSchema.properties) as (keyof JsonConstraints)[];

/** Constraints as the library takes them: lines that are to be written are undefined. */
export interface Constraints extends Omit<JsonConstraints, 'lines' | 'allow' | 'forbidden' | 'required'> {
  readonly lines?: readonly (string | undefined)[];
  readonly allow?: readonly LiftableRule[];
  readonly forbidden?: readonly string[];
  readonly required?: readonly string[];
}

/** The constraints among the options of a request. */
export function constraintsOf(options: Constraints): Constraints {
  return Object.fromEntries(CONSTRAINT_NAMES.map((name) => [name, options[name]]));
}
