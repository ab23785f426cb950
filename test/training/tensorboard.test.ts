import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { crc32c } from '@aws-crypto/crc32c';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { MetricsLog } from '../../src/training/metrics.js';

interface Scalar {
  readonly step: number;
  readonly tag: string;
  readonly value: number;
}

/** Reads an event file as TensorBoard does: lengths and checksums first. */
function readEvents(file: string): { version: string; scalars: Scalar[] } {
  const bytes = readFileSync(file);
  const scalars: Scalar[] = [];
  let version = '';
  const checked = (from: number, to: number): Buffer => {
    const masked = (bytes.readUInt32LE(to) - 0xa282ead8) >>> 0;
    expect(((masked >>> 17) | (masked << 15)) >>> 0).toBe(crc32c(bytes.subarray(from, to)));
    return bytes.subarray(from, to);
  };
  for (let at = 0; at < bytes.length;) {
    const length = Number(checked(at, at + 8).readBigUInt64LE());
    const reader = new BinaryReader(checked(at + 12, at + 12 + length));
    let step = 0;
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === 2) step = Number(reader.int64());
      else if (field === 3) version = reader.string();
      else if (field === 5) scalars.push(...readSummary(reader.bytes(), step));
      else reader.skip(type);
    }
    at += 16 + length;
  }
  return { version, scalars };
}

function readSummary(bytes: Uint8Array, step: number): Scalar[] {
  const values: Scalar[] = [];
  const summary = new BinaryReader(bytes);
  while (summary.pos < summary.len) {
    summary.tag();
    const value = new BinaryReader(summary.bytes());
    let [tag, number] = ['', NaN];
    while (value.pos < value.len) {
      const [field] = value.tag();
      if (field === 1) tag = value.string();
      else number = value.float();
    }
    values.push({ step, tag, value: number });
  }
  return values;
}

describe('event files for TensorBoard', () => {
  it('hold the figures of every step under the Trainer’s tags, those of a run taken up again once', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-events-'));
    const step = (number: number, loss: number) => ({
      step: number,
      epoch: number / 4,
      loss,
      grad_norm: 1,
      learning_rate: 0.5,
      num_tokens: 7,
    });
    const log = await MetricsLog.open(folder, 0, true);
    await log.append(step(1, 2.5));
    await log.append({ step: 1, epoch: 0.25, eval_loss: 2.25 });
    await log.append(step(2, 1.5));
    const again = await MetricsLog.open(folder, 2, true);
    await again.append(step(2, 1.25));
    const [name = ''] = readdirSync(path.join(folder, 'runs'));
    expect(name).toMatch(/^events\.out\.tfevents\./);
    const { version, scalars } = readEvents(path.join(folder, 'runs', name));
    expect(version).toBe('brain.Event:2');
    const of = (tag: string) =>
      scalars.filter((one) => one.tag === tag).map(({ step: at, value }) => [at, value]);
    expect(of('train/loss')).toEqual([
      [1, 2.5],
      [2, 1.25],
    ]);
    expect(of('eval/loss')).toEqual([[1, 2.25]]);
    expect(of('train/learning_rate')).toHaveLength(2);
  });
});
