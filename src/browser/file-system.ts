/**
 * Files in memory, by the functions of Node.js that models and runs need: the code that reads model folders and trains runs in a
 * browser as it is. Names are absolute, or below the root.
 */
import path from 'node:path';

type Bytes = Uint8Array<ArrayBuffer>;

/** Who is told of a file's new bytes; undefined where it is gone. */
export type FileWatcher = (file: string, bytes: Bytes | undefined) => void;

const files = new Map<string, Bytes>();
/** By folder. */
const watchers = new Map<string, FileWatcher>();

const placeOf = (file: string): string => path.resolve('/', file);

/** Tells of every change below a folder. @returns what ends it */
export function watchFolder(folder: string, watcher: FileWatcher): () => void {
  watchers.set(placeOf(folder), watcher);
  return () => watchers.delete(placeOf(folder));
}

function tell(place: string, bytes: Bytes | undefined): void {
  for (const [folder, watcher] of watchers) if (place.startsWith(`${folder}/`)) watcher(place, bytes);
}

export function putFile(file: string, bytes: Bytes): void {
  files.set(placeOf(file), bytes);
  tell(placeOf(file), bytes);
}

function removeFile(file: string): void {
  if (files.delete(placeOf(file))) tell(placeOf(file), undefined);
}

/** Forgets the files of a folder. */
export function removeFolder(folder: string): void {
  for (const [name] of filesIn(folder)) removeFile(path.join(folder, name));
}

/** Names below the folder and contents of the files of a folder and its folders. */
export function filesIn(folder: string): [string, Bytes][] {
  const root = `${placeOf(folder)}/`;
  return [...files]
    .filter(([file]) => file.startsWith(root))
    .map(([file, bytes]) => [file.slice(root.length), bytes]);
}

function bytesOf(file: string): Bytes {
  const bytes = files.get(placeOf(file));
  if (!bytes) throw Object.assign(new Error(`ENOENT: no such file, open '${file}'`), { code: 'ENOENT' });
  return bytes;
}

const encoded = (content: string | Uint8Array): Bytes =>
  typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);

function joined(parts: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** node:fs */
export function existsSync(file: string): boolean {
  return files.has(placeOf(file)) || filesIn(file).length > 0;
}

/** node:fs: folders are there when a file lies in them. */
export function mkdirSync(): void {
  return undefined;
}

/** node:fs */
export function writeFileSync(file: string, content: string | Uint8Array): void {
  putFile(file, encoded(content));
}

/** node:fs */
export function appendFileSync(file: string, content: string | Uint8Array): void {
  putFile(file, joined([files.get(placeOf(file)) ?? new Uint8Array(), encoded(content)]));
}

/** node:fs: as far as it is iterated over. */
export async function* createReadStream(
  file: string,
  { start = 0 }: { readonly start?: number } = {},
): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytesOf(file).subarray(start));
}

/** node:fs/promises */
export async function realpath(file: string): Promise<string> {
  if (!existsSync(file)) bytesOf(file);
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

/** node:fs/promises */
export function mkdir(): Promise<void> {
  return Promise.resolve();
}

/** node:fs/promises: names of what lies in a folder. */
export function readdir(folder: string): Promise<string[]> {
  return Promise.resolve([...new Set(filesIn(folder).map(([name]) => name.split('/')[0] ?? name))]);
}

/** node:fs/promises: of a file or a folder. */
export async function rename(from: string, to: string): Promise<void> {
  const moved = filesIn(from);
  if (moved.length === 0) putFile(to, bytesOf(from));
  for (const [name, bytes] of moved) putFile(path.join(to, name), bytes);
  await rm(from);
}

/** node:fs/promises: of a file or a folder. */
export function rm(file: string): Promise<void> {
  removeFile(file);
  removeFolder(file);
  return Promise.resolve();
}

/** node:fs/promises */
export function writeFile(file: string, content: string | Uint8Array): Promise<void> {
  writeFileSync(file, content);
  return Promise.resolve();
}

/** node:fs/promises */
export function appendFile(file: string, content: string | Uint8Array): Promise<void> {
  appendFileSync(file, content);
  return Promise.resolve();
}

/** A file that is open, as node:fs/promises has it. What is written is there when it is closed. */
interface FileHandle {
  stat(): Promise<{ size: number }>;
  read(
    target: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number; buffer: Uint8Array }>;
  writeFile(content: string | Uint8Array): Promise<void>;
  appendFile(content: string | Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** node:fs/promises: for reading, or for writing anew (`w`). */
export async function open(file: string, flags = 'r'): Promise<FileHandle> {
  const bytes = flags === 'r' ? bytesOf(file) : new Uint8Array();
  const written: Bytes[] = [];
  const write = (content: string | Uint8Array): Promise<void> => {
    written.push(encoded(content));
    return Promise.resolve();
  };
  return Promise.resolve({
    stat: () => Promise.resolve({ size: bytes.length }),
    read: (target, offset, length, position) => {
      const part = bytes.subarray(position, position + length);
      target.set(part, offset);
      return Promise.resolve({ bytesRead: part.length, buffer: target });
    },
    writeFile: write,
    appendFile: write,
    sync: () => Promise.resolve(),
    close: () => {
      if (flags !== 'r') putFile(file, joined(written));
      return Promise.resolve();
    },
  });
}
