/** `shiren doctor`: whether this machine is ready, and what would make it faster. */
import type { Command } from 'commander';
import { packageVersion } from '../support/package-files.js';
import { colours } from './colours.js';
import { examine, type Finding } from './doctor-checks.js';

export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('体检 what this machine has: Node.js, processor, memory, devices, cache, models, network')
    .option('--json', 'the findings as JSON')
    .addHelpText('after', '\nExample:\n  shiren doctor')
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await examine();
      console.log(json ? JSON.stringify(findings) : describe(findings));
    });
}

function describe(findings: readonly Finding[]): string {
  const lines = findings.map(
    ({ title, ok, found, advice }) =>
      `${ok ? colours.green('✓') : colours.red('✗')} ${title}: ${found}\n  ${advice}`,
  );
  return [`诗人 shiren ${packageVersion()}`, ...lines].join('\n');
}
