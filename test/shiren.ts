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
      env: { ...process.env, LANG: 'en_US.UTF-8' },
    },
  );
  return { code: status, out: stdout, err: stderr };
}
