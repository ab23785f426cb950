import { mkdirSync, mkdtempSync } from 'node:fs';
import { copyFile, open, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/model/folder.js';
import { freezeBase, type BaseDtype } from '../../src/model/frozen-base.js';
import {
  readHeader,
  readSafetensors,
  writeSafetensors,
  writeSafetensorsStream,
  type FloatTensor,
} from '../../src/model/safetensors.js';
import { writeJson } from '../../src/support/files.js';
import { scoreTrees } from '../../src/training/scoring.js';
import { tinyModel } from '../support-tiny-model.js';

process.env['SHIREN_CACHE'] = mkdtempSync(path.join(os.tmpdir(), 'shiren-cache-'));

const trees = [{ prompt: [5, 9, 30], completions: [[11, 12, 40, 41], [7]] }];

async function score(folder: string, dtype: BaseDtype = 'float32'): Promise<number[]> {
  return (await scoreTrees(await freezeBase(await openModel(folder), dtype), undefined, trees, 32)).flat();
}

/** A float16 of a float that has one; what is too small for it becomes zero. */
function toHalf(value: number): number {
  const [bits = 0] = new Uint32Array(Float32Array.of(value).buffer);
  const exponent = ((bits >>> 23) & 255) - 127;
  if (exponent < -14) return 0;
  return ((bits >>> 16) & 0x8000) | ((exponent + 15) << 10) | ((bits >>> 13) & 0x3ff);
}

describe('weights are read as they are stored', () => {
  it('in float32, float16 and bfloat16', async () => {
    const { folder } = await tinyModel();
    const file = path.join(folder, 'model.safetensors');
    const tensors = new Map<string, FloatTensor>();
    for (const [name, { shape, data }] of await readSafetensors(file)) {
      tensors.set(name, { shape, data: data.map((value) => (Math.abs(value) < 2 ** -14 ? 0 : value)) });
    }
    await writeSafetensors(file, tensors, 'F32');
    const expected = await score(folder);
    await writeSafetensors(file, tensors, 'BF16');
    expect(await score(folder)).toEqual(expected);
    await writeSafetensorsStream(
      file,
      [...tensors].map(([name, { shape }]) => ({ name, type: 'F16', shape })),
      (async function* () {
        for (const { data } of tensors.values()) {
          yield new Uint8Array(Uint16Array.from(data, toHalf).buffer);
        }
      })(),
    );
    expect(await score(folder)).toEqual(expected);
  });

  it('from several files, behind links into several folders', async () => {
    const { folder } = await tinyModel();
    const expected = await score(folder);
    const whole = path.join(folder, 'model.safetensors');
    const tensors = [...(await readSafetensors(whole))];
    const map: Record<string, string> = {};
    for (const [index, part] of [tensors.slice(0, 9), tensors.slice(9)].entries()) {
      const name = `model-0000${index + 1}-of-00002.safetensors`;
      mkdirSync(path.join(folder, `blobs${index}`));
      const blob = path.join(folder, `blobs${index}`, 'blob');
      await writeSafetensors(blob, new Map(part), 'BF16');
      await symlink(blob, path.join(folder, name));
      for (const [tensor] of part) map[tensor] = name;
    }
    await rm(whole);
    await writeJson(path.join(folder, 'model.safetensors.index.json'), { weight_map: map });
    expect(await score(folder)).toEqual(expected);
  });

  it('with an lm_head that the embedding makes redundant', async () => {
    const { folder } = await tinyModel();
    const expected = await score(folder);
    const file = path.join(folder, 'model.safetensors');
    const tensors = await readSafetensors(file);
    tensors.set('lm_head.weight', tensors.get('model.embed_tokens.weight')!);
    await writeSafetensors(file, tensors, 'BF16');
    expect(await score(folder)).toEqual(expected);
  });

  it('and rounded to int8 within a percent of a log-probability', async () => {
    const { folder } = await tinyModel();
    const [expected, rounded] = [await score(folder), await score(folder, 'int8')];
    rounded.forEach((value, index) => expect(Math.abs(value / expected[index]! - 1)).toBeLessThan(0.01));
    expect(await score(folder, 'int8')).toEqual(rounded);
  });
});

describe('damaged weights are refused, naming file and tensor', () => {
  it('with a number that is not finite', async () => {
    const { folder } = await tinyModel();
    const file = path.join(folder, 'model.safetensors');
    const { offset } = (await readHeader(file)).get('model.layers.1.mlp.up_proj.weight')!;
    const handle = await open(file, 'r+');
    await handle.write(Uint8Array.of(0xc0, 0x7f), 0, 2, offset + 10);
    await handle.close();
    const message = /model\.safetensors: tensor model\.layers\.1\.mlp\.up_proj\.weight: element 5 is/;
    await expect(score(folder)).rejects.toThrow(message);
    await expect(score(folder, 'int8')).rejects.toThrow(message);
  });

  it('of another shape, of integers, or cut short', async () => {
    const { folder } = await tinyModel();
    const file = path.join(folder, 'model.safetensors');
    const saved = path.join(folder, 'saved');
    await copyFile(file, saved);
    const tensors = await readSafetensors(file);
    tensors.set('model.norm.weight', { shape: [3], data: new Float32Array(3) });
    await writeSafetensors(file, tensors);
    await expect(openModel(folder)).rejects.toThrow(
      /tensor model\.norm\.weight: shape \[3\], expected \[32\]/,
    );
    const plans = [...(await readHeader(saved)).values()].map((plan) => ({ ...plan, type: 'I8' as const }));
    const bytes = plans.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    await writeSafetensorsStream(
      file,
      plans,
      (async function* () {
        yield new Uint8Array(bytes);
      })(),
    );
    await expect(openModel(folder)).rejects.toThrow(/type I8, expected F32, F16 or BF16/);
    const handle = await open(saved, 'r+');
    await handle.truncate((await handle.stat()).size - 1);
    await handle.close();
    await copyFile(saved, file);
    await expect(openModel(folder)).rejects.toThrow(/tensor model\.norm\.weight: ends at byte/);
    await writeFile(path.join(folder, 'config.json'), '{"model_type": "qwen3_moe"}');
    await expect(openModel(folder)).rejects.toThrow(/model_type is "qwen3_moe", expected "qwen3"/);
  });
});
