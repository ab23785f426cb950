/** The command line: builds the program, runs it, and turns errors into one line and an exit code. */
import { Command, CommanderError } from 'commander';
import { InputError, messageOf } from '../support/errors.js';
import { pretrainCommand } from './pretrain.js';

export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('shiren')
    .description('诗人 shiren: teaches a small language model to write Tang poems, and writes them')
    .exitOverride()
    .showHelpAfterError('(shiren --help lists the commands)');
  pretrainCommand(program);
  try {
    await program.parseAsync([...argv]);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof InputError) {
      console.error(`shiren: ${error.message}`);
      return 2;
    }
    console.error(`shiren: ${messageOf(error)}`);
    if (process.env['SHIREN_DEBUG']) console.error(error);
    return 1;
  }
}
