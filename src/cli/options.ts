/** Parsing of option values shared by the commands. */
import { InvalidArgumentError } from 'commander';

/** A number on the command line. */
export function numberOption(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError(`expected a number, found "${text}"`);
  return value;
}
