/** The safetensors format: a header of names, types, shapes and offsets, then bytes. (github.com/huggingface/safetensors) */
import { open } from 'node:fs/promises';
import { InputError, messageOf } from '../support/errors.js';
import { requireRegularFile } from '../support/regular-file.js';
import { isRecord, jsonProblem, writeFileWhole, writeStreamWhole } from '../support/files.js';
import { requireIntact, seal, UNSEALED } from './checksum.js';
import { fromBfloat16, fromFloat16, toBfloat16 } from './float16.js';

export type FloatType = 'F32' | 'F16' | 'BF16';
export type SafetensorsType = FloatType | 'I8' | 'U8';

/** Where a tensor lies in its file. `offset` counts bytes from the start of the file. */
export interface TensorEntry {
  readonly name: string;
  readonly type: SafetensorsType;
  readonly shape: readonly number[];
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

const BYTES: Readonly<Record<SafetensorsType, number>> = { F32: 4, F16: 2, BF16: 2, I8: 1, U8: 1 };
const LONGEST_HEADER = 100_000_000;

/** A file's header, and how long the file is. */
interface RawHeader {
  readonly header: Readonly<Record<string, unknown>>;
  /** The bytes before the tensors'. */
  readonly head: Uint8Array;
  readonly size: number;
}

async function readRawHeader(file: string): Promise<RawHeader> {
  await requireRegularFile(file);
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new InputError(`${file}: cannot be opened (${messageOf(error)})`);
  });
  try {
    const { size } = await handle.stat();
    const prefix = new Uint8Array(8);
    const { bytesRead } = await handle.read(prefix, 0, 8, 0);
    if (bytesRead < 8) throw new InputError(`${file}: ${size} bytes, too short for a safetensors header`);
    const headerLength = Number(new DataView(prefix.buffer).getBigUint64(0, true));
    if (headerLength > LONGEST_HEADER || headerLength > size - 8) {
      throw new InputError(`${file}: the header claims ${headerLength} bytes, the file has ${size}`);
    }
    const head = new Uint8Array(8 + headerLength);
    await handle.read(head, 0, head.length, 0);
    return { header: parseHeader(new TextDecoder().decode(head.subarray(8)), file), head, size };
  } finally {
    await handle.close();
  }
}

