/** The prompts that models are compared on: those of `data build`, or any data set that asks for something. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { exampleOf, textOf, type DatasetText } from '../corpus/examples.js';
import { readRows, type Row } from '../corpus/rows.js';
import type { EvaluationPrompt } from '../evaluation/evaluate.js';
import { checkPoem } from '../poetry/prosody/check.js';
import { formByName, FORM_NAMES, type FormName } from '../poetry/forms/forms.js';
import { parsePrompt, splitThemes } from '../poetry/prompt.js';
import { InputError } from '../support/errors.js';
import { fileBelow } from '../support/file-below.js';
import { shownValue } from '../support/schema.js';

/** The file of prompts of `data build`. */
const PROMPTS_FILE = 'prompts.jsonl';

/** Prompts, and the folder of the poems that they are judged against. */
export interface PromptSource {
  readonly file: string;
  readonly folder: string;
}

/** @param data a folder of `data build`, or a file of prompts. @throws InputError where there is neither */
export async function promptSource(data: string): Promise<PromptSource> {
  const isFile = statSync(data, { throwIfNoEntry: false })?.isFile() ?? false;
  if (isFile) return { file: data, folder: path.dirname(data) };
  try {
    return { file: await fileBelow(data, PROMPTS_FILE, 'data'), folder: data };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${error.message}, as data build writes it, or a file of prompts`);
  }
}

/**
 * The prompts of a file. What a row asks for is said by its columns form and themes, or by its prompt, or the form by its poem.
 *
 * @param usual the form of prompts that do not say one
 * @throws InputError naming file, row and column
 */
export async function readPrompts(file: string, usual?: FormName): Promise<EvaluationPrompt[]> {
  const prompts: EvaluationPrompt[] = [];
  for await (const row of readRows(file)) prompts.push(promptOf(row, usual));
  if (prompts.length === 0) throw new InputError(`${file}: no prompts`);
  return prompts;
}

function promptOf(row: Row, usual: FormName | undefined): EvaluationPrompt {
  const { prompt, answer } = questionOf(row);
  const { value } = row;
  const reference = typeof value['reference'] === 'string' ? value['reference'] : answer;
  const asked = parsePrompt(prompt);
  const themes =
    value['themes'] === undefined || value['themes'] === null ? asked.themes : themesOf(value['themes']);
  return { prompt, form: formOf(row, asked.form, reference) ?? requireForm(row, usual), themes, reference };
}

/** What is asked last, and the answer that the row has. */
function questionOf(row: Row): { prompt: string; answer?: string } {
  const example = exampleOf(row);
  if (example.kind === 'prompt') return { prompt: lastQuestion(row, example.prompt) };
  if (example.kind === 'completion') {
    return { prompt: lastQuestion(row, example.prompt), answer: textOf(example.completion) };
  }
  if (example.kind === 'preference') {
    return { prompt: lastQuestion(row, example.prompt), answer: textOf(example.chosen) };
  }
  const last = typeof example.whole === 'string' ? undefined : example.whole.at(-1);
  const answer = last?.role === 'assistant' ? { answer: last.content } : {};
  return { prompt: lastQuestion(row, typeof example.whole === 'string' ? '' : example.whole), ...answer };
}

function lastQuestion({ place }: Row, prompt: DatasetText): string {
  const asked = typeof prompt === 'string' ? prompt : prompt.findLast(({ role }) => role === 'user')?.content;
  if (asked !== undefined && asked.trim() !== '') return asked.trim();
  throw new InputError(`${place}: prompt: found nothing that is asked, expected a prompt`);
}

/** Themes as a list has them, or a cell of a table. */
export function themesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : splitThemes(String(value));
}

/** The form that a row names, or else its prompt, or else its poem. */
function formOf({ value }: Row, asked: FormName | undefined, poem: string | undefined): FormName | undefined {
  const named = value['form'] ?? '';
  if (named !== '') return formByName(String(named));
  return asked ?? (poem === undefined ? undefined : formByName(checkPoem(poem).form));
}

/** @throws InputError where none is usual, or the row names one that is not known */
function requireForm({ place, value }: Row, usual: FormName | undefined): FormName {
  const named = value['form'] ?? '';
  if (usual !== undefined && named === '') return usual;
  const found = named === '' ? 'none, in the prompt neither' : shownValue(named);
  const advice = named === '' ? '; --form says it for all that do not' : '';
  throw new InputError(`${place}: form: found ${found}, expected one of ${FORM_NAMES.join(', ')}${advice}`);
}
