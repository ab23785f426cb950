import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMIT, corpusChecksum, fetchCorpus } from '../../src/corpus/fetch.js';
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
