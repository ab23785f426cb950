/** Downloads that go on where they broke off. */
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { InputError, messageOf } from './errors.js';

export interface Download {
  readonly url: string;
  /** Where the bytes go; what is there already is taken for their beginning. */
  readonly file: string;
  /** How messages call it. */
  readonly name: string;
  /** Bytes expected, where they are known. */
  readonly size?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes so far, and of all where they are known. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
}

const ATTEMPTS = 5;

async function sizeOf(file: string): Promise<number> {
  return existsSync(file) ? (await stat(file)).size : 0;
}

/**
 * Downloads a file; goes on from its part if the server can.
 *
 * @throws InputError for an answer that is no success, and for a connection that breaks off again and again (the part stays)
 */
export async function download(options: Download): Promise<void> {
  const { file, name, size } = options;
  await mkdir(path.dirname(file), { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await fetchRest(options);
      return;
    } catch (error) {
      if (error instanceof InputError) throw error;
      if (attempt < ATTEMPTS) continue;
      const of = size === undefined ? '' : ` of ${size}`;
      const cause = error instanceof Error && error.cause ? `: ${messageOf(error.cause)}` : '';
      throw new InputError(
        `${name}: the connection broke off at byte ${await sizeOf(file)}${of} (${messageOf(error)}${cause}); run again to go on from there`,
      );
    }
  }
}

/** Appends what is missing of a file. @throws the network's error if it breaks off */
async function fetchRest({ url, file, name, size, headers, onProgress }: Download): Promise<void> {
  const start = await sizeOf(file);
  if (size !== undefined && start >= size && start > 0) return;
  const response = await fetch(url, {
    headers: { ...headers, ...(start > 0 ? { Range: `bytes=${start}-` } : {}) },
  });
  // The range begins behind the last byte: all of it is here.
  if (response.status === 416 && size === undefined) return;
  if (!response.ok || !response.body) {
    throw new InputError(`${name}: ${new URL(url).origin} answers ${response.status}`);
  }
  const resumed = response.status === 206;
  let done = resumed ? start : 0;
  const length = response.headers.get('content-length');
  const total = size ?? (length === null ? undefined : done + Number(length));
  const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  body.on('data', (part: Uint8Array) => {
    done += part.length;
    onProgress?.(done, total);
  });
  await pipeline(body, createWriteStream(file, { flags: resumed ? 'a' : 'w' }));
  if (total !== undefined && done < total) throw new Error(`${done} bytes came`);
}
