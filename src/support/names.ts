/** Names that become file names: of stages, runs and models. One rule for all, on every system. */
import { Type, type TSchemaOptions } from 'typebox';

/** Longest name, so that with what is appended to it no file system refuses it in bytes. */
const LONGEST = 64;

/** Separators, what some systems forbid, control characters, and marks that make a text look like another. */
const FORBIDDEN = String.raw`\u0000-\u001f\u007f-\u009f/\\:*?"<>|\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff`;
/** Names of devices on Windows, whatever follows behind a dot. */
const DEVICES =
  '(?![cC][oO][nN](?:\\.|$)|[pP][rR][nN](?:\\.|$)|[aA][uU][xX](?:\\.|$)|[nN][uU][lL](?:\\.|$)|(?:[cC][oO][mM]|[lL][pP][tT])\\d(?:\\.|$))';

const PATTERN = `^${DEVICES}(?![-. ])[^${FORBIDDEN}]{1,${LONGEST}}(?<![. ])$`;

const PLAIN = {
  expected: 'a plain file name, without / \\ : * ? " < > |, not beginning with a dot or -',
  pattern: PATTERN,
};

/** A plain file name: no path, no option, nothing that a system takes for something else. */
export const nameSchema = (options: TSchemaOptions = {}) => Type.String({ ...PLAIN, ...options });

/** A file name for something whose name may be anything: what names forbid becomes `_`. */
export function fileNameFor(name: string): string {
  const plain = name
    .replace(new RegExp(`[${FORBIDDEN}]`, 'gu'), '_')
    .slice(0, LONGEST)
    .replace(/^[-. ]+|[. ]+$/gu, '_');
  return new RegExp(PATTERN, 'u').test(plain) ? plain : `_${plain}`;
}
