/** A request for a poem as JSON carries it: over HTTP, or from a page to its worker. */
import type { FormName } from '../poetry/forms.js';
import { parsePrompt } from '../poetry/prompt.js';
import type { Constraints, JsonConstraints } from './constraint-schema.js';
import type { SamplingOptions } from './generation-settings.js';
import type { WriteOptions } from './writer.js';

export interface JsonRequest {
  readonly model?: string;
  readonly form?: FormName;
  readonly themes?: readonly string[];
  readonly prompt?: string;
  readonly constraints?: JsonConstraints;
  readonly sampling?: Partial<SamplingOptions>;
  readonly free?: boolean;
  readonly original?: boolean;
  readonly candidates?: number;
  readonly seed?: number;
}

const DEFAULT_FORM: FormName = '五言绝句';

export function readConstraints({ lines, ...others }: JsonConstraints = {}): Constraints {
  return { ...others, lines: lines?.map((line) => line ?? undefined) };
}

/** A request as the library's options. What it leaves out, its prompt may say. */
export function readWriteOptions(request: JsonRequest): WriteOptions {
  const { prompt, constraints, sampling, free, original, candidates, seed } = request;
  const parsed = prompt === undefined ? undefined : parsePrompt(prompt);
  return {
    ...readConstraints(constraints),
    form: request.form ?? parsed?.form ?? DEFAULT_FORM,
    themes: request.themes ?? parsed?.themes ?? [],
    ...{ prompt, sampling, free, original, candidates, seed },
  };
}
