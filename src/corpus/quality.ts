/** How good a poem is as an example: whether it rhymes, keeps to its meter, and is known. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { PoemCheck } from '../poetry/prosody/check.js';
import { inCouplets } from '../poetry/forms/layout.js';
import { toSimplified } from '../poetry/script/script.js';
import { isRecord, readJson } from '../support/files.js';

const ENGINES = ['baidu', 'so360', 'bing', 'google'] as const;

/** Author and title, as poems of different files are joined. */
export function nameOf(author: string, title: string): string {
  return toSimplified(`${author}/${title}`).replace(/\s/gu, '');
}

/**
 * Fame by name, from 0 to 1: a poem's place among all by the geometric mean of its web search hits (`rank/` of chinese-poetry).
 * Empty where the folder has no ranks.
 */
export async function readFame(source: string): Promise<ReadonlyMap<string, number>> {
  const folder = path.join(source, 'rank', 'poet');
  if (!existsSync(folder)) return new Map();
  const hits = new Map<string, number>();
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.json')) continue;
    const records = await readJson(path.join(folder, file));
    for (const record of Array.isArray(records) ? (records as unknown[]) : []) {
      if (!isRecord(record)) continue;
      const name = nameOf(String(record['author']), String(record['title']));
      const score = ENGINES.reduce((sum, engine) => sum + Math.log1p(Number(record[engine]) || 0), 0);
      hits.set(name, Math.max(hits.get(name) ?? 0, score));
    }
  }
  const sorted = [...hits].sort((a, b) => a[1] - b[1]);
  return new Map(sorted.map(([name], index) => [name, index / Math.max(1, sorted.length - 1)]));
}

/**
 * From 0 to 1: half for the rhyme (the share of rhyme words in one group, of any tone), three tenths for the meter (a fault a couplet costs all
 * of it; old-style verse, which has none to keep, gets half), a fifth for fame. A poem whose fame is not known gets half of that.
 */
export function qualityOf(check: PoemCheck, fame: number | undefined): number {
  const couplets = Math.max(1, inCouplets(check.lines).length);
  const ancient = check.lines.every(({ type }) => type === null);
  const faults = check.violations.filter(({ rule }) => rule !== 'rhyme').length;
  const meter = ancient ? 0.5 : Math.max(0, 1 - faults / couplets);
  return 0.5 * check.rhyme.anyToneShare + 0.3 * meter + 0.2 * (fame ?? 0.5);
}
