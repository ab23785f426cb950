/** What the studio's own routes take and give, as JSON schemas: they check requests, type the code and make the OpenAPI document. */
import { Type, type TSchema } from 'typebox';
import { BOOK_NAMES } from '../poetry/readings/book-names.js';
import { FORM_NAMES } from '../poetry/forms/forms.js';
import { nameSchema } from '../support/names.js';
import { ConstraintsSchema } from '../writing/constraints/constraint-schema.js';
import { REQUEST_SETTINGS } from '../writing/write-request.js';
import { JobSettingsSchema } from './job-settings.js';

const closed = { additionalProperties: false } as const;
const oneOf = (values: readonly string[], description: string): TSchema =>
  Type.Enum([...values], { description });

/** Text of a person: a poem, a prompt, a line. */
const text = (maxLength: number, description: string) => Type.String({ maxLength, description });

export const WriteSchema = Type.Object(
  {
    model: Type.Optional(text(200, 'an id of GET /v1/models; the default one where absent')),
    form: Type.Optional(
      text(20, `${FORM_NAMES.join(', ')}, or a short name; the prompt’s where absent, or else 五言绝句`),
    ),
    ...REQUEST_SETTINGS,
    constraints: Type.Optional(ConstraintsSchema),
  },
  closed,
);

export const CheckSchema = Type.Object(
  {
    text: text(5000, 'a poem'),
    book: Type.Optional(oneOf(BOOK_NAMES, 'the rhyme book; 平水韵 where absent')),
  },
  closed,
);

export const SuggestSchema = Type.Object(
  {
    ...CheckSchema.properties,
    model: Type.Optional(text(200, 'an id of GET /v1/models; the default one where absent')),
  },
  closed,
);

// The blocks of Unicode’s characters, written out: not every reader of a schema knows \p{Script=Han}.
export const LookupSchema = Type.Object(
  {
    character: Type.String({
      maxLength: 8,
      pattern: String.raw`^ *[㐀-䶿一-鿿\uf900-\ufad9𠀀-𲎯] *$`,
      expected: 'one Chinese character',
      description: 'a Chinese character',
    }),
  },
  closed,
);

export const RhymeSchema = Type.Object(
  {
    group: text(20, 'a rhyme group, or a character whose groups are meant'),
    book: Type.Optional(oneOf(BOOK_NAMES, 'the rhyme book; 平水韵 where absent')),
    script: Type.Optional(oneOf(['simplified', 'traditional'], 'simplified where absent')),
  },
  closed,
);

const side = (description: string) => text(2000, description);
export const VoteSchema = Type.Object(
  {
    prompt: text(500, 'what both were asked'),
    chosen: side('the better poem'),
    rejected: side('the other one'),
    chosenModel: text(200, 'who wrote the better one'),
    rejectedModel: text(200, 'who wrote the other one'),
    blind: Type.Optional(Type.Boolean({ description: 'whether the names were hidden' })),
  },
  closed,
);

export const ThumbSchema = Type.Object(
  {
    prompt: text(500, 'what was asked'),
    poem: side('the poem'),
    label: Type.Boolean({ description: 'whether it is a good one' }),
    model: text(200, 'who wrote it'),
  },
  closed,
);

export const TrainSchema = Type.Object(
  {
    recipe: text(300, 'a recipe of GET /api/studio'),
    data: Type.Optional(text(300, 'a data folder of GET /api/studio; the starter corpus where absent')),
    stage: Type.Optional(nameSchema({ description: 'only this stage' })),
    settings: Type.Optional(JobSettingsSchema),
    dry_run: Type.Optional(
      Type.Boolean({
        description:
          'train nothing: the lines of the job say what each stage would take (steps, tokens, seconds, memory)',
      }),
    ),
  },
  closed,
);

export const EvaluateSchema = Type.Object(
  {
    models: Type.Array(text(200, 'an id of GET /v1/models'), { minItems: 1, maxItems: 8 }),
    data: Type.Optional(text(300, 'a data folder of GET /api/studio; the starter corpus where absent')),
    prompts: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    seeds: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })),
  },
  closed,
);

export const AddModelSchema = Type.Object(
  {
    model: Type.String({
      minLength: 1,
      maxLength: 300,
      description: 'a folder, or an id of the Hugging Face hub',
    }),
    adapter: Type.Optional(text(300, 'a PEFT adapter folder')),
  },
  closed,
);

export const ErrorSchema = Type.Object({
  error: Type.Object({
    message: Type.String(),
    type: Type.String(),
    param: Type.Union([Type.String(), Type.Null()]),
    code: Type.Union([Type.Integer(), Type.String()]),
  }),
});
