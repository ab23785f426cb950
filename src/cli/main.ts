/** The command line: builds the program, runs it, and turns errors into one line and an exit code. */
import { Command, CommanderError, Option } from 'commander';
import { InputError, messageOf } from '../support/errors.js';
import { checkCommand } from './check.js';
import { dataCommand } from './data.js';
import { demoCommand } from './demo.js';
import { evalCommand } from './eval.js';
import { exportCommand } from './export.js';
import { setLanguage, type Language } from './language.js';
import { pretrainCommand } from './pretrain.js';
import { trainCommand } from './train.js';
import { writeCommand } from './write.js';

const COMMANDS = [
  writeCommand,
  checkCommand,
  dataCommand,
  trainCommand,
  evalCommand,
  exportCommand,
  pretrainCommand,
  demoCommand,
];

export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('shiren')
    .description('诗人 shiren: teaches a small language model to write Tang poems, and writes them')
    .addOption(new Option('--lang <language>', '语言 language of messages').choices(['zh', 'en']))
    .exitOverride()
    .hook('preAction', (command) => {
      const { lang } = command.opts<{ lang?: Language }>();
      if (lang) setLanguage(lang);
    });
  for (const register of COMMANDS) register(program);
  for (const command of allCommands(program)) command.exitOverride();
  try {
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
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

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
