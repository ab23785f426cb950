/** Parsing of option values shared by the commands. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { TSchema } from 'typebox';
import { DECODING_DTYPES } from '../model/frozen-base.js';
import { FORM_NAMES, formByName, type FormName } from '../poetry/forms/forms.js';
import { InputError } from '../support/errors.js';
import { expectation, problemOf, shownValue } from '../support/schema.js';
import { DEVICES, ThreadsSchema } from '../tensor/device.js';

/** Reads a number on the command line, in the range of its setting. */
export function numberOption(schema: TSchema): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (problemOf(schema, value) === undefined) return value;
    throw new InvalidArgumentError(`found ${shownValue(text)}, expected ${expectation(schema)}`);
  };
}

/** An option for a number, described by its setting. */
export function settingOption(flags: string, schema: TSchema & { readonly description?: string }): Option {
  return new Option(flags, schema.description).argParser(numberOption(schema));
}

/** Collects the values of an option that may be given several times. */
export function repeatedOption(value: string, before: string[]): string[] {
  return [...before, value];
}

/** The options of every command that writes a file. */
export function addOutFileOptions(command: Command, append = false): Command {
  command.option('--force', 'replace a file that is there already');
  return append ? command.option('--append', 'write behind what a file has already') : command;
}

/** Refuses two options of which one would be dropped; commander knows this of options with different names only. */
export function refuseTogether(command: Command, first: string, second: string): void {
  const seen = new Set<string>();
  for (const name of [first, second]) {
    command.on(`option:${name}`, () => {
      seen.add(name);
      if (seen.size > 1) {
        throw new InputError(`--${first} and --${second}: found both, expected one of the two`);
      }
    });
  }
}

/** The options of every command that runs a model: {@link RuntimeOptions}. */
export function addRuntimeOptions(command: Command): Command {
  return command
    .addOption(settingOption('--threads <n>', ThreadsSchema))
    .addOption(new Option('--device <name>', 'where the model runs').choices(DEVICES).default('cpu'));
}

/** A form by any of its names. */
export function formOption(name: string): FormName {
  const form = formByName(name);
  if (form) return form;
  throw new InvalidArgumentError(`found ${shownValue(name)}, expected one of ${FORM_NAMES.join(', ')}`);
}

/** The precision that poems are written in. */
export function dtypeOption(): Option {
  return new Option('--dtype <name>', 'precision of the base model')
    .choices(DECODING_DTYPES)
    .default('float32');
}
