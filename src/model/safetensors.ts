/** The safetensors format: a header of names, types, shapes and offsets, then bytes. (github.com/huggingface/safetensors) */
import { open } from 'node:fs/promises';
import { InputError, messageOf } from '../support/errors.js';
import { isRecord, writeFileWhole } from '../support/files.js';

export type SafetensorsType = 'F32' | 'F16' | 'BF16';

/** Where a tensor lies in its file. `offset` counts bytes from the start of the file. */
export interface TensorEntry {
  readonly name: string;
  readonly type: SafetensorsType;
  readonly shape: readonly number[];
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

const BYTES: Readonly<Record<SafetensorsType, number>> = { F32: 4, F16: 2, BF16: 2 };
const LONGEST_HEADER = 100_000_000;

/**
 * Reads the header of a file; the tensors stay on disk.
 *
 * @throws InputError naming the file, and the tensor where one is at fault
 */
export async function readHeader(file: string): Promise<Map<string, TensorEntry>> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new InputError(`${file}: cannot be opened (${messageOf(error)})`);
  });
  try {
    const { size } = await handle.stat();
    const prefix = Buffer.alloc(8);
    const { bytesRead } = await handle.read(prefix, 0, 8, 0);
    if (bytesRead < 8) throw new InputError(`${file}: ${size} bytes, too short for a safetensors header`);
    const headerLength = Number(prefix.readBigUInt64LE());
    if (headerLength > LONGEST_HEADER || headerLength > size - 8) {
      throw new InputError(`${file}: the header claims ${headerLength} bytes, the file has ${size}`);
    }
    const bytes = Buffer.alloc(headerLength);
    await handle.read(bytes, 0, headerLength, 8);
    return parseHeader(bytes.toString('utf8'), file, 8 + headerLength, size);
  } finally {
    await handle.close();
  }
}

function parseHeader(text: string, file: string, start: number, size: number): Map<string, TensorEntry> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file}: the header is not JSON (${messageOf(error)})`);
  }
  if (!isRecord(header)) throw new InputError(`${file}: the header is not an object`);
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    entries.set(name, parseEntry(name, value, file, start, size));
  }
  return entries;
}

function parseEntry(name: string, value: unknown, file: string, start: number, size: number): TensorEntry {
  const fault = (what: string): InputError => new InputError(`${file}: tensor ${name}: ${what}`);
  if (!isRecord(value)) throw fault('its header entry is not an object');
  const { dtype, shape, data_offsets: offsets } = value;
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') {
    throw fault(`type ${JSON.stringify(dtype)}, expected F32, F16 or BF16`);
  }
  const isSize = (item: unknown): item is number => Number.isSafeInteger(item) && Number(item) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize)) throw fault(`shape ${JSON.stringify(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw fault(`offsets ${JSON.stringify(offsets)}`);
  }
  const [from, to] = offsets as [number, number];
  const length = shape.reduce((product, dimension) => product * dimension, BYTES[dtype]);
  if (to - from !== length)
    throw fault(`${to - from} bytes, its shape [${shape.join(', ')}] needs ${length}`);
  if (start + to > size) throw fault(`ends at byte ${start + to}, the file has ${size}`);
  return { name, type: dtype, shape, file, offset: start + from, length };
}

/** The values of one tensor as floats. @throws InputError if one is not finite */
export async function readTensor(entry: TensorEntry): Promise<Float32Array> {
  const handle = await open(entry.file, 'r');
  const bytes = Buffer.alloc(entry.length);
  try {
    await handle.read(bytes, 0, entry.length, entry.offset);
  } finally {
    await handle.close();
  }
  const values = toFloats(bytes, entry.type);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InputError(`${entry.file}: tensor ${entry.name}: element ${bad} is ${values[bad]}`);
  return values;
}

function toFloats(bytes: Buffer, type: SafetensorsType): Float32Array {
  if (type === 'F32')
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const halves = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  if (type === 'BF16') return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
  return Float32Array.from(halves, halfToFloat);
}

function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Rounds floats to bfloat16, to nearest, ties to even. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (bit) => (bit + 0x7fff + ((bit >>> 16) & 1)) >>> 16);
}

/** A tensor in memory. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The bytes of a safetensors file with these tensors, in the order given. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, FloatTensor>,
  type: 'F32' | 'BF16' = 'F32',
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const array = type === 'F32' ? data : toBfloat16(data);
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + bytes.length] };
    parts.push(bytes);
    offset += bytes.length;
  }
  const json = JSON.stringify(header);
  const headerBytes = Buffer.from(
    json.padEnd(Math.ceil(Buffer.byteLength(json) / 8) * 8 + json.length - Buffer.byteLength(json)),
  );
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(headerBytes.length));
  return Buffer.concat([prefix, headerBytes, ...parts]);
}

/** Writes a safetensors file whole. */
export async function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, FloatTensor>,
  type: 'F32' | 'BF16' = 'F32',
): Promise<void> {
  await writeFileWhole(file, encodeSafetensors(tensors, type));
}

/** Every tensor of a file as floats: for adapters and other small files. */
export async function readSafetensors(file: string): Promise<Map<string, FloatTensor>> {
  const tensors = new Map<string, FloatTensor>();
  for (const [name, entry] of await readHeader(file)) {
    tensors.set(name, { shape: entry.shape, data: await readTensor(entry) });
  }
  return tensors;
}
