/**
 * Examples to token trees, as TRL makes them (1.16): a completion begins where the tokens of the prompt alone and of prompt and answer part,
 * so that it has all that a chat template writes for an answer; what is over max_length is cut from the end, and an example is left out of which
 * nothing is left to learn.
 */
import type { ChatMessage } from '../model/chat-template.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { InputError } from '../support/errors.js';
import type { TokenizedExample } from './learning.js';

/** A chat, or text that no template is applied to. */
export type LearntText = string | readonly ChatMessage[];

/** Something to learn: a whole text or chat, or a prompt with its completions (one for SFT; chosen and rejected for preferences; none where the model answers itself). */
export type LearntExample =
  | { readonly whole: LearntText }
  | {
      readonly prompt: LearntText;
      readonly completions: readonly LearntText[];
      readonly label?: boolean;
    };

/** The settings of a stage that decide its tokens and where their loss is. */
export interface TokenSettings {
  readonly max_length: number;
  readonly template_loss: boolean;
  readonly completion_only_loss?: boolean | null;
  readonly assistant_only_loss?: boolean;
}

/** Token ids, and which of them carry loss. */
export interface LabelledTokens {
  readonly ids: readonly number[];
  readonly loss: readonly boolean[];
}

export interface Tokenized {
  readonly trees: readonly TokenizedExample[];
  /** Examples that were longer than allowed and lost their end. */
  readonly truncated: number;
  /** Examples of which nothing was left to learn. */
  readonly leftOut: number;
}

const isText = (text: LearntText): text is string => typeof text === 'string';

const join = (first: LearntText, second: LearntText): LearntText =>
  isText(first) || isText(second) ? String(first) + String(second) : [...first, ...second];

