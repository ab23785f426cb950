import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hubDatasetFiles } from '../../src/model/hub-dataset.js';

/** Data sets of a hub: by name and revision the paths of its files. */
type Content = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const text = (file: string): Buffer => Buffer.from(`content of ${file}`);
const sha = (name: string, revision: string): string =>
  createHash('sha1').update(`${name}@${revision}`).digest('hex');

/** A hub of data sets whose files say what they are called. */
async function startHub(content: Content): Promise<{ server: Server; url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
    requests.push(url);
    const json = (value: unknown): void => {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
    };
    for (const [name, revisions] of Object.entries(content)) {
      for (const [revision, files] of Object.entries(revisions)) {
        const commit = sha(name, revision);
        if (url === `/api/datasets/${name}/revision/${revision}`) {
          return json({ id: name, _id: '1', sha: commit, lastModified: '2026-01-01T00:00:00.000Z' });
        }
        if (url === `/api/datasets/${name}/tree/${commit}`) return json(files.map(entry));
        const place = `/datasets/${name}/resolve/${commit}/`;
        if (url.startsWith(place) && files.includes(url.slice(place.length))) {
          response.end(text(url.slice(place.length)));
          return;
        }
      }
    }
    response.writeHead(404).end('{"error":"Repository not found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function entry(file: string): object {
  const bytes = text(file);
  const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  return { type: 'file', path: file, size: bytes.length, oid };
}

const CONTENT: Content = {
  'poets/poems': {
    main: ['README.md', 'data/train-00000-of-00001.jsonl'],
    'refs/convert/parquet': [
      'default/train/0000.parquet',
      'default/train/0001.parquet',
      'default/test/0000.parquet',
    ],
  },
  'poets/subsets': { 'refs/convert/parquet': ['tang/train/0000.parquet', 'song/train/0000.parquet'] },
  'poets/files': {
    main: ['README.md', 'train.jsonl', 'dev.jsonl', '../outside.jsonl', 'notes.pdf'],
    v2: ['poems.csv'],
  },
};

describe('data sets of the Hugging Face hub', () => {
  let hub: Awaited<ReturnType<typeof startHub>>;
  const saved = { ...process.env };
  beforeEach(async () => {
    hub = await startHub(CONTENT);
    const home = mkdtempSync(path.join(os.tmpdir(), 'shiren-hf-data-'));
    process.env = { ...saved, HF_HOME: home, HF_ENDPOINT: hub.url, SHIREN_CACHE: path.join(home, 'shiren') };
    for (const name of ['HF_HUB_CACHE', 'HF_TOKEN', 'HF_HUB_OFFLINE']) delete process.env[name];
  });
  afterEach(() => {
    hub.server.closeAllConnections();
    hub.server.close();
    process.env = saved;
  });
  const bring = (id: string, split = 'train', config: string | null = null): Promise<string[]> =>
    hubDatasetFiles({ id, split, config, isData: (file) => /\.(?:jsonl|csv|parquet)$/u.test(file) });
  const names = (files: readonly string[]): string[] => files.map((file) => readFileSync(file, 'utf8'));

  it('are brought as the hub’s Parquet, a split at a time, and are there without a network then', async () => {
    const files = await bring('poets/poems');
    expect(names(files)).toEqual([
      'content of default/train/0000.parquet',
      'content of default/train/0001.parquet',
    ]);
    expect(files[0]).toContain(path.join('hub', 'datasets--poets--poems', 'snapshots'));
    expect(names(await bring('poets/poems', 'test'))).toEqual(['content of default/test/0000.parquet']);
    process.env['HF_HUB_OFFLINE'] = '1';
    const before = hub.requests.length;
    expect(await bring('poets/poems')).toEqual(files);
    expect(hub.requests.length).toBe(before);
    await expect(bring('poets/files')).rejects.toThrow(
      /poets\/files: not in the cache .*HF_HUB_OFFLINE is set/,
    );
  });

  it('of several subsets need one named', async () => {
    await expect(bring('poets/subsets')).rejects.toThrow(
      'poets/subsets: dataset_config: found none, expected one of tang, song',
    );
    await expect(bring('poets/subsets', 'train', 'yuan')).rejects.toThrow(
      'found yuan, expected one of tang, song',
    );
    expect(names(await bring('poets/subsets', 'train', 'song'))).toEqual([
      'content of song/train/0000.parquet',
    ]);
  });

  it('that the hub has not converted, or at a revision, are their own files by the names of splits', async () => {
    expect(names(await bring('poets/files'))).toEqual(['content of train.jsonl']);
    expect(names(await bring('poets/files', 'validation'))).toEqual(['content of dev.jsonl']);
    expect(names(await bring('poets/files@v2'))).toEqual(['content of poems.csv']);
    await expect(bring('poets/files', 'test')).rejects.toThrow(
      'poets/files: split test: not there, expected one of train, validation',
    );
  });

  it('that are not there are refused in a line', async () => {
    await expect(bring('poets/none')).rejects.toThrow(`poets/none: no such data set at ${hub.url}`);
    await expect(bring('poets/poems', 'dev')).rejects.toThrow(
      'split dev: not there, expected one of train, test',
    );
  });
});
