/** Data-set lines to token trees, with TRL's truncation. */
import type { ChatMessage } from '../model/chat-template.js';
import type { Tokenizer } from '../model/tokenizer.js';
import type { TokenizedExample } from './learning.js';

type Messages = readonly ChatMessage[];

export interface Tokenized {
  readonly trees: readonly TokenizedExample[];
  /** Examples that were longer than allowed and lost their end. */
  readonly truncated: number;
}

const textOf = (messages: Messages): string => messages.map(({ content }) => content).join('');

/** Encodes prompts and their completions (one for SFT; chosen and rejected for preferences), cut to `maxLength` tokens each. */
export function tokenizeExamples(
  tokenizer: Tokenizer,
  examples: readonly {
    readonly prompt: Messages;
    readonly completions: readonly Messages[];
    readonly label?: boolean;
  }[],
  maxLength: number,
): Tokenized {
  let truncated = 0;
  const trees = examples.map(({ prompt, completions, label }): TokenizedExample => {
    const promptIds = tokenizer.encodePrompt(prompt).slice(0, maxLength - 1);
    const room = maxLength - promptIds.length;
    const answers = completions.map((completion) => tokenizer.encodeCompletion(textOf(completion)));
    if (answers.some((answer) => answer.length > room)) truncated += 1;
    return {
      prompt: promptIds,
      completions: answers.map((answer) => answer.slice(0, room)),
      ...(label === undefined ? {} : { label }),
    };
  });
  return { trees, truncated };
}
