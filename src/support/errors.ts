/** Errors that are the user's to mend: one clear line, exit code 2. */

/** Bad input. The message names the file, the line or key, what was found and what was expected. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
