/** What a free-text prompt asks for, as the options of a request; what cannot be written is refused. */
import { FORM_NAMES, FORMS, writtenLineCounts, type FormName } from '../poetry/forms/forms.js';
import { parsePrompt } from '../poetry/prompt.js';
import { toSimplified } from '../poetry/script/script.js';
import { InputError } from '../support/errors.js';
import { clipped } from '../support/schema.js';

export interface PromptRequest {
  /** The form that is named, or that has so many lines; undefined where nothing tells. */
  readonly form: FormName | undefined;
  readonly lineCount: number | undefined;
  /** The rhyme group of 押东韵. */
  readonly rhyme: string | undefined;
  readonly themes: readonly string[];
}

/** What the options of a request say beside its prompt. */
export interface Chosen {
  readonly form?: FormName;
  readonly lineCount?: number;
  readonly rhyme?: string | boolean;
}

/**
 * Reads a prompt beside the options of its request.
 *
 * @throws InputError for a kind of verse or a number of lines that is not written, with those that are, and where prompt and options
 * contradict each other
 */
export function readPrompt(prompt: string, chosen: Chosen = {}): PromptRequest {
  const { named, form: asked, lines, rhyme, themes } = parsePrompt(prompt);
  if (named !== undefined && asked === undefined) {
    throw new InputError(`prompt: ${clipped(named)}: expected one of ${FORM_NAMES.join(', ')}`);
  }
  requireAgreement('form', chosen.form, asked);
  requireAgreement('lines', chosen.lineCount, lines);
  if (typeof chosen.rhyme !== 'string' || !rhyme || !chosen.rhyme.endsWith(rhyme)) {
    requireAgreement('rhyme', chosen.rhyme === true ? undefined : chosen.rhyme, rhyme);
  }
  const form = chosen.form ?? asked ?? (lines === undefined ? undefined : formOfLines(lines));
  const counts = form ? writtenLineCounts(form) : [];
  if (lines !== undefined && !counts.includes(lines)) {
    const expected = form
      ? `${form} has ${counts.join(', ')} lines`
      : `expected one of ${FORM_NAMES.join(', ')}`;
    throw new InputError(`prompt: ${lines}句: ${expected}`);
  }
  return { form, lineCount: counts.find((count) => count === lines), rhyme, themes };
}

/** What asks for something to be written. */
const ASKING = /[写作赋填吟题]|来一?[首阕篇支]/u;

/**
 * Reads a message of a conversation as {@link readPrompt} does a prompt; undefined where it asks for nothing to be written in a form, in so many
 * lines or in another kind of verse.
 *
 * @throws InputError as {@link readPrompt}
 */
export function readMessage(message: string, chosen: Chosen = {}): PromptRequest | undefined {
  const { form, named, lines } = parsePrompt(message);
  const asks = form !== undefined || ((named ?? lines) !== undefined && ASKING.test(toSimplified(message)));
  return asks ? readPrompt(message, chosen) : undefined;
}

/** @throws InputError where an option asks for one thing and the prompt for another: one of them would be dropped */
function requireAgreement<T>(what: string, option: T | undefined, prompt: T | undefined): void {
  if (option === undefined || prompt === undefined || option === prompt) return;
  throw new InputError(
    `${what}: ${option === false ? 'none' : String(option)}, but the prompt asks for ${String(prompt)}: expected one of the two`,
  );
}

/** The first form that is written in so many lines of so many characters; of any length where 0. */
export function formOfLines(lines: number, length = 0): FormName | undefined {
  return FORM_NAMES.find(
    (name) => writtenLineCounts(name).includes(lines) && (length === 0 || FORMS[name].length === length),
  );
}
