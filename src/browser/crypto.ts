/** node:crypto, as far as the library needs it: SHA-256, piece by piece. */
import { sha256 } from '@noble/hashes/sha2.js';
import { Buffer } from 'buffer';

class Hash {
  private readonly state = sha256.create();

  update(data: string | Uint8Array): this {
    this.state.update(typeof data === 'string' ? new TextEncoder().encode(data) : data);
    return this;
  }

  digest(): Buffer;
  digest(encoding: 'hex'): string;
  digest(encoding?: 'hex'): Buffer | string {
    const bytes = Buffer.from(this.state.digest());
    return encoding === undefined ? bytes : bytes.toString(encoding);
  }
}

export function createHash(algorithm: string): Hash {
  if (algorithm !== 'sha256') throw new Error(`${algorithm}: not in a browser, expected sha256`);
  return new Hash();
}
