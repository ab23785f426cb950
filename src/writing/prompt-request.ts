/** What a free-text prompt asks for, as the options of a request; what cannot be written is refused. */
import { FORM_NAMES, FORMS, formOf, writtenLineCounts, type FormName } from '../poetry/forms/forms.js';
import { formatPrompt, parsePrompt, themesInstead } from '../poetry/prompt.js';
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

/** What is asked about. */
const QUESTION = /什么|怎|如何|哪|谁|为何|多少|吗\s*[?？]?\s*$/u;

/**
 * Reads a message of a conversation as {@link readPrompt} does a prompt; undefined where it asks for nothing to be written in a form, in so many
 * lines or in another kind of verse.
 *
 * @throws InputError as {@link readPrompt}
 */
export function readMessage(message: string, chosen: Chosen = {}): PromptRequest | undefined {
  const { form, named, lines } = parsePrompt(message);
  const text = toSimplified(message);
  const toWrite = ASKING.test(text);
  const asks =
    form === undefined ? (named ?? lines) !== undefined && toWrite : toWrite || !QUESTION.test(text);
  return asks ? readPrompt(message, chosen) : undefined;
}

/** Another poem, or the same otherwise. */
const AGAIN =
  /再[来写作赋填吟题]|另[写作来]|另外|重新?[写作来]|换|改|接着写|继续写|\b(?:again|another|one more)\b/iu;
/** To write, but not what was written (写得好, 作者, 题目). */
const WRITING = /[写作赋填吟题](?![得的了过者品为目材意])|来一?[首阕篇支]/u;
/** What is no verse. */
const NO_VERSE = /白话|英文|英语|译|解释|赏析|[写作来]一?[封段份则条]/u;
/** Another rhyme than before, whichever. */
const OTHER_RHYME = /[换改]一?[个]?韵|不同的?韵|不押韵|不限韵/u;

/** Whether a message goes on asking after a poem was asked for. */
function goesOn(message: string): boolean {
  const text = toSimplified(message);
  if (NO_VERSE.test(text)) return false;
  if (AGAIN.test(text)) return !QUESTION.test(text.replace(/吗\s*[?？]?\s*$/u, ''));
  const { rhyme, themes } = parsePrompt(text);
  return !QUESTION.test(text) && (WRITING.test(text) || rhyme !== undefined || themes.length > 0);
}

/** The form of so many lines that is most like another: itself, or else one of its style, or at least with lines as long. */
function formLike(form: FormName, lines: number | undefined): FormName | undefined {
  if (lines === undefined || writtenLineCounts(form).includes(lines)) return form;
  const { style, length } = FORMS[form];
  return formOf(style, length, lines) ?? formOfLines(lines, length);
}

/** What a message asks for after others. */
export interface ConversationRequest extends PromptRequest {
  /** What the model is to read: the message itself where it says all, or else the plain prompt for all that is asked. */
  readonly prompt: string;
}

/** A message after others that have asked for a poem: what it does not name is as before. @throws InputError as {@link readPrompt} */
function readNext(
  before: PromptRequest | undefined,
  message: string,
  chosen: Chosen,
): ConversationRequest | undefined {
  const read = readMessage(message, chosen);
  const heard = read && { ...read, prompt: message };
  if (before?.form === undefined) return heard;
  if (heard === undefined && !goesOn(message)) return undefined;
  const { named, lines } = parsePrompt(message);
  const form = named === undefined ? formLike(before.form, lines) : undefined;
  const asked = form === undefined ? heard : readPrompt(message, { ...chosen, form: chosen.form ?? form });
  if (asked?.form === undefined) return heard;
  const sameStyle = FORMS[asked.form].style === FORMS[before.form].style;
  const keepsRhyme = sameStyle && !OTHER_RHYME.test(toSimplified(message));
  const lineCount = asked.lineCount ?? (asked.form === before.form ? before.lineCount : undefined);
  const own = themesInstead(message);
  const themes = own.length > 0 ? own : before.themes;
  const saysAll = named !== undefined && themes === own && lineCount === asked.lineCount;
  return {
    ...{ form: asked.form, lineCount, themes },
    rhyme: asked.rhyme ?? (keepsRhyme ? before.rhyme : undefined),
    prompt: saysAll ? message : formatPrompt({ form: asked.form, themes, lines: lineCount }),
  };
}

/**
 * Reads the last of a user's messages as {@link readMessage} does, after those before it: the form, the number of lines, the rhyme and the
 * themes that it does not name are those asked for before (写一首五言绝句，押东韵 … 再写一首，主题是春天). A rhyme is kept in forms of the same style.
 *
 * @throws InputError as {@link readPrompt}, for what the last message asks; what was refused before is passed over
 */
export function readConversation(
  messages: readonly string[],
  chosen: Chosen = {},
): ConversationRequest | undefined {
  const before = messages.slice(0, -1).reduce<PromptRequest | undefined>((known, message) => {
    try {
      return readNext(known, message, {}) ?? known;
    } catch (error) {
      if (error instanceof InputError) return known;
      throw error;
    }
  }, undefined);
  return readNext(before, messages.at(-1) ?? '', chosen);
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
