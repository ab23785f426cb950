/**
 * `shiren completion`: what the shells complete by. The scripts ask `shiren complete -- WORDS` at each TAB, which answers from the commands' own
 * tables of options.
 */
import addCompletion from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/** Adds both commands; the commands and options that are completed are those that the program has by now. */
export function completionCommand(program: Command): void {
  addCompletion(program, { completionCommandName: 'completion' });
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('补全 a script that completes commands and options: bash, zsh, fish or powershell')
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  source <(shiren completion bash)',
        '  shiren completion zsh > "${fpath[1]}/_shiren"',
        '  shiren completion fish > ~/.config/fish/completions/shiren.fish',
      ].join('\n'),
    );
}
