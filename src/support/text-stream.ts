/** Text out of files and streams of any size, in the encodings that Chinese text comes in. */
import { createReadStream } from 'node:fs';
import { InputError, messageOf } from './errors.js';
import { requireRegularFile } from './regular-file.js';

/** Bytes by which an encoding is told. */
const SAMPLE = 65_536;
/** The byte-order marks, and the encodings that they name. */
const MARKS: readonly (readonly [readonly number[], string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/**
 * The name of the encoding of a text by its first bytes: by its byte-order mark, as UTF-8 where it can be that, as UTF-16 where its
 * code units are those of Chinese text, or as what its bytes are most like (GB18030, Big5). Undefined for what is no text.
 *
 * @param whole whether these are all bytes; if not, the last character may be cut
 */
export async function encodingOf(bytes: Uint8Array, whole = true): Promise<string | undefined> {
  const marked = MARKS.find(([mark]) => mark.every((byte, at) => bytes[at] === byte));
  if (marked) return marked[1];
  if (canDecode(bytes, 'utf-8', whole)) return bytes.includes(0) ? utf16Of(bytes) : 'utf-8';
  const wide = utf16Of(bytes);
  if (wide !== undefined) return wide;
  const { default: chardet } = await import('chardet');
  const found = chardet.analyse(bytes).find(({ name }) => name === 'GB18030' || name === 'Big5');
  return [found?.name, 'GB18030', 'Big5'].find((name) => name !== undefined && canDecode(bytes, name, whole));
}

function canDecode(bytes: Uint8Array, encoding: string, whole: boolean): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: !whole });
    return true;
  } catch {
    return false;
  }
}

/** Share of the code units that are Chinese characters, marks or ASCII from which bytes are UTF-16. */
const MOSTLY = 0.95;

function utf16Of(bytes: Uint8Array): string | undefined {
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  return ['utf-16le', 'utf-16be'].find((encoding) => {
    const text = new TextDecoder(encoding).decode(even);
    const plain = text.match(/[\n\r\t -~\u2000-\u206F\u3000-\u303F\u4E00-\u9FFF\uFF00-\uFFEF]/g)?.length ?? 0;
    return text.length > 0 && plain >= MOSTLY * text.length;
  });
}

/**
 * The text of a stream of bytes, piece by piece. Bytes that are not of its encoding become U+FFFD.
 *
 * @param name what messages call it
 * @throws InputError where it is no text
 */
export async function* decodeText(stream: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let head: Uint8Array[] = [];
  let size = 0;
  const begin = async (whole: boolean): Promise<string> => {
    const bytes = Buffer.concat(head);
    head = [];
    const encoding = await encodingOf(bytes, whole);
    if (encoding === undefined || isBinary(bytes, encoding)) {
      throw new InputError(`${name}: not a text, expected UTF-8, UTF-16, GB18030 or Big5`);
    }
    decoder = new TextDecoder(encoding);
    return decoder.decode(bytes, { stream: true });
  };
  for await (const part of stream) {
    if (decoder) yield decoder.decode(part, { stream: true });
    else {
      head.push(part);
      size += part.length;
      if (size >= SAMPLE) yield await begin(false);
    }
  }
  if (!decoder) yield await begin(true);
  yield decoder?.decode() ?? '';
}

/** Whether bytes that decode hold what no text has. */
function isBinary(bytes: Uint8Array, encoding: string): boolean {
  return !encoding.startsWith('utf-16') && bytes.includes(0);
}

/** The text of a file, piece by piece. @throws InputError where it cannot be read, is no regular file or no text */
export async function* readTextParts(file: string): AsyncGenerator<string> {
  await requireRegularFile(file);
  try {
    yield* decodeText(createReadStream(file), file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file}: cannot be read (${messageOf(error)})`);
  }
}

/** Characters that a line may have. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * Lines of a text with their numbers from 1; the ends of lines are left out.
 *
 * @throws InputError for a line that is longer than it may be
 */
export async function* splitTextLines(
  parts: AsyncIterable<string>,
  name: string,
  longest = LONGEST_LINE,
): AsyncGenerator<{ line: number; text: string }> {
  let line = 0;
  let rest = '';
  const tooLong = (): InputError => {
    const most = `${Math.round(longest / 1024 / 1024)} million characters`;
    return new InputError(`${name}:${line + 1}: a line of more than ${most}, expected an object a line`);
  };
  for await (const part of parts) {
    const [first = '', ...more] = part.split('\n');
    rest += first;
    if (rest.length > longest) throw tooLong();
    for (const next of more) {
      line += 1;
      yield { line, text: rest.endsWith('\r') ? rest.slice(0, -1) : rest };
      rest = next;
      if (rest.length > longest) throw tooLong();
    }
  }
  if (rest !== '') yield { line: line + 1, text: rest };
}
