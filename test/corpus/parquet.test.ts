import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { shiren } from '../shiren.js';

describe('data sets as Parquet', () => {
  it('hold what the JSON Lines hold', async () => {
    const out = mkdtempSync(path.join(os.tmpdir(), 'shiren-parquet-'));
    expect(shiren(['data', 'build', '--out', out, '--parquet']).code).toBe(0);
    for (const name of ['raw/train', 'clean/train', 'preference/train', 'prompts']) {
      const lines = readFileSync(path.join(out, `${name}.jsonl`), 'utf8')
        .trim()
        .split('\n');
      const rows = await parquetReadObjects({
        file: await asyncBufferFromFile(path.join(out, `${name}.parquet`)),
      });
      expect(rows).toEqual(lines.map((line) => JSON.parse(line) as unknown));
    }
    expect(existsSync(path.join(out, 'decisions.parquet'))).toBe(false);
  });
});
