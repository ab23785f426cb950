/** A request for poems: what it may say, by one schema for the library, HTTP and the command line. */
import { Type } from 'typebox';
import { formByName, FORM_NAMES, type FormName } from '../poetry/forms/forms.js';
import { SCRIPTS, type Script } from '../poetry/script/script.js';
import { InputError } from '../support/errors.js';
import { checked, shownValue } from '../support/schema.js';
import { SeedSchema } from '../support/settings.js';
import {
  CONSTRAINT_NAMES,
  ConstraintsSchema,
  words,
  type Constraints,
} from './constraints/constraint-schema.js';
import { restorePoem, restorerFor, scriptOfRequest, simplifiedConstraints } from './request-script.js';
import { leadSubject, simplifiedSubject, type LedSubject } from './subject-request.js';
import type { WrittenPoem } from './written-poem.js';
import {
  BeamsSchema,
  CandidatesSchema,
  CountSchema,
  SamplingSchema,
  type SamplingOptions,
} from './decoding/generation-settings.js';

export interface BatchOptions extends Constraints {
  readonly sampling?: Partial<SamplingOptions>;
  /** Switches all constraints off: the model alone decides. */
  readonly free?: boolean;
  /** Refuse lines that the index of known lines has, word for word or nearly. Needs an index. */
  readonly original?: boolean;
  /** Called with each new token: which poem, and its text so far. */
  readonly onToken?: (poem: number, text: string) => void;
  readonly signal?: AbortSignal;
}

export interface WriteOptions extends BatchOptions {
  /** Its name or short name: 五言绝句, 五绝. */
  readonly form: string;
  readonly themes?: readonly string[];
  /** The script of the poems; that of the request where absent. */
  readonly script?: Script;
  /** Leave themes and prompt as they are: words that poems do not know are not led to those that they know. */
  readonly literal?: boolean;
  /** What the model reads instead of the plain prompt for form and themes. */
  readonly prompt?: string;
  /** Poems to write, in one batch. */
  readonly count?: number;
  /** Candidates a poem, of which the best by score is kept. */
  readonly candidates?: number;
  /** Keeps so many beginnings and takes the likeliest poem (beam search); temperature and seed then change nothing. */
  readonly beams?: number;
  readonly seed?: number;
}

/** Characters that a prompt may have. */
export const LONGEST_PROMPT = 500;

export const ScriptSchema = Type.Enum([...SCRIPTS], {
  description: 'the script of the poem; that of the request where absent',
});

/** What a poem is asked for by, beside its form and its constraints. */
export const REQUEST_SETTINGS = {
  themes: Type.Optional(words('what the poem is to be about')),
  prompt: Type.Optional(
    Type.String({
      maxLength: LONGEST_PROMPT,
      description: 'what the model reads instead of the plain prompt for form and themes',
    }),
  ),
  sampling: Type.Optional(Type.Partial(SamplingSchema)),
  free: Type.Optional(Type.Boolean({ description: 'no constraints: the model alone decides' })),
  original: Type.Optional(
    Type.Boolean({ description: 'no line that the corpus has, word for word or nearly' }),
  ),
  script: Type.Optional(ScriptSchema),
  literal: Type.Optional(
    Type.Boolean({
      description:
        'themes and prompt as they are: words that poems do not know are not led to those that they know',
    }),
  ),
  candidates: Type.Optional(CandidatesSchema),
  seed: Type.Optional(SeedSchema),
};

const RequestSchema = Type.Object(
  {
    form: Type.String(),
    ...REQUEST_SETTINGS,
    count: Type.Optional(CountSchema),
    beams: Type.Optional(BeamsSchema),
    ...ConstraintsSchema.properties,
    // What no JSON carries.
    onToken: Type.Optional(Type.Unknown()),
    signal: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: false },
);

/** A form by its name or short name. @throws InputError for a name of none */
export function formOf(name: unknown): FormName {
  const form = typeof name === 'string' ? formByName(name) : undefined;
  if (form) return form;
  throw new InputError(`form: found ${shownValue(name)}, expected one of ${FORM_NAMES.join(', ')}`);
}

/**
 * The options of a request, its form by its full name.
 *
 * @throws InputError for a setting out of its range, an unknown one, and for two of which one would be dropped
 */
export function checkedRequest(options: WriteOptions): WriteOptions & { readonly form: FormName } {
  const lines = options.lines?.map((line) => line ?? null);
  checked(RequestSchema, lines === undefined ? options : { ...options, lines });
  requireNothingDropped(options);
  return { ...options, form: formOf(options.form) };
}

/**
 * A request as the model reads it, in simplified script and words that poems have, and how a poem that is written for it is put into the
 * request's script.
 */
export async function forModel(
  options: WriteOptions,
): Promise<{ readonly asked: WriteOptions; readonly restore: (poem: WrittenPoem) => WrittenPoem }> {
  checkedRequest(options);
  const { script = scriptOfRequest(options), literal, onToken } = options;
  const restore = await restorerFor(script, options);
  const led: LedSubject = literal ? simplifiedSubject(options) : await leadSubject(options);
  const { understood, ...subject } = led;
  const told = understood?.map((part) => ({ ...part, words: part.words.map((word) => restore(word)) }));
  const asked = {
    ...options,
    ...simplifiedConstraints(options),
    ...subject,
    ...(onToken ? { onToken: (poem: number, text: string) => onToken(poem, restore(text, true)) } : {}),
  };
  return {
    asked,
    restore: (poem) => ({ ...restorePoem(poem, restore), ...(told ? { understood: told } : {}) }),
  };
}

/** @throws InputError for constraints of a request that is to be free of them, and the like */
export function requireNothingDropped(options: Omit<WriteOptions, 'form'>): void {
  if (options.free) {
    // How many lines there are to be, the prompt says too.
    const held = [...CONSTRAINT_NAMES, 'original' as const].find(
      (name) => name !== 'lineCount' && isAsked(options[name]),
    );
    if (held) throw new InputError(`${held}: found together with free, expected one of the two`);
  }
  if ((options.beams ?? 1) > 1 && (options.candidates ?? 1) > 1) {
    throw new InputError(
      'candidates: found together with beams, expected one of the two: beam search writes one poem',
    );
  }
}

/** What asks for something: an empty list, and false where it is what is taken anyway, do not. */
function isAsked(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}
