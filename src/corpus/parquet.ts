/** Data sets as Parquet, which Hugging Face's `datasets` reads without parsing. */
import { rename, rm } from 'node:fs/promises';
import { fileWriter, parquetWriteRows, type SchemaElement } from 'hyparquet-writer';
import { InputError } from '../support/errors.js';
import { isRecord, readJsonLines } from '../support/files.js';

type Row = Record<string, unknown>;

/** Rows that are kept together. */
const ROW_GROUP = 10_000;

const string = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'OPTIONAL',
});

const list = (name: string, element: SchemaElement[]): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...element,
];

/** The columns of a kind of value: a list of messages, a list of strings, a number, or a string. */
function columnOf(name: string, value: unknown): SchemaElement[] {
  if (typeof value === 'number') return [{ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' }];
  if (!Array.isArray(value)) return [string(name)];
  if (!isRecord(value[0])) return list(name, [string('element')]);
  const fields = Object.keys(value[0]).map(string);
  return list(name, [
    { name: 'element', repetition_type: 'OPTIONAL', num_children: fields.length },
    ...fields,
  ]);
}

async function* rowsOf(file: string): AsyncGenerator<Row> {
  for await (const { line, value } of readJsonLines(file)) {
    if (!isRecord(value)) throw new InputError(`${file}:${line}: expected an object`);
    yield value;
  }
}

/** The columns of a data set: those of all its rows, each by its first value that tells its kind. */
async function columnsOf(file: string): Promise<Map<string, SchemaElement[]>> {
  const columns = new Map<string, SchemaElement[]>();
  for await (const row of rowsOf(file)) {
    for (const [name, value] of Object.entries(row)) {
      const tells = value !== null && !(Array.isArray(value) && value.length === 0);
      if (tells && !columns.has(name)) columns.set(name, columnOf(name, value));
    }
  }
  return columns;
}

/** Writes a JSON Lines data set as Parquet, whole or not at all. @returns how many rows it has */
export async function writeParquet(source: string, file: string): Promise<number> {
  const columns = await columnsOf(source);
  if (columns.size === 0) throw new InputError(`${source}: no rows`);
  const beside = `${file}.${process.pid}.tmp`;
  let count = 0;
  const rows = async function* (): AsyncGenerator<Row> {
    for await (const row of rowsOf(source)) {
      count += 1;
      yield row;
    }
  };
  try {
    await parquetWriteRows({
      writer: fileWriter(beside),
      rows: rows(),
      columns: [...columns.keys()].map((name) => ({ name })),
      schema: [{ name: 'root', num_children: columns.size }, ...[...columns.values()].flat()],
      rowGroupSize: ROW_GROUP,
    });
    await rename(beside, file);
  } finally {
    await rm(beside, { force: true });
  }
  return count;
}
