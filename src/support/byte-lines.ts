/** Lines of a file that others append to, read on from where one stopped, each of them short. */
import { createReadStream } from 'node:fs';

/** The byte that ends a line. */
export const NEWLINE = 0x0a;

/** A line, or undefined where it was longer than allowed, and the byte after it. */
export interface ByteLine {
  readonly text: string | undefined;
  readonly end: number;
}

/**
 * The lines of a file from a byte on. What follows the last line break is a line too.
 *
 * @param longest bytes of a line; a longer one is not kept
 */
export async function* byteLines(file: string, start: number, longest: number): AsyncGenerator<ByteLine> {
  let end = start;
  let parts: Buffer[] | undefined = [];
  let length = 0;
  const take = (part: Buffer): void => {
    length += part.length;
    if (length > longest) parts = undefined;
    else parts?.push(part);
  };
  const finish = (): ByteLine => {
    const line = { text: parts && Buffer.concat(parts).toString('utf8'), end };
    [parts, length] = [[], 0];
    return line;
  };
  for await (const chunk of createReadStream(file, { start }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, at));
      end += at + 1 - from;
      from = at + 1;
      yield finish();
    }
    take(chunk.subarray(from));
    end += chunk.length - from;
  }
  if (length > 0) yield finish();
}
