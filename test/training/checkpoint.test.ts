import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMetadata, readSafetensors, writeSafetensors } from '../../src/model/safetensors.js';
import { freezeBase } from '../../src/model/frozen-base.js';
import { openModel } from '../../src/model/folder.js';
import { initialiseAdapter } from '../../src/model/lora.js';
import { restoreCheckpoint, saveCheckpoint } from '../../src/training/checkpoint.js';
import { sftLoss } from '../../src/training/losses.js';
import { createLoraStepper } from '../../src/training/trainer-session.js';
import { tinyModel } from '../support-tiny-model.js';

const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'shiren-checkpoint-')), 'checkpoint.safetensors');

async function stepperOf(r: number) {
  const model = await openModel((await tinyModel()).folder);
  const config = { r, loraAlpha: 8, loraDropout: 0, targetModules: ['q_proj' as const] };
  const adapter = initialiseAdapter(model.config, config, 1);
  return createLoraStepper({ base: await freezeBase(model), adapter, loss: sftLoss, longest: 32 });
}

describe('a checkpoint', () => {
  it('keeps its counters as JSON beside the weights, whole numbers of any size and losses exactly', async () => {
    const { stepper, session } = await stepperOf(4);
    const best = new Map([...stepper.parameters].map(([name, { data }]) => [name, data.slice()]));
    const progress = {
      step: 20_000_001,
      metricLines: 40_000_003,
      validation: { bestLoss: Math.fround(1 / 3), sinceBest: 2, best },
    };
    await saveCheckpoint(file, stepper, progress);
    expect(JSON.parse((await readMetadata(file))['shiren.progress']!)).toMatchObject({ step: 20_000_001 });
    expect(await restoreCheckpoint(file, stepper)).toEqual(progress);
    await session.release();
  });

  it('of another version, or of a run with other settings, is refused with one line that names the file', async () => {
    const { stepper, session } = await stepperOf(4);
    await saveCheckpoint(file, stepper, { step: 1, metricLines: 1 });
    const other = await stepperOf(8);
    await expect(restoreCheckpoint(file, other.stepper)).rejects.toThrow(
      /^.*checkpoint\.safetensors: weight\/\S+: \d+ numbers, expected \d+: the checkpoint is of a run with other settings$/,
    );
    const tensors = await readSafetensors(file);
    tensors.set('progress', { shape: [5], data: Float32Array.of(3, 3, 3, -1, 0) });
    await writeSafetensors(file, tensors);
    await expect(restoreCheckpoint(file, stepper)).rejects.toThrow(
      /^.*checkpoint\.safetensors: a checkpoint of an older version, expected counters as JSON/,
    );
    await writeSafetensors(file, tensors, 'F32', { 'shiren.progress': '{"step":"many"}' });
    await expect(restoreCheckpoint(file, stepper)).rejects.toThrow(/shiren\.progress has not all of step/);
    await session.release();
    await other.session.release();
  });
});
