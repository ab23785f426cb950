/**
 * A chat as it is learnt: its text, and where the answers lie in it.
 *
 * A template says so with `{% generation %}` blocks, or it does not. Then the chat is rendered answer by answer, each as if it were the last: a
 * thinking model's template writes something before its last answer only, and an answer that is learnt has to begin as it will when the model writes it.
 */
import { InputError } from '../support/errors.js';
import type { ChatMessage, ChatTemplate } from './chat-template.js';

/** A stretch of a text, from `start` up to `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A rendered chat. */
export interface ChatTurns {
  readonly text: string;
  /** Where each assistant message is, with all that the template writes for it, by its place in the chat. */
  readonly answers: ReadonlyMap<number, Span>;
}

/** Stands for an answer's text: no template and no text has it. */
const PLACEHOLDER = '\uE0A7\uE0A8\uE0A9';

const isAnswer = ({ role }: ChatMessage): boolean => role === 'assistant';

/** Renders a chat with the places of its answers. @throws InputError for a chat that the template refuses */
export function chatTurns(template: ChatTemplate, messages: readonly ChatMessage[]): ChatTurns {
  const marked = template.renderMarked(messages);
  return marked === undefined
    ? renderByAnswers(template, messages)
    : ofMarkers(
        marked,
        messages.flatMap((message, place) => (isAnswer(message) ? [place] : [])),
      );
}

/** @param marked a text that is, beginning with the first part, by turns outside and inside of an answer */
function ofMarkers(marked: readonly string[], places: readonly number[]): ChatTurns {
  const answers = new Map<number, Span>();
  let text = '';
  marked.forEach((part, index) => {
    const place = places[(index - 1) / 2];
    if (index % 2 === 1 && place !== undefined) {
      answers.set(place, { start: text.length, end: text.length + part.length });
    }
    text += part;
  });
  return { text, answers };
}

function renderByAnswers(template: ChatTemplate, messages: readonly ChatMessage[]): ChatTurns {
  const places = messages.flatMap((message, place) => (isAnswer(message) ? [place] : []));
  const [first] = places;
  if (first === undefined) return { text: template.render(messages), answers: new Map() };
  const answers = new Map<number, Span>();
  let text = template.render(messages.slice(0, first), { addGenerationPrompt: true });
  places.forEach((place, index) => {
    const asked = template.render(messages.slice(0, place), { addGenerationPrompt: true });
    const answered = template.render(messages.slice(0, place + 1));
    const shared = sharedStart(asked, answered);
    // A question may be rendered otherwise when it is answered: what is left of it then goes before the answer.
    text = text.slice(0, text.length - (asked.length - shared));
    const answer = answered.slice(shared);
    answers.set(place, { start: text.length, end: text.length + answer.length });
    text += answer + between(template, messages, place, places[index + 1] ?? messages.length);
  });
  return { text, answers };
}

/** What the template writes after an answer, up to the beginning of the next or to the end. */
function between(
  template: ChatTemplate,
  messages: readonly ChatMessage[],
  place: number,
  next: number,
): string {
  if (next === place + 1 && next === messages.length) return '';
  const replaced = messages.map((message, at) =>
    at === place ? { role: message.role, content: PLACEHOLDER } : message,
  );
  const after = (text: string): string => text.slice(text.lastIndexOf(PLACEHOLDER) + PLACEHOLDER.length);
  const end = after(template.render(replaced.slice(0, place + 1)));
  const rest = after(
    template.render(replaced.slice(0, next), { addGenerationPrompt: next < messages.length }),
  );
  if (rest.startsWith(end)) return rest.slice(end.length);
  throw new InputError(
    `${template.name}: the chat template ends an answer otherwise when more follows, so that it cannot be told what carries loss`,
  );
}

function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}
