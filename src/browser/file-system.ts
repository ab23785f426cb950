/**
 * Files in memory, by the functions of Node.js that reading a model needs: the code that reads model folders runs in a browser as
 * it is, on files that were fetched before.
 */
const files = new Map<string, Uint8Array<ArrayBuffer>>();

export function putFile(file: string, bytes: Uint8Array<ArrayBuffer>): void {
  files.set(file, bytes);
}

/** Forgets the files of a folder. */
export function removeFolder(folder: string): void {
  for (const file of [...files.keys()]) if (file.startsWith(`${folder}/`)) files.delete(file);
}

/** Names and contents of the files of a folder. */
export function filesIn(folder: string): [string, Uint8Array<ArrayBuffer>][] {
  return [...files]
    .filter(([file]) => file.startsWith(`${folder}/`))
    .map(([file, bytes]) => [file.slice(folder.length + 1), bytes]);
}

function bytesOf(file: string): Uint8Array<ArrayBuffer> {
  const bytes = files.get(file);
  if (!bytes) throw new Error(`ENOENT: ${file} was not fetched`);
  return bytes;
}

/** node:fs */
export function existsSync(file: string): boolean {
  return files.has(file) || [...files.keys()].some((name) => name.startsWith(`${file}/`));
}

/** node:fs/promises */
export async function realpath(file: string): Promise<string> {
  return Promise.resolve(file);
}

/** node:fs/promises */
export async function readFile(file: string, encoding?: 'utf8'): Promise<string | Uint8Array> {
  const bytes = bytesOf(file);
  return Promise.resolve(encoding === undefined ? bytes : new TextDecoder().decode(bytes));
}

/** node:fs/promises: what is in memory is a regular file. */
export async function stat(file: string): Promise<{ isFile(): boolean; size: number }> {
  const { length } = bytesOf(file);
  return Promise.resolve({ isFile: () => true, size: length });
}

/** node:fs/promises: a handle for reading. */
export async function open(file: string): Promise<{
  stat(): Promise<{ size: number }>;
  read(target: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  close(): Promise<void>;
}> {
  const bytes = bytesOf(file);
  return Promise.resolve({
    stat: () => Promise.resolve({ size: bytes.length }),
    read: (target, offset, length, position) => {
      const part = bytes.subarray(position, position + length);
      target.set(part, offset);
      return Promise.resolve({ bytesRead: part.length });
    },
    close: () => Promise.resolve(),
  });
}
