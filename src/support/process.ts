/** Which process a number means: numbers are used again, the moment at which a process began is not. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Where Linux tells about its processes. */
const PROCESSES = '/proc';

/**
 * When a process began, as a text to compare: on Linux the boot and the clock ticks since it, elsewhere what `ps` says. Undefined for
 * a process that has ended, and where the system does not tell.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  const boot = await readFile(`${PROCESSES}/sys/kernel/random/boot_id`, 'utf8').catch(() => undefined);
  if (boot === undefined) return startByPs(pid);
  const stat = await readFile(`${PROCESSES}/${pid}/stat`, 'utf8').catch(() => '');
  // The program's name, in brackets, may hold anything: proc(5) counts fields from behind it. The third is the state, the 22nd the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields[0], fields[19]];
  return ticks === undefined || state === 'Z' || state === 'X' ? undefined : `${boot.trim()}/${ticks}`;
}

async function startByPs(pid: number): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], {
    env: { ...process.env, LC_ALL: 'C' },
  }).catch(() => ({ stdout: '' }));
  return stdout.trim() || undefined;
}

/**
 * Whether the process is still there that had this number when it began at `start`.
 *
 * @param start what {@link processStart} said of it; without it any process of this number is taken for it
 */
export async function isRunning(pid: number, start: string | undefined): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // The process is there, but belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return start === undefined || (await processStart(pid)) === start;
}
