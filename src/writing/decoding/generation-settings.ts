/**
 * The settings of generation, each with its range and meaning, once: the command line, HTTP and the library read them here. Names and
 * meanings are those of Transformers' GenerationConfig.
 */
import { Type, type Static } from 'typebox';
import { countSchema, MOST, wholeSchema } from '../../support/settings.js';

export const SamplingSchema = Type.Object(
  {
    temperature: Type.Number({
      minimum: 0,
      maximum: 5,
      description: 'sampling temperature; 0 takes the likeliest token',
    }),
    topK: wholeSchema(MOST, { description: 'keep the k likeliest tokens; 0 keeps all' }),
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
export const CandidatesSchema = countSchema(64, {
  description: 'candidates a poem, of which the best by score is kept',
});
export const CountSchema = countSchema(100_000, { description: 'number of poems' });
export const BeamsSchema = countSchema(64, {
  description:
    'beam search instead of sampling: the likeliest poem; temperature and seed change nothing then',
});
export const MaxTokensSchema = countSchema(MOST, { description: 'tokens of an answer' });
/** Sequences that are decoded together; more wait for their turn. */
export const SequencesSchema = countSchema(1024, { description: 'poems decoded together' });
