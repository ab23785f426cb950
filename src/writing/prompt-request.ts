/** What a free-text prompt asks for, as the options of a request; what cannot be written is refused. */
import { FORM_NAMES, FORMS, writtenLineCounts, type FormName } from '../poetry/forms.js';
import { parsePrompt } from '../poetry/prompt.js';
import { InputError } from '../support/errors.js';

export interface PromptRequest {
  /** The form that is named, or that has so many lines; undefined where nothing tells. */
  readonly form: FormName | undefined;
  readonly lineCount: number | undefined;
  /** The rhyme group of 押东韵. */
  readonly rhyme: string | undefined;
  readonly themes: readonly string[];
}

/**
 * Reads a prompt; a form that was chosen elsewhere counts for more than the one it names.
 *
 * @throws InputError for a kind of verse or a number of lines that is not written, with those that are
 */
export function readPrompt(prompt: string, chosen?: FormName): PromptRequest {
  const { named, form: asked, lines, rhyme, themes } = parsePrompt(prompt);
  if (chosen === undefined && named !== undefined && asked === undefined) {
    throw new InputError(`prompt: ${named}: expected one of ${FORM_NAMES.join(', ')}`);
  }
  const form = chosen ?? asked ?? (lines === undefined ? undefined : formOfLines(lines));
  const counts = form ? writtenLineCounts(form) : [];
  if (chosen === undefined && lines !== undefined && !counts.includes(lines)) {
    const expected = form
      ? `${form} has ${counts.join(', ')} lines`
      : `expected one of ${FORM_NAMES.join(', ')}`;
    throw new InputError(`prompt: ${lines}句: ${expected}`);
  }
  return { form, lineCount: counts.find((count) => count === lines), rhyme, themes };
}

/** The first form that is written in so many lines of so many characters; of any length where 0. */
export function formOfLines(lines: number, length = 0): FormName | undefined {
  return FORM_NAMES.find(
    (name) => writtenLineCounts(name).includes(lines) && (length === 0 || FORMS[name].length === length),
  );
}
