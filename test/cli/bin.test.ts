import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Runs the launcher as if a property of `process` were another. */
function launch(property: string, value: unknown): { status: number | null; stderr: string } {
  const source = `Object.defineProperty(process, '${property}', { value: ${JSON.stringify(value)} })`;
  const preload = `data:text/javascript,${encodeURIComponent(source)}`;
  return spawnSync(process.execPath, ['--import', preload, 'bin/shiren.js', '--help'], { encoding: 'utf8' });
}

describe('the launcher', () => {
  it('says in one line that Node is too old', () => {
    const { status, stderr } = launch('versions', { ...process.versions, node: '18.20.0' });
    expect(status).toBe(2);
    expect(stderr).toBe('shiren: Node.js 18.20.0 is too old, 20 or newer is needed (https://nodejs.org)\n');
  });

  it('says in one line that the platform has no engine', () => {
    const { status, stderr } = launch('arch', 'ia32');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^shiren: ONNX Runtime has no build for \w+-ia32, only for linux-x64.*\n$/);
  });

  it('ends in silence when its reader has seen enough', async () => {
    const child = spawn(process.execPath, ['bin/shiren.js', 'eval', '--help']);
    child.stdout.destroy();
    const errors: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect([code, errors.join('')]).toEqual([0, '']);
  });

  it
    .skipIf(!existsSync('/dev/full'))
    .each([
      [['check', '白日依山尽，黄河入海流。']],
      [['check', '--json', '白日依山尽，黄河入海流。']],
      [['lookup', '看']],
      [['--help']],
    ])('says in one line that what it prints cannot be written: %j', (args) => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, ['bin/shiren.js', ...args], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^shiren: standard output: .*\n$/)]);
    expect(stderr).toContain('no space');
  });

  it('refuses a prompt of 100,000 characters, and dies of no signal', () => {
    const { status, signal, stderr } = spawnSync(
      process.execPath,
      ['bin/shiren.js', 'write', 'a'.repeat(100_000)],
      { encoding: 'utf8' },
    );
    expect([status, signal]).toEqual([2, null]);
    expect(stderr).toMatch(/^shiren: prompt: found 100000 characters, expected at most 500\n$/);
  });
});
