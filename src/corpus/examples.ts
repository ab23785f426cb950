/** The examples of a data set in any of TRL's forms, told by the columns of each row. */
import { InputError } from '../support/errors.js';
import { shownValue } from '../support/schema.js';
import { isRecord } from '../support/files.js';
import { asTrl, type RowFormat } from './row-formats.js';
import { readRows, type Row } from './rows.js';

/** A turn of a chat. */
export interface Message {
  readonly role: string;
  readonly content: string;
}

/** A chat, or text that no chat template is applied to. */
export type DatasetText = string | readonly Message[];

/** What a row holds. */
export type DatasetExample =
  | { readonly kind: 'whole'; readonly whole: DatasetText }
  | { readonly kind: 'prompt'; readonly prompt: DatasetText }
  | {
      readonly kind: 'completion';
      readonly prompt: DatasetText;
      readonly completion: DatasetText;
      /** Whether the answer is a good one, where the row says so. */
      readonly label?: boolean;
    }
  | {
      readonly kind: 'preference';
      readonly prompt: DatasetText;
      readonly chosen: DatasetText;
      readonly rejected: DatasetText;
    };

/** Where a data set is and how its columns are called. */
export interface DatasetSource {
  /** Its files, read one after another. */
  readonly files: readonly string[];
  readonly format?: RowFormat;
  /** The column of plain text. */
  readonly textField?: string;
}

/** An example with the row that it was read from, in TRL's columns. */
export interface ReadExample extends Row {
  readonly example: DatasetExample;
}

/** Reads a data set, one row at a time. @throws InputError naming file, row and column, and for a data set without rows */
export async function* readDataset({
  files,
  format = 'trl',
  textField,
}: DatasetSource): AsyncGenerator<ReadExample> {
  let empty = true;
  for (const file of files) {
    for await (const read of readRows(file)) {
      const row = asTrl(read, format);
      empty = false;
      yield { ...row, example: exampleOf(row, textField) };
    }
  }
  if (empty) throw new InputError(`${files.join(', ')}: no examples`);
}

/** What a row holds, by its columns. @throws InputError naming the column that is missing or of another type */
export function exampleOf(row: Row, textField = 'text'): DatasetExample {
  const { place, value } = row;
  const has = (column: string): boolean => value[column] !== undefined && value[column] !== null;
  if (has('chosen') || has('rejected')) return preferenceOf(row, has('prompt'));
  if (has('prompt') && has('completion')) {
    const [prompt, completion] = textsOf(row, ['prompt', 'completion']);
    const label = has('label') ? labelOf(row) : undefined;
    return {
      ...{ kind: 'completion', prompt: prompt ?? '', completion: answerOf(row, 'completion', completion) },
      ...(label === undefined ? {} : { label }),
    };
  }
  if (has('messages')) {
    if (isMessages(value['messages'])) return { kind: 'whole', whole: value['messages'] };
    throw wrong(row, 'messages', MESSAGES);
  }
  if (typeof value[textField] === 'string' && !has('prompt')) {
    return { kind: 'whole', whole: answerOf(row, textField, value[textField]) };
  }
  if (has('prompt')) return { kind: 'prompt', prompt: textsOf(row, ['prompt'])[0] ?? '' };
  const found = Object.keys(value).slice(0, 12).join(', ') || 'none';
  const foreign = has('instruction') ? '; format: alpaca reads instruction and output' : '';
  throw new InputError(
    `${place}: found the columns ${found}, expected prompt and completion; prompt, chosen and rejected; messages; or ${textField}${foreign}`,
  );
}

/** What a column of a chat is expected to be. */
export const MESSAGES = 'a list of {role, content}';

/** Whether a value is a chat: messages of a role and a content, one at least. */
export function isMessages(value: unknown): value is Message[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (item) =>
        isRecord(item) &&
        typeof item['role'] === 'string' &&
        item['role'] !== '' &&
        typeof item['content'] === 'string',
    )
  );
}

/** Columns that are all chats or all plain text, as the first of them is. */
function textsOf(row: Row, columns: readonly string[]): DatasetText[] {
  const plain = typeof row.value[columns[0] ?? ''] === 'string';
  return columns.map((column) => {
    const value = row.value[column];
    if (plain ? typeof value === 'string' : isMessages(value)) return value as DatasetText;
    throw wrong(row, column, plain ? 'a text' : MESSAGES);
  });
}

function answerOf(row: Row, column: string, value: DatasetText | undefined): DatasetText {
  const text = typeof value === 'string' ? value : textOf(value ?? []);
  if (text !== '') return value ?? '';
  throw new InputError(`${row.place}: ${column}: empty, expected a text to learn`);
}

/** The words of a chat or a text. */
export function textOf(text: DatasetText): string {
  return typeof text === 'string' ? text : text.map(({ content }) => content).join('');
}

/** A preference; where it has no prompt, what both answers begin with is it. */
function preferenceOf(row: Row, hasPrompt: boolean): DatasetExample {
  if (hasPrompt) {
    const [prompt = '', chosen, rejected] = textsOf(row, ['prompt', 'chosen', 'rejected']);
    return {
      ...{ kind: 'preference', prompt },
      chosen: answerOf(row, 'chosen', chosen),
      rejected: answerOf(row, 'rejected', rejected),
    };
  }
  const [chosen = '', rejected = ''] = textsOf(row, ['chosen', 'rejected']);
  const shared = sharedTurns(chosen, rejected);
  return {
    ...{ kind: 'preference', prompt: chosen.slice(0, shared) },
    chosen: answerOf(row, 'chosen', chosen.slice(shared)),
    rejected: answerOf(row, 'rejected', rejected.slice(shared)),
  };
}

/** Turns, or characters, that two answers begin with; a space before the difference belongs to the answers. */
function sharedTurns(a: DatasetText, b: DatasetText): number {
  const same = (at: number): boolean =>
    typeof a === 'string' || typeof b === 'string'
      ? a[at] === b[at]
      : a[at]?.role === b[at]?.role && a[at]?.content === b[at]?.content;
  let length = 0;
  while (length < a.length && length < b.length && same(length)) length += 1;
  return length > 0 && a[length - 1] === ' ' ? length - 1 : length;
}

/** What tables and Parquet call true and false. */
const LABELS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  [1, true],
  [0, false],
  ...(['true', 'True', 'TRUE', '1'] as const).map((text): [unknown, boolean] => [text, true]),
  ...(['false', 'False', 'FALSE', '0'] as const).map((text): [unknown, boolean] => [text, false]),
]);

function labelOf(row: Row): boolean {
  const value = row.value['label'];
  const label = LABELS.get(typeof value === 'bigint' ? Number(value) : value);
  if (label !== undefined) return label;
  throw wrong(row, 'label', 'true or false');
}

function wrong({ place, value }: Row, column: string, expected: string): InputError {
  const found = value[column] === undefined ? 'nothing' : shownValue(value[column]);
  return new InputError(`${place}: ${column}: found ${found}, expected ${expected}`);
}
