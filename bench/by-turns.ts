/** A command that prints a line a step and, between steps, lets another have the machine. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** A line of the command, and the processor time (user and system) that it had used by then, in seconds. */
export interface Turn {
  readonly line: string;
  readonly cpu: number;
}

export class ByTurns {
  private readonly lines: AsyncIterator<string>;
  private readonly child;

  /** @param checkout the folder of a built checkout, whose command line runs with `args` */
  constructor(checkout: string, args: readonly string[]) {
    const waiting = path.resolve('bench/wait-for-turn.js');
    const command = ['--import', waiting, 'bin/shiren.js', ...args];
    this.child = spawn(process.execPath, command, {
      cwd: checkout,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Lets it go on to its next line; undefined at its end. */
  async turn(): Promise<Turn | undefined> {
    const next = await this.lines.next();
    if (next.done) return undefined;
    return JSON.parse(next.value) as Turn;
  }

  /** Lets it go on after a line. */
  go(): void {
    this.child.stdin.write('\n');
  }

  /** Ends it at once: a command that waits for its turn would not hear a request to stop. */
  stop(): void {
    this.child.kill('SIGKILL');
  }
}