function sharedStart<T>(a: readonly T[], b: readonly T[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

/** A text that ends as texts of this tokenizer do. */
const ended = (tokenizer: Tokenizer, text: string): string =>
  text.endsWith(tokenizer.endOfTextMark) ? text : text + tokenizer.endOfTextMark;

/** Ids of a text that is complete. */
function encodeWhole(tokenizer: Tokenizer, text: LearntText): number[] {
  return isText(text)
    ? tokenizer.encodeText(ended(tokenizer, text))
    : tokenizer.encode(tokenizer.applyChatTemplate(text));
}

/** Ids of a prompt, before what is answered. */
function encodeAsked(tokenizer: Tokenizer, prompt: LearntText): number[] {
  return isText(prompt)
    ? tokenizer.encodeText(prompt)
    : tokenizer.encode(tokenizer.applyChatTemplate(prompt, { addGenerationPrompt: true }));
}

/** The text of an answer by itself; undefined for what is more than one answer. */
function onlyAnswer(completion: LearntText): string | undefined {
  if (isText(completion) || completion.length !== 1) return undefined;
  const [message] = completion;
  return message?.role === 'assistant' ? message.content : undefined;
}

/** Prompt and completions as ids: what all completions agree on with the prompt, and the rest of each. */
function encodePrompted(
  tokenizer: Tokenizer,
  prompt: LearntText,
  completions: readonly LearntText[],
  templateLoss: boolean,
): { prompt: number[]; completions: number[][] } {
  const answers = completions.map(onlyAnswer);
  const byTemplate = templateLoss && tokenizer.templateAnswers;
  const single = !isText(prompt) && answers.every((answer) => answer !== undefined);
  if ((single && !byTemplate) || (completions.length === 0 && !isText(prompt))) {
    return {
      prompt: tokenizer.encodePrompt(prompt),
      completions: answers.map((answer) => tokenizer.encodeCompletion(answer ?? '')),
    };
  }
  const asked = encodeAsked(tokenizer, prompt);
  const whole = completions.map((completion) => encodeWhole(tokenizer, join(prompt, completion)));
  const length = Math.min(asked.length, ...whole.map((ids) => sharedStart(asked, ids)));
  return { prompt: asked.slice(0, length), completions: whole.map((ids) => ids.slice(length)) };
}

/** A chat of which only the answers carry loss. */
function encodeAnswers(
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  templateLoss: boolean,
): LabelledTokens & { readonly starts: ReadonlyMap<number, number> } {
  const { text, answers } = tokenizer.chatTurns(messages);
  if (answers.size === 0)
    throw new InputError('no message of the role assistant, which assistant_only_loss learns from');
  const ids = tokenizer.encode(text);
  const loss = new Array<boolean>(ids.length).fill(false);
  const starts = new Map<number, number>();
  for (const [place, span] of answers) {
    const { start, end } = templateLoss
      ? span
      : narrowed(tokenizer, text, span, messages[place]?.content ?? '');
    const before = tokenizer.encode(text.slice(0, start));
    const within = tokenizer.encode(text.slice(0, end));
    const shared = sharedStart(within, ids);
    const from = sharedStart(before, ids);
    // A token that reaches over the end of an answer is one of the answer's.
    loss.fill(true, from, shared === within.length ? shared : shared + 1);
    starts.set(place, from);
  }
  return { ids, loss, starts };
}

/** Of what a template writes for an answer the answer's own text and the end token. */
function narrowed(
  tokenizer: Tokenizer,
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  content: string,
): { start: number; end: number } {
  const answer = text.slice(start, end);
  const at = answer.lastIndexOf(content.trim());
  const from = start + Math.max(0, at);
  const behind = at < 0 ? end : from + content.trim().length;
  const mark = tokenizer.decode([tokenizer.endOfTurn], { keepSpecial: true });
  return { start: from, end: text.startsWith(mark, behind) ? behind + mark.length : behind };
}

/**
 * An example of SFT as ids, and where its loss is: on the completion, on everything, or on the answers of a chat.
 *
 * @throws InputError for settings that do not go with the example's columns
 */
export function labelTokens(
  tokenizer: Tokenizer,
  example: LearntExample,
  {
    template_loss,
    completion_only_loss = null,
    assistant_only_loss = false,
  }: Omit<TokenSettings, 'max_length'>,
): LabelledTokens {
  if ('whole' in example) {
    if (completion_only_loss === true) {
      throw new InputError('completion_only_loss: found true, expected examples with prompt and completion');
    }
    if (assistant_only_loss) return encodeAnswers(tokenizer, chatOf(example.whole), template_loss);
    const ids = encodeWhole(tokenizer, example.whole);
    return { ids, loss: ids.map(() => true) };
  }
  const { prompt, completions } = example;
  const completion = completions[0] ?? '';
  if (assistant_only_loss) {
    const messages = chatOf(join(prompt, completion));
    const { ids, loss, starts } = encodeAnswers(tokenizer, messages, template_loss);
    const from = starts.get(
      messages.findIndex((message, at) => at >= prompt.length && message.role === 'assistant'),
    );
    const learnt = (at: number): boolean => completion_only_loss === false || at >= (from ?? 0);
    return { ids, loss: loss.map((one, at) => one && learnt(at)) };
  }
  const encoded = encodePrompted(tokenizer, prompt, [completion], template_loss);
  const ids = [...encoded.prompt, ...(encoded.completions[0] ?? [])];
  return { ids, loss: ids.map((_, at) => completion_only_loss === false || at >= encoded.prompt.length) };
}

function chatOf(text: LearntText): readonly ChatMessage[] {
  if (!isText(text)) return text;
  throw new InputError('assistant_only_loss: found true, expected examples that are chats, not plain text');
}

/** A tree with one completion: what comes before the first token with loss, and the rest. The first token of all cannot be predicted. */
function treeOf({ ids, loss }: LabelledTokens): TokenizedExample | undefined {
  const first = loss.findIndex((one, at) => one && at > 0);
  if (first < 0) return undefined;
  const mask = loss.slice(first);
  return {
    prompt: ids.slice(0, first),
    completions: [ids.slice(first)],
    ...(mask.every(Boolean) ? {} : { lossMasks: [mask] }),
  };
}

/** One example, cut to the stage's length. @returns no tree where nothing is left to learn */
export function tokenizeExample(
  tokenizer: Tokenizer,
  example: LearntExample,
  settings: TokenSettings,
): { readonly tree: TokenizedExample | undefined; readonly length: number } {
  const { max_length: longest, template_loss } = settings;
  if ('whole' in example || (example.completions.length === 1 && example.label === undefined)) {
    const { ids, loss } = labelTokens(tokenizer, example, settings);
    const tree = treeOf({ ids: ids.slice(0, longest), loss: loss.slice(0, longest) });
    return { tree, length: ids.length };
  }
  const { prompt, completions } = encodePrompted(
    tokenizer,
    example.prompt,
    example.completions,
    template_loss,
  );
  const length = prompt.length + Math.max(0, ...completions.map((completion) => completion.length));
  // A prompt that is asked is cut, one that is answered already leaves nothing to learn.
  const room = completions.length === 0 ? 1 : longest - prompt.length;
  if (room <= 0) return { tree: undefined, length };
  const tree = {
    prompt: prompt.slice(0, longest - 1),
    completions: completions.map((completion) => completion.slice(0, room)),
    ...(example.label === undefined ? {} : { label: example.label }),
  };
  return { tree, length };
}

/** Encodes examples, cut to the length of the stage. */
export function tokenizeExamples(
  tokenizer: Tokenizer,
  examples: Iterable<LearntExample>,
  settings: TokenSettings,
): Tokenized {
  const trees: TokenizedExample[] = [];
  let [truncated, leftOut] = [0, 0];
  for (const example of examples) {
    const { tree, length } = tokenizeExample(tokenizer, example, settings);
    if (tree) trees.push(tree);
    else leftOut += 1;
    if (tree && length > settings.max_length) truncated += 1;
  }
  return { trees, truncated, leftOut };
}