function parseHeader(text: string, file: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file}: the header is ${jsonProblem(error)}`);
  }
  if (!isRecord(header)) throw new InputError(`${file}: the header is not an object`);
  return header;
}

const METADATA = '__metadata__';

/**
 * Reads the header of a file; the tensors stay on disk.
 *
 * @throws InputError naming the file, and the tensor where one is at fault
 */
export async function readHeader(file: string): Promise<Map<string, TensorEntry>> {
  return entriesOf(file, await readRawHeader(file));
}

function entriesOf(file: string, { header, head, size }: RawHeader): Map<string, TensorEntry> {
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(header)) {
    if (name !== METADATA) entries.set(name, parseEntry(name, value, file, head.length, size));
  }
  return entries;
}

/** What a file carries beside its tensors. @throws InputError naming the file */
export async function readMetadata(file: string): Promise<Metadata> {
  return metadataOf(await readRawHeader(file));
}

function metadataOf({ header }: RawHeader): Metadata {
  const metadata = header[METADATA];
  if (!isRecord(metadata)) return {};
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, String(value)]));
}

function parseEntry(name: string, value: unknown, file: string, start: number, size: number): TensorEntry {
  const fault = (what: string): InputError => new InputError(`${file}: tensor ${name}: ${what}`);
  if (!isRecord(value)) throw fault('its header entry is not an object');
  const { dtype, shape, data_offsets: offsets } = value;
  const isKnown = (type: unknown): type is SafetensorsType => Object.hasOwn(BYTES, String(type));
  if (!isKnown(dtype)) {
    throw fault(`type ${JSON.stringify(dtype)}, expected ${Object.keys(BYTES).join(', ')}`);
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
  return readPart(entry, 0, entry.length / BYTES[entry.type]);
}

/** Rows `from` (included) to `to` (excluded) of a tensor as floats. @throws InputError if a value is not finite */
export async function readRows(entry: TensorEntry, from: number, to: number): Promise<Float32Array> {
  const width = entry.shape.slice(1).reduce((product, size) => product * size, 1);
  return readPart(entry, from * width, to * width);
}

const PIECE = 1 << 22;

/** The bytes of one tensor, a piece at a time: whole numbers, each piece at the start of a buffer of its own. */
export async function* readBytes(entry: TensorEntry): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const handle = await open(entry.file, 'r');
  try {
    for (let done = 0; done < entry.length; done += PIECE) {
      const piece = new Uint8Array(Math.min(PIECE, entry.length - done));
      await handle.read(piece, 0, piece.length, entry.offset + done);
      yield piece;
    }
  } finally {
    await handle.close();
  }
}

async function readPart(entry: TensorEntry, from: number, to: number): Promise<Float32Array> {
  const size = BYTES[entry.type];
  const bytes = new Uint8Array((to - from) * size);
  const handle = await open(entry.file, 'r');
  try {
    await handle.read(bytes, 0, bytes.length, entry.offset + from * size);
  } finally {
    await handle.close();
  }
  const values = toFloats(bytes, entry);
  for (let index = 0; index < values.length; index += 1) {
    if (!Number.isFinite(values[index])) {
      throw new InputError(
        `${entry.file}: tensor ${entry.name}: element ${from + index} is ${values[index]}, expected a finite number`,
      );
    }
  }
  return values;
}

function toFloats(bytes: Uint8Array, { type, name, file }: TensorEntry): Float32Array {
  if (type === 'I8' || type === 'U8') {
    throw new InputError(`${file}: tensor ${name}: type ${type}, expected F32, F16 or BF16`);
  }
  if (type === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  return type === 'BF16' ? fromBfloat16(halves) : fromFloat16(halves);
}

/** A tensor in memory. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A tensor to be written: its name, type and shape. */
export type TensorPlan = Pick<TensorEntry, 'name' | 'type' | 'shape'>;

/** The bytes of a plan's tensor. */
export function planLength({ type, shape }: TensorPlan): number {
  return shape.reduce((product, dimension) => product * dimension, BYTES[type]);
}

/** Strings by name that a file carries beside its tensors. */
export type Metadata = Readonly<Record<string, string>>;

/** The head of a file with these tensors in their order: its length and the header, padded to 8 bytes. */
function encodeHead(plans: readonly TensorPlan[], metadata: Metadata = {}): Buffer {
  const header: Record<string, unknown> = { [METADATA]: { format: 'pt', ...metadata } };
  let offset = 0;
  for (const plan of plans) {
    const end = offset + planLength(plan);
    header[plan.name] = { dtype: plan.type, shape: plan.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  head.writeBigUInt64LE(BigInt(head.length - 8));
  json.copy(head, 8);
  return head;
}

/** The bytes of a safetensors file with these tensors, in the order given, and with a checksum of them. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, FloatTensor>,
  type: 'F32' | 'BF16' = 'F32',
  metadata: Metadata = {},
): Uint8Array {
  const plans = [...tensors].map(([name, { shape }]) => ({ name, type, shape }));
  const parts = [...tensors.values()].map(({ data }) => {
    const array = type === 'F32' ? data : toBfloat16(data);
    return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  });
  const head = encodeHead(plans, { ...metadata, ...UNSEALED });
  const bytes = Buffer.concat([head, ...parts]);
  seal(bytes, head.length);
  return bytes;
}

/** Writes a safetensors file whole. */
export async function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, FloatTensor>,
  type: 'F32' | 'BF16' = 'F32',
  metadata: Metadata = {},
): Promise<void> {
  await writeFileWhole(file, encodeSafetensors(tensors, type, metadata));
}

/**
 * Writes a safetensors file whole, of tensors that need not be in memory together.
 *
 * @param parts the tensors' bytes in the order of the plans, in pieces of any size
 */
export async function writeSafetensorsStream(
  file: string,
  plans: readonly TensorPlan[],
  parts: AsyncIterable<Uint8Array>,
): Promise<void> {
  await writeStreamWhole(
    file,
    (async function* () {
      yield encodeHead(plans);
      yield* parts;
    })(),
  );
}

/** @throws InputError naming a file that carries a checksum and is not as it was written */
export async function checkIntact(file: string): Promise<void> {
  const raw = await readRawHeader(file);
  await requireIntact(file, raw.head, metadataOf(raw));
}

/** Every tensor of a file as floats: for adapters and other small files. @throws InputError naming the file, where it is damaged too */
export async function readSafetensors(file: string): Promise<Map<string, FloatTensor>> {
  const tensors = new Map<string, FloatTensor>();
  const raw = await readRawHeader(file);
  const entries = entriesOf(file, raw);
  await requireIntact(file, raw.head, metadataOf(raw));
  for (const [name, entry] of entries) {
    tensors.set(name, { shape: entry.shape, data: await readTensor(entry) });
  }
  return tensors;
}
