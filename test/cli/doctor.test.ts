import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { examine, type Finding } from '../../src/cli/doctor-checks.js';
import { setLanguage } from '../../src/cli/language.js';
import { run } from '../in-process.js';

afterEach(() => {
  vi.unstubAllEnvs();
  setLanguage('en');
});

const NAMES = ['node', 'processor', 'memory', 'devices', 'cache', 'models', 'network'];
const find = (findings: readonly Finding[], name: string): Finding =>
  findings.find((one) => one.name === name)!;

describe('shiren doctor', () => {
  it('says of everything what is there, and one line of what to do', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const { code, text } = await run('doctor', '--json');
    const findings = JSON.parse(text) as Finding[];
    expect([code, findings.map(({ name }) => name)]).toEqual([0, NAMES]);
    for (const { found, advice } of findings) {
      expect(found).not.toBe('');
      expect(advice).toMatch(/^[^\n]+$/u);
    }
    expect(find(findings, 'node').found).toBe(process.version);
    expect(find(findings, 'models').found).toContain('models/miniature');
    expect(find(findings, 'devices').found.split(', ')).toContain('cpu');
  });

  it('speaks Chinese', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const { text } = await run('--lang', 'zh', 'doctor');
    for (const title of ['处理器', '内存', '设备', '缓存', '模型', '网络'])
      expect(text).toContain(`✓ ${title}`);
  });

  it('finds no network where there is none, which is no error', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '');
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:9');
    const { code, text } = await run('doctor', '--json');
    const network = find(JSON.parse(text) as Finding[], 'network');
    expect([code, network.ok, network.found]).toEqual([0, false, expect.stringContaining('127.0.0.1:9')]);
  });

  it('does not wait for a hub that does not answer', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    vi.stubEnv('HF_HUB_OFFLINE', '');
    vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    expect(find(await examine(50), 'network').ok).toBe(false);
    silent.closeAllConnections();
    silent.close();
  });

  it('looks at the hub’s cache and at its own', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-doctor-'));
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    vi.stubEnv('HF_HUB_CACHE', path.join(folder, 'none'));
    vi.stubEnv('SHIREN_CACHE', path.join(folder, 'not', 'yet'));
    const findings = await examine();
    expect(find(findings, 'cache')).toMatchObject({
      ok: true,
      found: `${path.join(folder, 'not', 'yet')} (0.0 GB)`,
    });
  });
});
