/** The command line within this process: for what it refuses before anything is loaded. */
import { vi } from 'vitest';
import { main } from '../src/cli/main.js';

export interface Ran {
  readonly code: number;
  /** What it printed on both outputs. */
  readonly text: string;
}

export async function run(...args: readonly string[]): Promise<Ran> {
  const said: string[] = [];
  const keep = (chunk: unknown): boolean => Boolean(said.push(String(chunk)));
  const spies = [
    vi.spyOn(process.stderr, 'write').mockImplementation(keep),
    vi.spyOn(process.stdout, 'write').mockImplementation(keep),
    vi.spyOn(console, 'error').mockImplementation((line: unknown) => void said.push(`${String(line)}\n`)),
    vi.spyOn(console, 'log').mockImplementation((line: unknown) => void said.push(`${String(line)}\n`)),
  ];
  try {
    return { code: await main(['node', 'shiren', '--lang', 'en', ...args]), text: said.join('') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
