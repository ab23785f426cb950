/** A Modelfile for Ollama (github.com/ollama/ollama, docs/modelfile.md): the GGUF file, the chat template as one of Go, and what ends an answer. */
import path from 'node:path';
import type { ChatMessage } from '../model/chat-template.js';
import type { Tokenizer } from '../model/tokenizer.js';

/** What stands for the texts of a conversation while the template is taken apart: letters that no template has. */
const [SYSTEM, FIRST, ANSWER, SECOND] = ['Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ'] as const;

/** What a chat template writes around the texts of a conversation. */
interface TemplatePieces {
  /** Before the first thing that is asked. */
  readonly first: string;
  /** Before an answer, the one to come among them. */
  readonly answer: string;
  /** Between an answer and what is asked next. */
  readonly next: string;
  /** Around the system's message, and before what is asked then; undefined where the template has no such message. */
  readonly system?: readonly [before: string, after: string];
  /** Before the answer to come. */
  readonly prompt: string;
}

function piecesOf(tokenizer: Tokenizer): TemplatePieces {
  const render = (messages: readonly ChatMessage[]): string =>
    tokenizer.applyChatTemplate(messages, { addGenerationPrompt: true, enableThinking: false });
  const [first = '', answer = '', next = '', prompt = ''] = render([
    { role: 'user', content: FIRST },
    { role: 'assistant', content: ANSWER },
    { role: 'user', content: SECOND },
  ]).split(new RegExp(`[${FIRST}${ANSWER}${SECOND}]`));
  return { first, answer, next, prompt, system: systemOf(render) };
}

function systemOf(
  render: (messages: readonly ChatMessage[]) => string,
): readonly [string, string] | undefined {
  let text: string;
  try {
    text = render([
      { role: 'system', content: SYSTEM },
      { role: 'user', content: FIRST },
    ]);
  } catch {
    // Some templates raise an exception for it.
    return undefined;
  }
  const [before, after] = text.split(new RegExp(`[${SYSTEM}${FIRST}]`));
  return text.includes(SYSTEM) && before !== undefined && after !== undefined ? [before, after] : undefined;
}

/** The template in Go's language (text/template), over Ollama's .System and .Messages. */
export function goTemplate(tokenizer: Tokenizer): string {
  const { first, answer, next, prompt, system } = piecesOf(tokenizer);
  const begin = system
    ? `{{ if .System }}${system[0]}{{ .System }}${system[1]}{{ else }}${first}{{ end }}`
    : first;
  const user = `{{ if eq .Role "user" }}{{ if $later }}${next}{{ end }}{{ $later = true }}{{ .Content }}`;
  const assistant = `{{ else if eq .Role "assistant" }}${answer}{{ .Content }}`;
  return `${begin}{{ $later := false }}{{ range .Messages }}${user}${assistant}{{ end }}{{ end }}${prompt}`;
}

/** The Modelfile of a GGUF file, beside it. */
export const modelfileOf = (gguf: string): string => `${gguf.replace(/\.gguf$/i, '')}.Modelfile`;

/**
 * The text of a Modelfile.
 *
 * @param gguf the model's file
 * @param parameters Ollama's, beside the stop sequences
 */
export function modelfile(
  gguf: string,
  tokenizer: Tokenizer,
  parameters: Readonly<Record<string, number>>,
): string {
  const stops = [...tokenizer.endTokens].map((id) => tokenizer.decode([id], { keepSpecial: true }));
  return [
    `FROM ./${path.basename(gguf)}`,
    `TEMPLATE """${goTemplate(tokenizer)}"""`,
    ...stops.map((text) => `PARAMETER stop ${JSON.stringify(text)}`),
    ...Object.entries(parameters).map(([name, value]) => `PARAMETER ${name} ${value}`),
    '',
  ].join('\n');
}
