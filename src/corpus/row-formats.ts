/** Columns of other programs' data sets as TRL's: Alpaca's, and ShareGPT's. */
import { InputError } from '../support/errors.js';
import { shownValue } from '../support/schema.js';
import { isRecord } from '../support/files.js';
import type { Row } from './rows.js';

export const ROW_FORMATS = ['trl', 'alpaca', 'sharegpt'] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

type Columns = Readonly<Record<string, unknown>>;

/** A row with TRL's columns; columns that are not known are kept. @throws InputError for a row that has not its format's columns */
export function asTrl({ place, value }: Row, format: RowFormat): Row {
  return { place, value: FORMATS[format](value, place) };
}

const FORMATS: Readonly<Record<RowFormat, (row: Columns, place: string) => Columns>> = {
  // TRL reads the conversations of ShareGPT too.
  trl: (row, place) => (Array.isArray(row['conversations']) ? fromShareGpt(row, place) : row),
  alpaca: fromAlpaca,
  sharegpt: fromShareGpt,
};

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const message = (role: string, content: string) => ({ role, content });

/** `instruction`, `input` and `output` (or `chosen` and `rejected`), with `system` and `history`, pairs of earlier questions and answers. */
function fromAlpaca(row: Columns, place: string): Columns {
  const { instruction, input, output, system, history, chosen, rejected, kto_tag: tag, ...others } = row;
  const asked = textOf(instruction);
  if (asked === undefined) throw missing(place, 'instruction', instruction, 'a text, as Alpaca has it');
  const earlier = (Array.isArray(history) ? history : []).flatMap((turn: unknown) => {
    const [question, answer] = Array.isArray(turn) ? (turn as unknown[]) : [];
    if (typeof question === 'string' && typeof answer === 'string') {
      return [message('user', question), message('assistant', answer)];
    }
    throw missing(place, 'history', turn, 'pairs of a question and an answer');
  });
  const prompt = [
    ...(textOf(system) === undefined ? [] : [message('system', String(system))]),
    ...earlier,
    message('user', [asked, textOf(input)].filter((text) => text !== undefined).join('\n')),
  ];
  const answer = (key: string, value: unknown) => {
    if (typeof value === 'string') return [message('assistant', value)];
    throw missing(place, key, value, 'a text, as Alpaca has it');
  };
  if (chosen !== undefined || rejected !== undefined) {
    return { ...others, prompt, chosen: answer('chosen', chosen), rejected: answer('rejected', rejected) };
  }
  return {
    ...others,
    prompt,
    completion: answer('output', output),
    ...(tag === undefined ? {} : { label: tag }),
  };
}

/** What ShareGPT calls who speaks. */
const SPEAKERS: Readonly<Record<string, string>> = {
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bard: 'assistant',
  bing: 'assistant',
  assistant: 'assistant',
  system: 'system',
  observation: 'tool',
  tool: 'tool',
};

/** `conversations` of {from, value}, with `system`; with `chosen` and `rejected` a preference. */
function fromShareGpt(row: Columns, place: string): Columns {
  const { conversations, system, chosen, rejected, kto_tag: tag, ...others } = row;
  if (!Array.isArray(conversations) || conversations.length === 0) {
    throw missing(place, 'conversations', conversations, 'a list of {from, value}, as ShareGPT has it');
  }
  const turn = (key: string, value: unknown) => {
    const { from, role = from, value: text, content = text } = isRecord(value) ? value : {};
    const speaker = typeof role === 'string' && Object.hasOwn(SPEAKERS, role) ? SPEAKERS[role] : undefined;
    if (speaker !== undefined && typeof content === 'string') return message(speaker, content);
    throw missing(place, key, value, `{from, value} with from one of ${Object.keys(SPEAKERS).join(', ')}`);
  };
  const messages = [
    ...(textOf(system) === undefined ? [] : [message('system', String(system))]),
    ...conversations.map((value) => turn('conversations', value)),
  ];
  if (chosen !== undefined || rejected !== undefined) {
    const [good, bad] = [turn('chosen', chosen), turn('rejected', rejected)];
    return { ...others, prompt: messages, chosen: [good], rejected: [bad] };
  }
  if (tag === undefined) return { ...others, messages };
  return { ...others, prompt: messages.slice(0, -1), completion: messages.slice(-1), label: tag };
}

function missing(place: string, key: string, found: unknown, expected: string): InputError {
  const value = found === undefined ? 'nothing' : shownValue(found);
  return new InputError(`${place}: ${key}: found ${value}, expected ${expected}`);
}
