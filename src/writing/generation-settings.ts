/**
 * The settings of generation, each with its range and meaning, once: the command line, HTTP and the library read them here. Names and
 * meanings are those of Transformers' GenerationConfig.
 */
import { Type, type Static } from 'typebox';

export const SamplingSchema = Type.Object(
  {
    temperature: Type.Number({
      minimum: 0,
      maximum: 5,
      description: 'sampling temperature; 0 takes the likeliest token',
    }),
    topK: Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      description: 'keep the k likeliest tokens; 0 keeps all',
    }),
    topP: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'keep the smallest set of tokens whose probability reaches this',
    }),
    minP: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'keep tokens at least so likely, relative to the likeliest',
    }),
    repetitionPenalty: Type.Number({
      exclusiveMinimum: 0,
      maximum: 5,
      description: 'above 1: what was written becomes less likely; 1 changes nothing',
    }),
  },
  { additionalProperties: false },
);
export type SamplingOptions = Readonly<Static<typeof SamplingSchema>>;

export const SAMPLING_DEFAULTS: SamplingOptions = {
  temperature: 0.8,
  topK: 0,
  topP: 0.95,
  minP: 0,
  repetitionPenalty: 1,
};

/** Candidates of a poem, or answers to a message: they are decoded together. */
export const CandidatesSchema = Type.Integer({
  minimum: 1,
  maximum: 64,
  description: 'candidates a poem, of which the best by score is kept',
});
export const CountSchema = Type.Integer({ minimum: 1, maximum: 100_000, description: 'number of poems' });
export const BeamsSchema = Type.Integer({
  minimum: 1,
  maximum: 64,
  description:
    'beam search instead of sampling: the likeliest poem; temperature and seed then change nothing',
});
export const SeedSchema = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'the same seed gives the same poem',
});
export const MaxTokensSchema = Type.Integer({
  minimum: 1,
  maximum: 1_000_000,
  description: 'tokens of an answer',
});
