/** The command line: builds the program, runs it, and turns errors into one line and an exit code. */
import { Command, CommanderError, Option } from 'commander';
import { InputError, messageOf, oneLine, systemProblem } from '../support/errors.js';
import { packageVersion } from '../support/package-files.js';
import { inChinese } from './chinese.js';
import { registerCommands } from './commands.js';
import { languageOf, LANGUAGES, say, setLanguage } from './language.js';

/** What to do first, for those who ask for nothing. */
function welcome(): string {
  const first = [
    ['shiren write --form 五言绝句 --theme 秋,月', '写一首诗', 'write a poem'],
    ['shiren check 白日依山尽，黄河入海流。', '看平仄与押韵', 'check tones and rhymes'],
    ['shiren studio', '在网页上写、改、比、训', 'write, check, compare and train on a page'],
    ['shiren demo', '看全程：数据、三段训练、评测', 'the whole way: data, three stages, evaluation'],
    ['shiren train recipes/mini.yaml', '训练小模型', 'train the miniature'],
    ['shiren doctor', '看本机是否齐备', 'see whether this machine is ready'],
    ['shiren help', '所有命令；shiren help write 细说一个', 'all commands; shiren help write tells one'],
  ] as const;
  const lines = first.map(([command, chinese, english]) => `  ${command}  # ${say(chinese, english)}`);
  return [`诗人 shiren ${packageVersion()}`, '', ...lines, ''].join('\n');
}

export async function main(argv: readonly string[]): Promise<number> {
  const language = languageOf(argv);
  if (language) setLanguage(language);
  const program = new Command('shiren')
    .description('诗人 shiren: teaches a small language model to write Tang poems, and writes them')
    .addOption(new Option('--lang <language>', '语言 language of messages').choices([...LANGUAGES]))
    .version(packageVersion(), '-V, --version', '版本 print the version')
    .exitOverride()
    // It quotes arguments as they are.
    .configureOutput({
      outputError: (text, write) => write(`${told(text.trim().replaceAll('\n', ' '))}\n`),
    })
    .configureHelp({ styleTitle: (title) => say(TITLES[title] ?? title, title) });
  await registerCommands(program, argv.slice(2));
  for (const command of allCommands(program)) command.exitOverride();
  try {
    if (argv.length === 2) {
      console.log(welcome());
      return 0;
    }
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof InputError) {
      console.error(`shiren: ${told(error.message)}`);
      return 2;
    }
    const system = systemProblem(error);
    console.error(`shiren: ${system === undefined ? messageOf(error) : told(system)}`);
    if (process.env['SHIREN_DEBUG']) console.error(error);
    return system === undefined ? 1 : 2;
  }
}

/** A message as one line in the user's language. */
const told = (message: string): string => oneLine(say(inChinese(message), message));

/** Headings of the help. */
const TITLES: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Global Options:': '通用选项：',
  'Commands:': '命令：',
};

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
