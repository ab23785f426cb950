/** The rows of a data set's files, one at a time: JSON Lines, JSON, CSV and Parquet. */
import { createReadStream, existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { JSONParser } from '@streamparser/json';
import { parse as csvParser, type CsvError } from 'csv-parse';
import { InputError, messageOf } from '../support/errors.js';
import { isRecord, jsonProblem } from '../support/files.js';
import { requireRegularFile } from '../support/regular-file.js';
import { decodeText, splitTextLines } from '../support/text-stream.js';

/** A row as it was read, and where: `FILE:LINE`, or `FILE: row N`. */
export interface Row {
  readonly place: string;
  readonly value: Readonly<Record<string, unknown>>;
}

type Reader = (file: string) => AsyncGenerator<{ readonly place: string; readonly value: unknown }>;

/** Who reads a file, by the end of its name; a file of another name is taken for JSON Lines. */
const READERS: Readonly<Record<string, Reader>> = {
  json: readJsonRows,
  csv: (file) => readTable(file, ','),
  tsv: (file) => readTable(file, '\t'),
  parquet: readParquetRows,
};

const COMPRESSED = /\.gz$/u;

/** The ends of names of files that data sets are in. */
export const DATASET_FILE = /\.(?:jsonl|ndjson|json|csv|tsv)(?:\.gz)?$|\.parquet$/u;

/** The rows of a file. @throws InputError naming the file and the row that is none */
export async function* readRows(file: string): AsyncGenerator<Row> {
  if (!existsSync(file)) throw new InputError(`${file}: no such file`);
  await requireRegularFile(file);
  const [, end = ''] = /\.([^./\\]+)$/u.exec(file.replace(COMPRESSED, '')) ?? [];
  const read = Object.hasOwn(READERS, end) ? READERS[end] : undefined;
  for await (const { place, value } of (read ?? readJsonLines)(file)) {
    if (!isRecord(value)) throw new InputError(`${place}: expected an object`);
    yield { place, value };
  }
}

/** The text of a file, unpacked where it is compressed. */
function textOf(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file);
  return decodeText(COMPRESSED.test(file) ? bytes.pipe(createGunzip()) : bytes, file);
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InputError(`${place}: ${jsonProblem(error)}`);
  }
}

async function* readJsonLines(file: string, parts: AsyncIterable<string> = textOf(file)): ReturnType<Reader> {
  for await (const { line, text } of splitTextLines(parts, file)) {
    const place = `${file}:${line}`;
    if (text.trim() !== '') yield { place, value: parseJson(text, place) };
  }
}

/** A list of objects; or JSON Lines under this name, as Hugging Face's `datasets` takes them too. */
async function* readJsonRows(file: string): ReturnType<Reader> {
  const parts = textOf(file);
  let head = '';
  for (let next = await parts.next(); !next.done; next = await parts.next()) {
    head += next.value;
    if (head.trimStart() !== '') break;
  }
  async function* all(): AsyncGenerator<string> {
    yield head;
    yield* parts;
  }
  if (head.trimStart().startsWith('[')) yield* readJsonList(file, all());
  else yield* readJsonLines(file, all());
}

async function* readJsonList(file: string, parts: AsyncIterable<string>): ReturnType<Reader> {
  const parser = new JSONParser({ paths: ['$.*'], keepStack: false });
  let values: unknown[] = [];
  let problem: unknown;
  parser.onValue = ({ value }) => values.push(value);
  parser.onError = (error) => (problem ??= error);
  let row = 0;
  for await (const part of parts) {
    parser.write(part);
    if (problem !== undefined) throw new InputError(`${file}: row ${row + values.length + 1}: not JSON`);
    for (const value of values) {
      row += 1;
      yield { place: `${file}: row ${row}`, value };
    }
    values = [];
  }
  if (!parser.isEnded) throw new InputError(`${file}: row ${row + 1}: the list is cut short`);
}

/** A table with a first line of names. What is JSON in a cell (a list of messages) is read as that. */
async function* readTable(file: string, delimiter: string): ReturnType<Reader> {
  const table = Readable.from(textOf(file)).pipe(
    csvParser({ columns: true, bom: true, delimiter, skip_empty_lines: true, info: true }),
  );
  try {
    for await (const { record, info } of table as AsyncIterable<TableRow>) {
      const cells = Object.entries(record).map(([name, text]) => [name, cellOf(text)]);
      yield { place: `${file}:${info.lines}`, value: Object.fromEntries(cells) };
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { lines } = error as CsvError & { readonly lines?: number };
    throw new InputError(
      `${file}${lines === undefined ? '' : `:${lines}`}: not a table (${messageOf(error)})`,
    );
  }
}

interface TableRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function cellOf(text: string): unknown {
  if (!/^\s*\[\s*\{/u.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Rows of Parquet that are held at once. */
const ROWS_AT_ONCE = 1000;

async function* readParquetRows(file: string): ReturnType<Reader> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  try {
    const buffer = await asyncBufferFromFile(file);
    const metadata = await parquetMetadataAsync(buffer);
    const count = Number(metadata.num_rows);
    for (let start = 0; start < count; start += ROWS_AT_ONCE) {
      const end = Math.min(count, start + ROWS_AT_ONCE);
      const rows = await parquetReadObjects({
        ...{ file: buffer, metadata, compressors },
        ...{ rowStart: start, rowEnd: end },
      });
      for (const [index, value] of rows.entries())
        yield { place: `${file}: row ${start + index + 1}`, value };
    }
  } catch (error) {
    throw new InputError(`${file}: not Parquet that can be read (${messageOf(error)})`);
  }
}
