/** The data sets that are made here: chats of one question and one answer, with columns that say what was asked. */
import { InputError } from '../support/errors.js';
import { isRecord, readJsonLines } from '../support/files.js';
import { shownValue } from '../support/schema.js';
import { isMessages, MESSAGES, type Message } from './examples.js';

/** A line of an SFT set. Further columns are kept. */
export interface SftExample {
  readonly prompt: readonly Message[];
  readonly completion: readonly Message[];
  readonly form?: string;
  readonly themes?: readonly string[];
  readonly title?: string;
  readonly author?: string;
  /** The poem in traditional script. */
  readonly traditional?: string;
  readonly source?: string;
}

/** A line of a preference set. */
export interface PreferenceExample {
  readonly prompt: readonly Message[];
  readonly chosen: readonly Message[];
  readonly rejected: readonly Message[];
  readonly form?: string;
  readonly themes?: readonly string[];
  readonly source?: string;
  readonly rejected_reason?: string;
  /** Of a model's own answer: the check that it fails. */
  readonly rejected_check?: string;
}

export const userMessage = (content: string): Message[] => [{ role: 'user', content }];
export const assistantMessage = (content: string): Message[] => [{ role: 'assistant', content }];

const SFT_COLUMNS = ['prompt', 'completion'];
const PREFERENCE_COLUMNS = ['prompt', 'chosen', 'rejected'];

/** Whether a value is a line of a preference set. */
export function isPreference(value: unknown): value is PreferenceExample {
  return isRecord(value) && PREFERENCE_COLUMNS.every((column) => isMessages(value[column]));
}

/** @throws InputError naming the place and the column of what is no list of messages */
function requireMessages(
  value: unknown,
  columns: readonly string[],
  place: string,
): asserts value is Record<string, unknown> {
  if (!isRecord(value)) throw new InputError(`${place}: expected an object`);
  for (const column of columns) {
    if (isMessages(value[column])) continue;
    const found = value[column] === undefined ? 'nothing' : shownValue(value[column]);
    throw new InputError(`${place}: ${column}: found ${found}, expected ${MESSAGES}`);
  }
}

async function* readColumns(
  file: string,
  columns: readonly string[],
): AsyncGenerator<Record<string, unknown>> {
  for await (const { line, value } of readJsonLines(file)) {
    requireMessages(value, columns, `${file}:${line}`);
    yield value;
  }
}

async function readAll<T>(file: string, columns: readonly string[]): Promise<T[]> {
  const examples: T[] = [];
  for await (const example of readColumns(file, columns)) examples.push(example as T);
  if (examples.length === 0) throw new InputError(`${file}: no examples`);
  return examples;
}

/** Reads an SFT set. @throws InputError naming file, line and key */
export function readSftDataset(file: string): Promise<SftExample[]> {
  return readAll<SftExample>(file, SFT_COLUMNS);
}

/**
 * Reads a preference set. Answers by themselves, with a label, have no pair: they are passed over.
 *
 * @throws InputError naming file, line and key
 */
export async function readPreferenceDataset(file: string): Promise<PreferenceExample[]> {
  const examples: PreferenceExample[] = [];
  for await (const { line, value } of readJsonLines(file)) {
    if (isLabelled(value)) continue;
    requireMessages(value, PREFERENCE_COLUMNS, `${file}:${line}`);
    examples.push(value as unknown as PreferenceExample);
  }
  if (examples.length === 0) throw new InputError(`${file}: no preference pairs`);
  return examples;
}

/** A line of a set of judged answers. */
export interface LabelledExample {
  readonly prompt: readonly Message[];
  readonly completion: readonly Message[];
  /** Whether the answer is a good one. */
  readonly label: boolean;
}

/** Whether a value is a line of judged answers: one answer with a label. */
export function isLabelled(value: unknown): value is LabelledExample {
  return (
    isRecord(value) &&
    SFT_COLUMNS.every((column) => isMessages(value[column])) &&
    typeof value['label'] === 'boolean'
  );
}
