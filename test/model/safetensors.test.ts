import { mkdtempSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/model/architectures/registry.js';
import { openModel } from '../../src/model/folder.js';
import { initialiseAdapter, loadAdapter, loraScaling, saveAdapter } from '../../src/model/lora.js';
import { encodeSafetensors, readHeader, readMetadata, readSafetensors } from '../../src/model/safetensors.js';
import { InputError } from '../../src/support/errors.js';
import { toBfloat16 } from '../../src/model/float16.js';
import { tinyModel } from '../support-tiny-model.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-safetensors-'));
const file = path.join(folder, 'model.safetensors');
const tensors = new Map([['w', { shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 3) }]]);

/** A file with this header and eight bytes of data. */
async function withHeader(header: unknown): Promise<string> {
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  await writeFile(file, Buffer.concat([prefix, json, Buffer.alloc(8)]));
  return file;
}

describe('safetensors', () => {
  it.each(['F32', 'BF16'] as const)('reads back what it wrote in %s', async (type) => {
    await writeFile(file, encodeSafetensors(tensors, type));
    expect([...(await readSafetensors(file)).get('w')!.data]).toEqual([1, -2, 0.5, 3]);
    expect((await readHeader(file)).get('w')).toMatchObject({ type, shape: [2, 2] });
  });

  it('rounds to bfloat16 to the nearest, ties to even', () => {
    expect([...toBfloat16(Float32Array.of(1, 1 + 2 ** -8, 1 + 3 * 2 ** -8))]).toEqual([
      0x3f80, 0x3f80, 0x3f82,
    ]);
  });

  it.each([
    [
      'a type it does not know',
      { w: { dtype: 'F64', shape: [1], data_offsets: [0, 8] } },
      'tensor w: type "F64"',
    ],
    ['a shape that does not fit', { w: { dtype: 'F32', shape: [3], data_offsets: [0, 8] } }, 'needs 12'],
    ['offsets outside the file', { w: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } }, 'the file has'],
  ])('refuses %s, naming file and tensor', async (_, header, message) => {
    await expect(readHeader(await withHeader(header))).rejects.toThrow(message);
  });

  it('refuses a short file and a header that is too long', async () => {
    await writeFile(file, 'abc');
    await expect(readHeader(file)).rejects.toThrow('3 bytes, too short');
    await writeFile(file, Buffer.alloc(20, 1));
    await expect(readHeader(file)).rejects.toThrow('the header claims');
  });

  it('refuses a file in which any bit of any byte is not what was written, or whose end is missing', async () => {
    const metadata = { counters: '{"step":3}' };
    const bytes = Buffer.from(encodeSafetensors(tensors, 'F32', metadata));
    const read = async (content: Buffer): Promise<unknown> => {
      await writeFile(file, content);
      return Promise.all([readMetadata(file), readSafetensors(file)]).catch((error: unknown) => error);
    };
    expect(await read(bytes)).toEqual([expect.objectContaining(metadata), tensors]);
    for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const error = await read(flipped);
      expect(error, `bit ${bit}`).toBeInstanceOf(InputError);
      expect((error as Error).message).toContain(file);
    }
    expect(await read(bytes.subarray(0, -1))).toBeInstanceOf(InputError);
  });

  it('reads what other programs wrote, which carries no checksum', async () => {
    const json = { __metadata__: { format: 'pt' }, w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } };
    expect([...(await readSafetensors(await withHeader(json))).get('w')!.data]).toEqual([0, 0]);
  });

  it('refuses numbers that are not finite', async () => {
    await writeFile(file, encodeSafetensors(new Map([['w', { shape: [2], data: Float32Array.of(1, NaN) }]])));
    await expect(readSafetensors(file)).rejects.toThrow('tensor w: element 1 is NaN');
  });
});

describe('a model folder', () => {
  it('names the tensor that is missing', async () => {
    const { folder: model } = await tinyModel();
    const weights = path.join(model, 'model.safetensors');
    const bytes = await readFile(weights, 'latin1');
    await writeFile(weights, bytes.replaceAll('model.norm.weight', 'model.nXrm.weight'), 'latin1');
    await expect(openModel(model)).rejects.toThrow('tensor model.norm.weight is missing');
  });

  it('reads both spellings of the rotary base and refuses other architectures', async () => {
    const { folder: model, config } = await tinyModel();
    const text = await readFile(path.join(model, 'config.json'), 'utf8');
    const json = JSON.parse(text) as Record<string, unknown>;
    expect(parseConfig(json, 'c')).toEqual(config);
    const { rope_theta, ...rest } = json;
    expect(parseConfig({ ...rest, rope_parameters: { rope_theta, rope_type: 'default' } }, 'c')).toEqual(
      config,
    );
    expect(() => parseConfig({ ...json, model_type: 'gpt2' }, 'c')).toThrow(
      'c: model_type is "gpt2", expected "qwen3", "qwen2", "llama", "mistral", "gemma3_text"',
    );
    expect(() => parseConfig({ ...json, head_dim: 'x' }, 'c')).toThrow('c: head_dim is "x"');
  });
});

describe('an adapter folder', () => {
  it("reads back what it wrote, under PEFT's names", async () => {
    const { config } = await tinyModel();
    const lora = { r: 4, loraAlpha: 8, loraDropout: 0, targetModules: ['q_proj', 'down_proj'] as const };
    const adapter = initialiseAdapter(config, lora, 3);
    await saveAdapter(folder, adapter, null);
    const loaded = await loadAdapter(folder, config);
    expect(loaded.layers).toEqual(adapter.layers);
    const names = [...(await readHeader(path.join(folder, 'adapter_model.safetensors'))).keys()];
    expect(names).toContain('base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight');
    expect(names).toContain('base_model.model.model.layers.1.mlp.down_proj.lora_B.weight');
  });

  it('keeps the layers it is for, and how it scales', async () => {
    const { config } = await tinyModel();
    const lora = {
      r: 4,
      loraAlpha: 8,
      loraDropout: 0,
      targetModules: ['q_proj'] as const,
      layersToTransform: [1],
      useRslora: true,
    };
    const adapter = initialiseAdapter(config, lora, 3);
    expect([...adapter.layers.keys()]).toEqual(['model.layers.1.self_attn.q_proj']);
    expect(loraScaling(lora)).toBe(4);
    expect(loraScaling({ ...lora, useRslora: false })).toBe(2);
    await saveAdapter(folder, adapter, null);
    expect((await loadAdapter(folder, config)).config).toEqual(lora);
    expect(() => initialiseAdapter(config, { ...lora, layersToTransform: [2] }, 3)).toThrow(
      'the model has no layer 2, expected 0 to 1',
    );
  });
});
