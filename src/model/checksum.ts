/**
 * A file of tensors that knows its own SHA-256: what is trained is read back as it was written, or refused. Numbers have no redundancy, so that
 * nothing else tells a flipped bit in them. Files of other programs carry none and are read as they are.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { InputError } from '../support/errors.js';

/** Names of the metadata: two, so that damage to one of them does not make the file look like another program's. */
const [ALGORITHM, DIGEST] = ['shiren.checksum', 'shiren.sha256'] as const;
const SHA256 = 'sha256';
const BLANK = '0'.repeat(64);

/** What a file carries in its metadata until {@link seal} has its checksum. */
export const UNSEALED: Readonly<Record<string, string>> = { [ALGORITHM]: SHA256, [DIGEST]: BLANK };

/** Where a digest stands in a file, its JSON being written without spaces. */
const placeOf = (head: Buffer, digest: string): number => {
  const key = `"${DIGEST}":"`;
  const at = head.indexOf(`${key}${digest}"`);
  return at < 0 ? at : at + key.length;
};

/** Writes the checksum of a file's bytes into them. @param head how many bytes its length and header are */
export function seal(bytes: Buffer, head: number): void {
  const digest = createHash(SHA256).update(bytes).digest('hex');
  bytes.write(digest, placeOf(bytes.subarray(0, head), BLANK), 'latin1');
}

/**
 * Compares a file with the checksum that it carries, if it carries one.
 *
 * @param head its length and header, with the metadata that was read from them
 * @throws InputError naming a file that is not as it was written
 */
export async function requireIntact(
  file: string,
  head: Uint8Array,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const { [ALGORITHM]: algorithm, [DIGEST]: digest } = metadata;
  if (algorithm === undefined && digest === undefined) return;
  const blank = Buffer.from(head);
  const place = digest?.length === BLANK.length ? placeOf(blank, digest) : -1;
  if (algorithm === SHA256 && place >= 0) {
    blank.write(BLANK, place, 'latin1');
    const hash = createHash(SHA256).update(blank);
    for await (const bytes of createReadStream(file, { start: head.length })) hash.update(bytes as Buffer);
    if (hash.digest('hex') === digest) return;
  }
  throw new InputError(
    `${file}: damaged: its SHA-256 is not the one that it was written with; expected the file as it was written: bring a copy back, or train it anew`,
  );
}
