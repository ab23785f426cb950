/** The command line in a process of its own. */
import { spawnSync } from 'node:child_process';

export function shiren(
  args: readonly string[],
  input = '',
): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'test/run-cli.ts', ...args],
    {
      input,
      encoding: 'utf8',
      // As in a pipe of CI; colours that were asked for of the test runner are not for what it starts.
      env: { ...process.env, LANG: 'en_US.UTF-8', CI: 'true', FORCE_COLOR: undefined },
    },
  );
  return { code: status, out: stdout, err: stderr };
}
