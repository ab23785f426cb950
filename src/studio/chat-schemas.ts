/**
 * The part of OpenAI's chat completions that the studio speaks. Keys that change nothing in what is written are ignored where they are not
 * known, as other servers do; those that would change it are refused.
 */
import { Type, type Static } from 'typebox';
import { ConstraintsSchema } from '../writing/constraints/constraint-schema.js';
import { SeedSchema } from '../support/settings.js';
import { CandidatesSchema, SamplingSchema } from '../writing/decoding/generation-settings.js';
import { ScriptSchema } from '../writing/write-request.js';

const { temperature, topP, topK, minP, repetitionPenalty } = SamplingSchema.properties;

/** A message's content: text, or parts of text. */
const Content = Type.Union([
  Type.String({ maxLength: 20_000 }),
  Type.Array(Type.Object({ type: Type.Literal('text'), text: Type.String({ maxLength: 20_000 }) }), {
    minItems: 1,
    maxItems: 100,
  }),
]);

export const ChatSchema = Type.Object({
  model: Type.String({ maxLength: 200, description: 'an id of GET /v1/models' }),
  messages: Type.Array(
    Type.Object({ role: Type.Enum(['system', 'developer', 'user', 'assistant']), content: Content }),
    { minItems: 1, maxItems: 100 },
  ),
  temperature: Type.Optional(Type.Union([temperature, Type.Null()])),
  top_p: Type.Optional(Type.Union([topP, Type.Null()])),
  // As vLLM and llama.cpp call them.
  top_k: Type.Optional(Type.Union([topK, Type.Null()])),
  min_p: Type.Optional(Type.Union([minP, Type.Null()])),
  repetition_penalty: Type.Optional(Type.Union([repetitionPenalty, Type.Null()])),
  max_tokens: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
  max_completion_tokens: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
  n: Type.Optional(Type.Union([CandidatesSchema, Type.Null()])),
  seed: Type.Optional(Type.Union([SeedSchema, Type.Null()])),
  stop: Type.Optional(
    Type.Union([
      Type.String({ minLength: 1, maxLength: 100 }),
      Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1, maxItems: 4 }),
      Type.Null(),
    ]),
  ),
  stream: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  stream_options: Type.Optional(
    Type.Union([Type.Object({ include_usage: Type.Optional(Type.Boolean()) }), Type.Null()]),
  ),
  free: Type.Optional(
    Type.Boolean({
      description:
        'ours: switches off the constraints that a message asking for a known form (写一首[五言绝句] …) is answered under',
    }),
  ),
  constraints: Type.Optional(ConstraintsSchema),
  script: Type.Optional(ScriptSchema),
});
export type ChatBody = Static<typeof ChatSchema>;

const Usage = Type.Object({
  prompt_tokens: Type.Integer(),
  completion_tokens: Type.Integer(),
  total_tokens: Type.Integer(),
});

export const ChatAnswerSchema = Type.Object({
  id: Type.String(),
  object: Type.Literal('chat.completion'),
  created: Type.Integer(),
  model: Type.String(),
  choices: Type.Array(
    Type.Object({
      index: Type.Integer(),
      message: Type.Object({ role: Type.Literal('assistant'), content: Type.String() }),
      finish_reason: Type.Enum(['stop', 'length']),
      logprobs: Type.Null(),
    }),
  ),
  usage: Usage,
});

/** What OpenAI's API, or a server that speaks it, has and the studio has not, with the values that ask for nothing. */
const UNSUPPORTED: Readonly<Record<string, readonly unknown[]>> = {
  tools: [[]],
  tool_choice: ['none', 'auto'],
  functions: [[]],
  function_call: ['none', 'auto'],
  response_format: [{ type: 'text' }],
  logprobs: [false],
  top_logprobs: [0],
  logit_bias: [{}],
  frequency_penalty: [0],
  presence_penalty: [0],
  audio: [],
  modalities: [['text']],
  prediction: [],
  web_search_options: [],
  reasoning_effort: ['none'],
  verbosity: ['medium'],
  best_of: [1],
  use_beam_search: [false],
  min_tokens: [0],
  ignore_eos: [false],
  stop_token_ids: [[]],
  grammar: [''],
  json_schema: [],
  guided_json: [],
  guided_regex: [],
  guided_choice: [],
  guided_grammar: [],
  structured_outputs: [],
};
/** The same of a message. */
const UNSUPPORTED_IN_MESSAGES: typeof UNSUPPORTED = { tool_calls: [[]], function_call: [], audio: [] };

function firstOf(table: typeof UNSUPPORTED, value: object): string | undefined {
  const asks = ([key, asked]: [string, unknown]): boolean =>
    Object.hasOwn(table, key) &&
    asked !== null &&
    !table[key]?.some((nothing) => JSON.stringify(nothing) === JSON.stringify(asked));
  return Object.entries(value).find(asks)?.[0];
}

/** The first key of a request that asks for what the studio has not. */
export function unsupportedKey(body: ChatBody): string | undefined {
  const inMessages = body.messages.map((message, index) => {
    const key = firstOf(UNSUPPORTED_IN_MESSAGES, message);
    return key === undefined ? undefined : `messages[${index}].${key}`;
  });
  return firstOf(UNSUPPORTED, body) ?? inMessages.find((key) => key !== undefined);
}

export const ModelSchema = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('model'),
    created: Type.Integer(),
    owned_by: Type.String(),
  },
  { description: 'the model' },
);
export const ModelsSchema = Type.Object(
  {
    object: Type.Literal('list'),
    data: Type.Array(ModelSchema),
  },
  { description: 'the models, the default one first' },
);
