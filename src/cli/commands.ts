/** The commands, by what one wants to do, and how each is loaded: only those that are needed, for all together take seconds. */
import type { Command } from 'commander';
import { say } from './language.js';

type Register = (program: Command) => void;
type Load = () => Promise<Register>;

const WRITING: Readonly<Record<string, Load>> = {
  write: async () => (await import('./write.js')).writeCommand,
  check: async () => (await import('./check.js')).checkCommand,
  lookup: async () => (await import('./lookup.js')).lookupCommand,
  rhyme: async () => (await import('./rhyme.js')).rhymeCommand,
};
const TRAINING: Readonly<Record<string, Load>> = {
  demo: async () => (await import('./demo.js')).demoCommand,
  data: async () => (await import('./data.js')).dataCommand,
  train: async () => (await import('./train.js')).trainCommand,
  reward: async () => (await import('./reward.js')).rewardCommand,
  eval: async () => (await import('./eval.js')).evalCommand,
  pretrain: async () => (await import('./pretrain.js')).pretrainCommand,
};
const SHARING: Readonly<Record<string, Load>> = {
  studio: async () => (await import('./studio.js')).studioCommand,
  export: async () => (await import('./export.js')).exportCommand,
};
const MACHINE: Readonly<Record<string, Load>> = {
  doctor: async () => (await import('./doctor.js')).doctorCommand,
};

const groups = (): readonly (readonly [string, Readonly<Record<string, Load>>])[] => [
  [say('写诗与查韵', 'Write and check'), WRITING],
  [say('训练与评测', 'Train and compare'), TRAINING],
  [say('网页、接口与其他程序', 'The page, HTTP, and other programs'), SHARING],
  [say('本机', 'This machine'), MACHINE],
];

/** What answers the shells; they name other commands behind themselves. */
const COMPLETING = ['completion', 'complete'];

/** Registers the command that is named first, or all where none is (for help, and for slips of the pen). */
export async function registerCommands(program: Command, words: readonly string[]): Promise<void> {
  const tables = groups();
  const names = tables.flatMap(([, table]) => Object.keys(table));
  const named = words.find((word) => names.includes(word));
  const completes = COMPLETING.includes(words[0] ?? '');
  for (const [heading, table] of tables) {
    program.commandsGroup(`${heading}:`);
    for (const [name, load] of Object.entries(table)) {
      if (named !== undefined && named !== name) continue;
      // The first word is completed from the names alone.
      if (completes && named === undefined) program.command(name);
      else (await load())(program);
    }
  }
  if (completes || named === undefined) (await import('./completion.js')).completionCommand(program);
}
