import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ThroughputLog } from '../../src/training/throughput.js';

const START = Date.UTC(2026, 0, 1);

describe('the log of a run', () => {
  it('has a line a minute, with the tokens since the last one, over several runs', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-throughput-'));
    let now = START;
    const run = (steps: readonly number[], seconds: number): void => {
      const log = new ThroughputLog(folder, () => now);
      for (const step of steps) {
        now += 1000 * seconds;
        log.add(step, 2048, step === 9);
      }
    };
    // The second run takes step 5 again, and ends before its minute is full.
    run([1, 2, 3, 4, 5], 25);
    run([5, 6, 7, 8, 9], 20);
    const lines = readFileSync(path.join(folder, 'throughput.jsonl'), 'utf8').trim().split('\n');
    const after = (seconds: number): string => new Date(START + 1000 * seconds).toISOString();
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { time: after(75), step: 3, num_tokens: 6144, seconds: 75, tokens_per_second: 6144 / 75 },
      { time: after(185), step: 7, num_tokens: 6144, seconds: 60, tokens_per_second: 102.4 },
      { time: after(225), step: 9, num_tokens: 4096, seconds: 40, tokens_per_second: 102.4 },
    ]);
  });
});
