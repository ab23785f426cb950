/** The file that a command writes: whole or absent, and never in the place of another that nobody gave up. */
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from './errors.js';
import { diskError } from './files.js';

/** What becomes of a file that is there already; it is refused where nothing is said. */
export interface OutFileOptions {
  /** It gives way. */
  readonly force?: boolean;
  /** It stays, and what is written comes behind it. */
  readonly append?: boolean;
}

/**
 * Makes sure that a file may be written, before anything is worked out for it.
 *
 * @throws InputError for a file that is there already and is neither replaced nor appended to, and for what is no file
 */
export async function requireFreeFile(
  file: string,
  { force = false, append = false }: OutFileOptions,
): Promise<void> {
  if (force && append) throw new InputError('--force and --append: expected one of the two');
  const found = await stat(file).catch(() => undefined);
  if (found !== undefined && !found.isFile()) {
    throw new InputError(`${file}: is there already and no regular file, expected a file to write`);
  }
  if (found !== undefined && !force && !append) {
    throw new InputError(`${file}: is there already, expected a new file, or --force to replace it`);
  }
}

/** A file that grows while its command works, and stands in its place when that is done. */
export class OutFile {
  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    /** Where it grows: beside its place, or there where it is appended to. */
    private readonly at: string,
    /** Bytes that are whole. */
    private size: number,
  ) {}

  /** @throws InputError as {@link requireFreeFile} does, and where the file cannot be written */
  static async open(file: string, options: OutFileOptions = {}): Promise<OutFile> {
    await requireFreeFile(file, options);
    const at = options.append ? file : `${file}.${process.pid}.tmp`;
    try {
      await mkdir(path.dirname(file), { recursive: true });
      const handle = await open(at, options.append ? 'a' : 'w');
      return new OutFile(file, handle, at, (await handle.stat()).size);
    } catch (error) {
      throw diskError(file, error);
    }
  }

  /** Adds a text, whole or not at all. @throws InputError if the disk is full */
  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    try {
      await this.handle.appendFile(bytes);
      this.size += bytes.length;
    } catch (error) {
      await this.handle.truncate(this.size).catch(() => undefined);
      throw diskError(this.file, error);
    }
  }

  /** Puts it in its place, with all that was written whole. */
  async finish(): Promise<void> {
    try {
      await this.handle.sync();
      await this.handle.close();
      if (this.at !== this.file) await rename(this.at, this.file);
    } catch (error) {
      throw diskError(this.file, error);
    }
  }

  /** Leaves all as it was before; what was appended stays. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    if (this.at !== this.file) await rm(this.at, { force: true });
  }
}
