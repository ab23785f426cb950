/** Parsing of option values shared by the commands. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { DECODING_DTYPES } from '../model/frozen-base.js';
import { DEVICES } from '../tensor/device.js';

/** A number on the command line. */
export function numberOption(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError(`expected a number, found "${text}"`);
  return value;
}

/** Collects the values of an option that may be given several times. */
export function repeatedOption(value: string, before: string[]): string[] {
  return [...before, value];
}

/** The options of every command that runs a model: {@link RuntimeOptions}. */
export function addRuntimeOptions(command: Command): Command {
  return command
    .option('--threads <n>', 'threads', numberOption)
    .addOption(new Option('--device <name>', 'where the model runs').choices(DEVICES).default('cpu'));
}

/** The precision that poems are written in. */
export function dtypeOption(): Option {
  return new Option('--dtype <name>', 'precision of the base model')
    .choices(DECODING_DTYPES)
    .default('float32');
}
