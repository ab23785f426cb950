/** A request for a poem as JSON carries it: over HTTP, or from a page to its worker. */
import type { FormName } from '../poetry/forms/forms.js';
import type { Script } from '../poetry/script/script.js';
import type { Constraints, JsonConstraints } from './constraints/constraint-schema.js';
import type { SamplingOptions } from './decoding/generation-settings.js';
import { readPrompt } from './prompt-request.js';
import { formOf, type WriteOptions } from './write-request.js';

export interface JsonRequest {
  readonly model?: string;
  /** Its name or short name. */
  readonly form?: string;
  readonly themes?: readonly string[];
  readonly prompt?: string;
  readonly constraints?: JsonConstraints;
  readonly sampling?: Partial<SamplingOptions>;
  readonly free?: boolean;
  readonly original?: boolean;
  readonly script?: Script;
  readonly literal?: boolean;
  readonly candidates?: number;
  readonly seed?: number;
}

const DEFAULT_FORM: FormName = '五言绝句';

/** Constraints as the library has them: a line that JSON leaves open with null is undefined. */
export function readConstraints({ lines, ...others }: JsonConstraints = {}): Constraints {
  return { ...others, lines: lines?.map((line) => line ?? undefined) };
}

/** A request as the library's options. What it leaves out, its prompt may say. @throws InputError for what is not written */
export function readWriteOptions(request: JsonRequest): WriteOptions {
  const { prompt, constraints, sampling, free, original, script, literal, candidates, seed } = request;
  const form = request.form === undefined ? undefined : formOf(request.form);
  const asked = prompt === undefined ? undefined : readPrompt(prompt, { ...constraints, form });
  return {
    lineCount: asked?.lineCount,
    ...(free ? {} : { rhyme: asked?.rhyme }),
    ...readConstraints(constraints),
    // As it is written: its script is that of the request.
    form: request.form ?? asked?.form ?? DEFAULT_FORM,
    themes: request.themes ?? asked?.themes ?? [],
    ...{ prompt, sampling, free, original, script, literal, candidates, seed },
  };
}
