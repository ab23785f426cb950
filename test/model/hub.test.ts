import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelWithTokenizer } from '../../src/model/folder.js';
import { hubModelFolder, isHubId } from '../../src/model/hub.js';
import { tinyModel } from '../support-tiny-model.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** A hub with one model, poets/tiny; `misbehave` may answer in its place. */
class LocalHub {
  readonly requests: string[] = [];
  misbehave: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  private constructor(
    private readonly server: Server,
    readonly files: Map<string, Buffer>,
  ) {}

  static async start(): Promise<LocalHub> {
    const { folder } = await tinyModel();
    const files = new Map(
      readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name))] as const),
    );
    files.set('README.md', Buffer.from('not needed'));
    const server = createServer((request, response) => hub.answer(request, response));
    const hub = new LocalHub(server, files);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = (request.url ?? '').split('?')[0] ?? '';
    this.requests.push(`${url} ${request.headers.range ?? ''}`.trim());
    if (this.misbehave(request, response)) return;
    const json = (value: unknown): void => {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
    };
    if (url === '/api/models/poets/tiny/revision/main') {
      json({ id: 'poets/tiny', _id: '1', sha: COMMIT, lastModified: '2026-01-01T00:00:00.000Z' });
      return;
    }
    if (url === `/api/models/poets/tiny/tree/${COMMIT}`) {
      json([...this.files].map(([name, bytes]) => this.entry(name, bytes)));
      return;
    }
    const file = this.files.get(path.basename(url));
    if (url.startsWith(`/poets/tiny/resolve/${COMMIT}/`) && file) {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.statusCode = start > 0 ? 206 : 200;
      response.end(file.subarray(start));
      return;
    }
    response.writeHead(404).end('{"error":"Repository not found"}');
  }

  private entry(name: string, bytes: Buffer): object {
    const git = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
    const large = name.endsWith('.safetensors');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const lfs = { oid: sha256, size: bytes.length, pointerSize: 130 };
    return { type: 'file', path: name, size: bytes.length, oid: git, ...(large ? { lfs } : {}) };
  }
}

