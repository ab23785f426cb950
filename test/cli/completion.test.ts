/** What the shells ask, and the scripts that ask it. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { DEVICES } from '../../src/tensor/device.js';
import { run } from '../in-process.js';
import { shiren } from '../shiren.js';

/** The words that are offered for the last of some. */
function offered(...words: string[]): string[] {
  const { out } = shiren(['complete', '--', ...words]);
  const lines = out.trim().split('\n').slice(0, -1);
  return lines.map((line) => line.split('\t')[0] ?? '');
}

describe('completion', () => {
  it('offers commands, and those of a command', () => {
    expect(offered('')).toEqual(expect.arrayContaining(['write', 'train', 'doctor', 'completion']));
    expect(offered('re')).toEqual(['reward']);
    expect(offered('data', '')).toEqual(expect.arrayContaining(['build', 'fetch', 'check', 'text']));
  });

  it('offers the options of a command, and the values of an option, from its own table', () => {
    expect(offered('write', '--acr')).toEqual(['--acrostic', '--acrostic-end']);
    expect(offered('write', '--device', '')).toEqual([...DEVICES]);
    expect(offered('export', 'gguf', '--a')).toEqual(['--adapter']);
  });

  it.each(['bash', 'zsh', 'fish'])('is a script that %s reads', async (shell) => {
    const { code, text } = await run('completion', shell);
    expect(code).toBe(0);
    expect(text).toContain('shiren complete --');
    const checked = spawnSync(shell, ['-n'], { input: text, encoding: 'utf8' });
    if (checked.error) console.warn(`${shell}: skipped, not installed`);
    else expect(checked.stderr).toBe('');
  });

  it('knows these shells only', async () => {
    const { code, text } = await run('completion', 'tcsh');
    expect([code, text]).toEqual([2, expect.stringContaining('bash')]);
  });
});
