/** Data-set lines to token trees, with TRL's truncation. */
import type { ChatMessage } from '../model/chat-template.js';
import type { Tokenizer } from '../model/tokenizer.js';
import type { TokenTree } from './packing.js';

type Messages = readonly ChatMessage[];

export interface Tokenized {
  readonly trees: readonly TokenTree[];
  /** Examples that were longer than allowed and lost their end. */
  readonly truncated: number;
}

const textOf = (messages: Messages): string => messages.map(({ content }) => content).join('');

/** Encodes prompts and their completions (one for SFT; chosen and rejected for preferences), cut to `maxLength` tokens each. */
export function tokenizeExamples(
  tokenizer: Tokenizer,
  examples: readonly { readonly prompt: Messages; readonly completions: readonly Messages[] }[],
  maxLength: number,
): Tokenized {
  let truncated = 0;
  const trees = examples.map(({ prompt, completions }) => {
    const promptIds = tokenizer.encodePrompt(prompt).slice(0, maxLength - 1);
    const room = maxLength - promptIds.length;
    const answers = completions.map((completion) => tokenizer.encodeCompletion(textOf(completion)));
    if (answers.some((answer) => answer.length > room)) truncated += 1;
    return { prompt: promptIds, completions: answers.map((answer) => answer.slice(0, room)) };
  });
  return { trees, truncated };
}
