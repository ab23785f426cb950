/**
 * A model of a given configuration with random weights, as a Hugging Face folder: what full-size benchmarks run on, since speed and
 * memory do not depend on the values.
 *
 * npx tsx bench/random-model.ts CONFIG_FOLDER OUT_FOLDER
 */
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { once } from 'node:events';
import { readConfig } from '../src/model/architectures/registry.js';
import { weightShapes } from '../src/model/weights.js';

const [source, target] = process.argv.slice(2);
if (!source || !target) throw new Error('usage: random-model.ts CONFIG_FOLDER OUT_FOLDER');
const BLOCK = 1 << 20;
let state = 1;

/** Uniform values with the standard deviation that Qwen3's are initialised with (0.02), as bfloat16. */
function randomBlock(length: number): Uint16Array {
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  const values = new Uint16Array(length);
  for (let index = 0; index < length; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    float[0] = (state / 2 ** 31) * 0.02 * Math.sqrt(3);
    values[index] = bits[0]! >>> 16;
  }
  return values;
}

const shapes = weightShapes(await readConfig(source));
await mkdir(target, { recursive: true });
for (const name of await readdir(source)) await copyFile(path.join(source, name), path.join(target, name));

const header: Record<string, unknown> = {};
let offset = 0;
for (const [name, shape] of shapes) {
  const bytes = 2 * shape.reduce((product, size) => product * size, 1);
  header[name] = { dtype: 'BF16', shape, data_offsets: [offset, offset + bytes] };
  offset += bytes;
}
const json = Buffer.from(JSON.stringify(header));
const prefix = Buffer.alloc(8);
prefix.writeBigUInt64LE(BigInt(json.length));

const file = path.join(target, 'model.safetensors');
const stream = createWriteStream(`${file}.tmp`);
const write = async (bytes: Uint8Array): Promise<void> => {
  if (!stream.write(bytes)) await once(stream, 'drain');
};
await write(prefix);
await write(json);
for (const [name, shape] of shapes) {
  const count = shape.reduce((product, size) => product * size, 1);
  for (let at = 0; at < count; at += BLOCK) {
    const length = Math.min(BLOCK, count - at);
    const block = name.includes('norm') ? new Uint16Array(length).fill(0x3f80) : randomBlock(length);
    await write(new Uint8Array(block.buffer));
  }
}
stream.end();
await once(stream, 'finish');
await rename(`${file}.tmp`, file);
console.log(`${file}: ${(offset / 1e9).toFixed(2)} GB, ${shapes.size} tensors`);
