/** Drawing by name: what is drawn depends on the name alone, not on the order in which names come. */
import { createHash } from 'node:crypto';

/** 32 bits of a text's SHA-256. */
export function digest32(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE();
}