describe('models of the Hugging Face hub', () => {
  let hub: LocalHub;
  let home: string;
  const saved = { ...process.env };
  beforeEach(async () => {
    hub = await LocalHub.start();
    home = mkdtempSync(path.join(os.tmpdir(), 'shiren-hf-'));
    process.env = { ...saved, HF_HOME: home, HF_ENDPOINT: hub.url };
    delete process.env['HF_HUB_CACHE'];
    delete process.env['HF_TOKEN'];
    delete process.env['HF_HUB_OFFLINE'];
  });
  afterEach(() => {
    hub.stop();
    process.env = saved;
  });
  const blobs = (): string => path.join(home, 'hub/models--poets--tiny/blobs');
  const weights = (): Buffer => hub.files.get('model.safetensors')!;
  const isWeights = (request: IncomingMessage): boolean => (request.url ?? '').endsWith('/model.safetensors');

  it('are told from folders by their names', () => {
    expect(['Qwen/Qwen3-0.6B', 'Qwen/Qwen3-0.6B@main'].every(isHubId)).toBe(true);
    expect(['miniature', '../models/x', './a', 'a/b/c', '/a/b'].some(isHubId)).toBe(false);
  });

  it('are laid into the cache as Python lays them, and open from there without a network', async () => {
    const seen: number[] = [];
    const folder = await hubModelFolder('poets/tiny', ({ done, total }) => seen.push(done / total));
    expect(folder).toBe(path.join(home, 'hub/models--poets--tiny/snapshots', COMMIT));
    expect(seen.at(-1)).toBe(1);
    const pointer = path.join(folder, 'model.safetensors');
    const sha256 = createHash('sha256').update(weights()).digest('hex');
    expect(lstatSync(pointer).isSymbolicLink()).toBe(true);
    expect(readlinkSync(pointer)).toBe(path.join('../../blobs', sha256));
    expect(readFileSync(path.join(home, 'hub/models--poets--tiny/refs/main'), 'utf8')).toBe(COMMIT);
    expect(readdirSync(folder)).not.toContain('README.md');
    hub.stop();
    process.env['HF_HUB_OFFLINE'] = '1';
    const { model } = await openModelWithTokenizer('poets/tiny');
    expect(model.weights.size).toBeGreaterThan(10);
  });

  it('go on where a connection broke off, over and over', async () => {
    const half = Math.floor(weights().length / 2);
    let breaks = 0;
    hub.misbehave = (request, response) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (!isWeights(request) || breaks >= 3) return false;
      breaks += 1;
      response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': weights().length - start });
      response.write(weights().subarray(start, Math.max(start, half) + 1));
      // A reset right after the write would overtake the bytes: they must have come before the line breaks.
      setTimeout(() => response.destroy(), 100);
      return true;
    };
    const folder = await hubModelFolder('poets/tiny');
    expect(readFileSync(path.join(folder, 'model.safetensors')).equals(weights())).toBe(true);
    const ranges = hub.requests.filter((line) => line.includes('model.safetensors bytes='));
    expect(ranges.length).toBeGreaterThanOrEqual(1);
  });

  it('keep what came when the connection stays broken, and say how to go on', async () => {
    hub.misbehave = (request, response) => {
      if (!isWeights(request)) return false;
      if (request.headers.range) response.destroy();
      else {
        response.writeHead(200, { 'Content-Length': weights().length });
        response.write(weights().subarray(0, 1000), () => response.destroy());
      }
      return true;
    };
    await expect(hubModelFolder('poets/tiny')).rejects.toThrow(
      /poets\/tiny: model\.safetensors: the connection broke off at byte \d+ of \d+ .*run again/,
    );
    const part = readdirSync(blobs()).find((name) => name.endsWith('.incomplete'))!;
    const kept = statSync(path.join(blobs(), part)).size;
    hub.misbehave = () => false;
    const folder = await hubModelFolder('poets/tiny');
    expect(readFileSync(path.join(folder, 'model.safetensors')).equals(weights())).toBe(true);
    if (kept > 0) expect(hub.requests.some((line) => line.endsWith(`bytes=${kept}-`))).toBe(true);
  });

  it('are refused with a wrong checksum, and nothing of them stays', async () => {
    hub.misbehave = (request, response) => {
      if (!isWeights(request)) return false;
      response.end(Buffer.alloc(weights().length));
      return true;
    };
    await expect(hubModelFolder('poets/tiny')).rejects.toThrow(
      /model\.safetensors: checksum \w{64}, expected \w{64}; the file was removed/,
    );
    expect(readdirSync(blobs()).filter((name) => name.includes('incomplete'))).toEqual([]);
  });

  it.each([
    [401, /poets\/tiny: .*answers 401: .*set HF_TOKEN/],
    [404, /poets\/tiny: no such model at http/],
    [500, /poets\/tiny: cannot be read from http/],
  ])('are refused in one line when the hub answers %i', async (status, message) => {
    hub.misbehave = (_, response) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end('{"error":"no"}');
      return true;
    };
    await expect(hubModelFolder('poets/tiny')).rejects.toThrow(message);
  });

  it('send the token, and are refused offline when they are not in the cache', async () => {
    process.env['HF_TOKEN'] = 'hf_secret';
    const seen: (string | undefined)[] = [];
    hub.misbehave = (request) => {
      seen.push(request.headers.authorization);
      return false;
    };
    await hubModelFolder('poets/tiny');
    expect(new Set(seen)).toEqual(new Set(['Bearer hf_secret']));
    process.env['HF_HUB_OFFLINE'] = '1';
    await expect(hubModelFolder('poets/other')).rejects.toThrow(/not in the cache .*HF_HUB_OFFLINE/);
  });
});
