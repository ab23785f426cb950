/** Poems out of text of any length, a window at a time: what people paste, or records in JSON. */
import { readPoemRecord, type PoemRecord } from '../poetry/parsing/poem-record.js';
import { readPoemLines, readPoemText, type LeftOut, type PastedPoem } from '../poetry/parsing/poem-text.js';
import { InputError } from '../support/errors.js';
import { jsonProblem } from '../support/files.js';
import { decodeText, readTextParts, splitTextLines } from '../support/text-stream.js';

/** A poem of a text; what belongs to no poem comes with the one after it. */
export interface FoundPoem extends PastedPoem {
  readonly kind: 'text';
}

/** A record of a data set. */
export interface FoundRecord {
  readonly kind: 'record';
  /** The line of a JSON Lines file, or the place in a list, from 1. */
  readonly line: number;
  readonly id: string | undefined;
  readonly record: PoemRecord;
}

export type Found = FoundPoem | FoundRecord;

/** How many characters are looked at together. */
const WINDOW = 131_072;
/** Characters of a list of records in one piece of JSON. */
const LONGEST_LIST = 256 * 1024 * 1024;
/** Characters that stay in view where no verse is. */
const OVERLAP = 2048;

/** The poems of a file, or of standard input where none is named. @throws InputError for what cannot be read or is no text */
export function readPoemFile(file: string | undefined): AsyncGenerator<Found> {
  const name = file ?? 'standard input';
  return findPoems(file === undefined ? decodeText(process.stdin, name) : readTextParts(file), name);
}

/**
 * The poems of a text that comes in parts. Memory does not depend on its length.
 *
 * @param name what messages call it
 * @throws InputError for records that hold no poem, and lines that are no JSON among lines that are
 */
export async function* findPoems(parts: AsyncIterable<string>, name: string): AsyncGenerator<Found> {
  const { head, rest } = await peek(parts);
  const start = head.trimStart();
  const [line = ''] = start.split('\n');
  if (/\.jsonl$/u.test(name) || isObject(line)) yield* readLines(rest, name);
  else if (/^(?:\[\s*\{|\{\s*")/u.test(start)) yield* readList(rest, name);
  else yield* readWindows(rest);
}

function isObject(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}

/** Characters by which it is told what a text is. */
const SAMPLE = 65_536;

/** The first parts, a whole line of text at least where there is one, and all parts. */
async function peek(parts: AsyncIterable<string>): Promise<{ head: string; rest: AsyncIterable<string> }> {
  const iterator = parts[Symbol.asyncIterator]();
  let head = '';
  for (;;) {
    if (head.length >= SAMPLE || head.trimStart().includes('\n')) break;
    const next = await iterator.next();
    if (next.done) break;
    head += next.value;
  }
  async function* rest(): AsyncGenerator<string> {
    yield head;
    for (let part = await iterator.next(); !part.done; part = await iterator.next()) yield part.value;
  }
  return { head, rest: rest() };
}

async function* readLines(parts: AsyncIterable<string>, name: string): AsyncGenerator<FoundRecord> {
  for await (const { line, text } of splitTextLines(parts, name)) {
    if (text.trim() !== '') yield foundRecord(parse(text, `${name}:${line}`), line, `${name}:${line}`);
  }
}

async function* readList(parts: AsyncIterable<string>, name: string): AsyncGenerator<FoundRecord> {
  const all: string[] = [];
  let size = 0;
  for await (const part of parts) {
    all.push(part);
    size += part.length;
    if (size > LONGEST_LIST) {
      throw new InputError(`${name}: more than ${LONGEST_LIST} characters of JSON, expected JSON Lines`);
    }
  }
  const found = parse(all.join(''), name);
  for (const [index, value] of (Array.isArray(found) ? (found as unknown[]) : [found]).entries()) {
    yield foundRecord(value, index + 1, `${name}: poem ${index + 1}`);
  }
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InputError(`${where}: ${jsonProblem(error)}`);
  }
}

function foundRecord(value: unknown, line: number, where: string): FoundRecord {
  const record = readPoemRecord(value);
  if (!record) {
    throw new InputError(
      `${where}: no poem found, expected one of text, completion, chosen, lines, paragraphs`,
    );
  }
  const { source, id = source } = value as { readonly source?: unknown; readonly id?: unknown };
  const named = source ?? id;
  return { kind: 'record', line, id: typeof named === 'string' ? named : undefined, record };
}

/** The lines of the first poem of a file. @throws InputError where it holds none */
export async function readFirstPoem(file: string): Promise<readonly string[]> {
  for await (const poem of readPoemFile(file)) return linesOf(poem);
  throw new InputError(`${file}: no verse found, expected a poem`);
}

/** The lines of a poem, wherever it was found. */
export function linesOf(poem: Found): readonly string[] {
  return poem.kind === 'text' ? poem.lines : readPoemLines(poem.record.text);
}

async function* readWindows(parts: AsyncIterable<string>): AsyncGenerator<FoundPoem> {
  let text = '';
  let loose: readonly LeftOut[] = [];
  const emit = (poem: PastedPoem): FoundPoem => {
    const leftOut = [...loose, ...poem.leftOut];
    loose = [];
    return { kind: 'text', ...poem, leftOut };
  };
  for await (const part of parts) {
    text += part;
    if (text.length < WINDOW) continue;
    const { poems } = readPoemText(text);
    const last = poems.at(-1);
    const start = last ? startOf(last, text) : Math.max(0, text.length - OVERLAP);
    // A poem that fills the window, or cannot be found again, is given as far as it is known.
    const held = start > 0 ? poems.slice(0, -1) : poems;
    yield* held.map(emit);
    text = start > 0 ? text.slice(start) : '';
  }
  const { poems, leftOut } = readPoemText(text);
  loose = leftOut;
  yield* poems.map(emit);
}

/** Where a poem begins in the text that it was read from, its title included; 0 where that cannot be told. */
function startOf({ lines, title }: PastedPoem, text: string): number {
  const [first = ''] = lines;
  let at = text.length;
  for (const line of lines) if (line === first && at > 0) at = text.lastIndexOf(first, at - 1);
  if (at < 0) return 0;
  const heading = title === undefined ? -1 : text.lastIndexOf(title, at);
  return text.lastIndexOf('\n', heading >= 0 && at - heading < OVERLAP ? heading : at) + 1;
}
