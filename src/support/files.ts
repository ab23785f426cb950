/** Files that are whole or absent, and JSON Lines. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { appendFile, mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InputError, messageOf } from './errors.js';
import { requireRegularFile } from './regular-file.js';
import { readTextParts, splitTextLines } from './text-stream.js';

/** Writes beside the target and renames, so that a reader sees the old file or the new one, never a part. */
export async function writeFileWhole(file: string, content: string | Uint8Array): Promise<void> {
  await writeBeside(file, (handle) => handle.writeFile(content));
}

/** Writes a file whole, piece by piece. */
export async function writeStreamWhole(file: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
  await writeBeside(file, async (handle) => {
    for await (const part of parts) await handle.appendFile(part);
  });
}

/**
 * Fills a folder beside the target and renames it, so that it is whole or absent.
 *
 * @param replace whether a folder that is there already gives way
 * @throws InputError for a folder that is there already and does not
 */
export async function writeFolderWhole(
  folder: string,
  fill: (beside: string) => Promise<void>,
  { replace = false } = {},
): Promise<void> {
  if (!replace && existsSync(folder)) {
    throw new InputError(`${folder}: is there already, expected a new folder`);
  }
  const beside = `${folder}.${process.pid}.tmp`;
  try {
    await mkdir(beside, { recursive: true });
    await fill(beside);
    await rm(folder, { recursive: true, force: true });
    await rename(beside, folder);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

/** A full disk in the user's words; any other error as it is. */
export function diskError(file: string, error: unknown): unknown {
  const full = isRecord(error) && ['ENOSPC', 'EDQUOT'].includes(String(error['code']));
  if (!full) return error;
  return new InputError(
    `${file}: the disk is full; what was finished before is kept, make room and run again`,
  );
}

/** Appends a line to a file. @throws InputError if the disk is full */
export async function appendLine(file: string, line: string): Promise<void> {
  try {
    await appendFile(file, `${line}\n`);
  } catch (error) {
    throw diskError(file, error);
  }
}

async function writeBeside(file: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(beside, 'w');
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw diskError(file, error);
  }
}

/** Writes a value as indented JSON; the file is whole or absent. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFileWhole(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Reads a text file. @throws InputError if it cannot be read or is no regular file */
export async function readText(file: string): Promise<string> {
  await requireRegularFile(file);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file}: cannot be read (${messageOf(error)})`);
  }
}

/** What is wrong with JSON, without what it says: the file may not be the reader's to see. */
export function jsonProblem(error: unknown): string {
  const position = / at position (\d+)/u.exec(messageOf(error))?.[1];
  return position === undefined ? 'not JSON' : `not JSON (at character ${Number(position) + 1})`;
}

/** Reads a JSON file. @throws InputError if it is absent or not JSON */
export async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InputError(`${file}: ${jsonProblem(error)}`);
  }
}

/** The objects of a JSON Lines file with their line numbers (from 1), one at a time. Blank lines are skipped. */
export async function* readJsonLines(file: string): AsyncGenerator<{ line: number; value: unknown }> {
  if (!existsSync(file)) throw new InputError(`${file}: no such file`);
  for await (const { line, text } of splitTextLines(readTextParts(file), file)) {
    if (text.trim() === '') continue;
    try {
      yield { line, value: JSON.parse(text) as unknown };
    } catch (error) {
      throw new InputError(`${file}:${line}: ${jsonProblem(error)}`);
    }
  }
}

/** Writes objects as JSON Lines, whole, one at a time; returns how many there were. */
export async function writeJsonLines(
  file: string,
  values: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<number> {
  return writeTexts(file, values, (value) => JSON.stringify(value));
}

/** Writes lines of text, whole, one at a time; returns how many there were. */
export async function writeLines(file: string, lines: Iterable<string>): Promise<number> {
  return writeTexts(file, lines, (line) => line);
}

const LINES_AT_ONCE = 1000;

async function writeTexts<T>(
  file: string,
  items: Iterable<T> | AsyncIterable<T>,
  toText: (item: T) => string,
): Promise<number> {
  let count = 0;
  await writeStreamWhole(
    file,
    (async function* () {
      let lines: string[] = [];
      for await (const item of items) {
        lines.push(`${toText(item)}\n`);
        count += 1;
        if (lines.length === LINES_AT_ONCE) {
          yield Buffer.from(lines.join(''));
          lines = [];
        }
      }
      yield Buffer.from(lines.join(''));
    })(),
  );
  return count;
}

/** The checksum of a file's bytes in hexadecimal: SHA-256, or another hash that may have been begun. */
export async function hashFile(file: string, hash: Hash = createHash('sha256')): Promise<string> {
  for await (const part of createReadStream(file)) hash.update(part as Uint8Array);
  return hash.digest('hex');
}

/** Whether a value is an object with keys (not null, not an array). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where this program keeps what it can make again: SHIREN_CACHE, or `shiren` in the user's cache folder. */
export function cacheFolder(): string {
  const { SHIREN_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own) return path.resolve(own);
  return path.join(shared ? path.resolve(shared) : path.join(os.homedir(), '.cache'), 'shiren');
}
