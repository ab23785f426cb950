/** Short texts that people hand in, prompts and poems: from a file, or from standard input. */
import { createReadStream } from 'node:fs';
import { InputError, messageOf } from './errors.js';
import { requireRegularFile } from './regular-file.js';

/** How standard input is named where a file is expected. */
export const STANDARD_INPUT = '-';

/**
 * Reads a text. Where it is longer than it may be, the rest is not read.
 *
 * @param file a regular file, or `-` for standard input
 * @param most bytes that it may have
 * @throws InputError for a file that is none or cannot be read, and for a text that is too long or not UTF-8
 */
export async function readShortText(file: string, most: number): Promise<string> {
  const fromInput = file === STANDARD_INPUT;
  const name = fromInput ? 'standard input' : file;
  if (!fromInput) await requireRegularFile(file);
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of (fromInput ? process.stdin : createReadStream(file)) as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (size > most)
        throw new InputError(`${name}: longer than ${most} bytes, expected a prompt or a poem`);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${name}: cannot be read (${messageOf(error)})`);
  }
}
