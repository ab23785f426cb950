/** The rows of data sets in a browser: JSON Lines in memory, whatever their names are. */
import { existsSync } from 'node:fs';
import type { Row } from '../corpus/rows.js';
import { InputError } from '../support/errors.js';
import { isRecord, readJsonLines } from '../support/files.js';

export const DATASET_FILE = /./u;

/** The rows of a file. @throws InputError naming the file and the row that is none */
export async function* readRows(file: string): AsyncGenerator<Row> {
  if (!existsSync(file)) throw new InputError(`${file}: no such data set`);
  for await (const { line, value } of readJsonLines(file)) {
    if (!isRecord(value)) throw new InputError(`${file}:${line}: expected an object`);
    yield { place: `${file}:${line}`, value };
  }
}
