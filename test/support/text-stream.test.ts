import { mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { decodeText, encodingOf, readTextParts, splitTextLines } from '../../src/support/text-stream.js';

const POEM = '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。\n';
/** 登鸛雀樓 in GB18030 and in Big5, as `iconv` writes it. */
const GB18030 = Buffer.from('b5c7fb9cc8b8d8a7a3acb0d7c8d5d2c0c9bdb1a4a3ac', 'hex');
const BIG5 = Buffer.from('b5c6c64ba4e9a8ccb3b1baa1a141b6c0aa65a44aaefcac79a143', 'hex');

const utf16 = (text: string, bigEndian = false): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function whole(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

describe('encodings', () => {
  it.each([
    ['utf-8', Buffer.from(POEM)],
    ['utf-8', Buffer.from(`\ufeff${POEM}`)],
    ['utf-16le', utf16(`\ufeff${POEM}`)],
    ['utf-16be', utf16(`\ufeff${POEM}`, true)],
    ['utf-16le', utf16(POEM)],
    ['utf-16be', utf16(POEM, true)],
    ['GB18030', GB18030],
    ['Big5', BIG5],
  ])('tells %s by its bytes', async (encoding, bytes) => {
    expect(await encodingOf(bytes)).toBe(encoding);
  });

  it('decodes characters that are cut between parts', async () => {
    for (const bytes of [Buffer.from(POEM), utf16(POEM), utf16(`\ufeff${POEM}`, true)]) {
      for (const size of [1, 3, 1000]) expect(await whole(decodeText(inPieces(bytes, size), 'x'))).toBe(POEM);
    }
    const long = Buffer.from(POEM.repeat(3000));
    expect(await whole(decodeText(inPieces(long, 70_001), 'x'))).toBe(POEM.repeat(3000));
  });

  it('refuses what is no text', async () => {
    await expect(
      whole(decodeText(inPieces(Buffer.from([0, 1, 2, 0, 255, 254, 7, 0, 9]), 4), 'x.bin')),
    ).rejects.toThrow('x.bin: not a text');
  });
});

describe('files without an end', () => {
  it('are refused at once', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'shiren-'));
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const [file, what] of [
      ['/dev/zero', 'a device'],
      [pipe, 'a pipe'],
      [folder, 'a folder'],
    ] as const) {
      await expect(whole(readTextParts(file))).rejects.toThrow(`${file}: ${what}, expected a regular file`);
    }
    const file = path.join(folder, 'poem.txt');
    await writeFile(file, POEM);
    expect(await whole(readTextParts(file))).toBe(POEM);
  });
});

describe('lines of a text', () => {
  async function* parts(...texts: string[]): AsyncGenerator<string> {
    yield* texts;
  }

  it('are numbered, whichever way the parts fall', async () => {
    const found: string[] = [];
    for await (const { line, text } of splitTextLines(parts('a\r', '\nb', 'c\n\n', 'd'), 'x'))
      found.push(`${line}${text}`);
    expect(found).toEqual(['1a', '2bc', '3', '4d']);
  });

  it('have a limit, and the message names the line', async () => {
    const lines = splitTextLines(parts('ab\n', 'abc', 'def', 'ghi'), 'x.jsonl', 5);
    await expect(
      (async () => {
        for await (const { text } of lines) expect(text).toBe('ab');
      })(),
    ).rejects.toThrow('x.jsonl:2: a line of more than');
  });
});
