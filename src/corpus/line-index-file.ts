/** The index of a corpus's lines as a file: built by `shiren data index`, shipped for the Tang poems. */
import { isRegulatedLength } from '../poetry/prosody/line-types.js';
import { readFile } from 'node:fs/promises';
import { LineIndex } from '../poetry/line-index.js';
import { characters } from '../poetry/text.js';
import { InputError, messageOf } from '../support/errors.js';
import { writeFileWhole } from '../support/files.js';
import { resolvePath } from '../support/package-files.js';
import { CLEANING_DEFAULTS } from './clean.js';
import { readCleanPoems } from './read-clean.js';

/** Poems of any length and shape: a line of a long or irregular one is as well known. */
const ALL_POEMS = { ...CLEANING_DEFAULTS, fewestLines: 1, mostLines: Infinity, regularOnly: false };

/** The lines of five and seven characters of all poems of the sources, simplified. */
export async function collectLines(sources: readonly string[]): Promise<Set<string>> {
  const lines = new Set<string>();
  for await (const poem of readCleanPoems(sources, ALL_POEMS)) {
    for (const line of poem.lines) {
      if (isRegulatedLength(characters(line).length)) lines.add(line);
    }
  }
  return lines;
}

/** Writes the index of these lines; the file is whole or absent. */
export async function writeLineIndex(file: string, lines: Iterable<string>): Promise<void> {
  await writeFileWhole(file, LineIndex.of(lines).toBytes());
}

/** Reads an index; `data/tang.index` is found inside this package from any folder. @throws InputError for a file that is missing or no index */
export async function readLineIndex(file: string): Promise<LineIndex> {
  const bytes = await readFile(resolvePath(file)).catch((error: unknown) => {
    throw new InputError(`${file}: ${messageOf(error)}`);
  });
  const index = LineIndex.fromBytes(bytes);
  if (!index)
    throw new InputError(
      `${file}: not an index of lines, or cut short; expected one that "shiren data index" wrote`,
    );
  return index;
}
