/** Errors that are the user's to mend: one clear line, exit code 2. */

/** Bad input. The message names the file, the line or key, what was found and what was expected. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Characters that break a line, steer a terminal or are not seen. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;
/** Characters of a message; of a longer one the beginning and the end are shown. */
const [LONGEST, BEGINNING, END] = [1000, 500, 300];

/** A message as one line of a length that can be read, whatever was quoted in it. */
export function oneLine(message: string): string {
  const line = message.replace(UNSEEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return line.length > LONGEST ? `${line.slice(0, BEGINNING)}…${line.slice(-END)}` : line;
}

/** What systems say in codes, where a person can do something about it. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system can only be read',
  ENOSPC: 'no space is left',
  EDQUOT: 'no space is left',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'a folder, expected a file',
  EEXIST: 'is there already',
  ENOTEMPTY: 'a folder that is not empty',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'links that lead to each other',
  EADDRINUSE: 'the address is in use by another program',
  EADDRNOTAVAIL: 'no address of this machine',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host’s name cannot be looked up now',
  ECONNREFUSED: 'nobody answers there',
  ETIMEDOUT: 'no answer',
  ENOMEM: 'not enough memory',
};

/** What is the matter with the system, in one line, with what it is about. Undefined for errors of another kind. */
export function systemProblem(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path, address, port, hostname } = error as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
    readonly hostname?: string;
  };
  const problem = code === undefined ? undefined : SYSTEM_ERRORS[code];
  if (problem === undefined) return error.cause === undefined ? undefined : systemProblem(error.cause);
  const host = [address, port].filter((one) => one !== undefined).join(':');
  const what = path ?? hostname ?? (host === '' ? undefined : host);
  return `${what === undefined ? '' : `${what}: `}${problem} (${code})`;
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Does something with what stands at a place of a file. @throws InputError of the work, saying where */
export function atPlace<Result>(place: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${place}: ${error.message}`);
    throw error;
  }
}
