/** GGUF files: what they say of a model, and their tensors a few rows at a time. (ggml/docs/gguf.md) */
import { open, realpath } from 'node:fs/promises';
import { gguf, GGMLQuantizationType } from '@huggingface/gguf';
import { InputError, messageOf } from '../../support/errors.js';
import {
  blockLength,
  dequantize,
  encodedLength,
  GGUF_TENSOR_TYPES,
  type GgufTensorType,
} from './dequantize.js';

/** A tensor [rows, …] in its file. */
export interface GgufTensor {
  readonly name: string;
  readonly type: GgufTensorType;
  readonly shape: readonly number[];
  readonly file: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
}

export interface GgufFile {
  readonly file: string;
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** What a file says, by key, read with its types. Errors name file and key. */
export class GgufMetadata {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly file: string,
  ) {}

  number(key: string): number | undefined {
    const value = this.values[key];
    if (value === undefined) return undefined;
    if (typeof value !== 'number' && typeof value !== 'bigint') throw this.fault(key, 'a number');
    return Number(value);
  }

  text(key: string): string | undefined {
    const value = this.values[key];
    if (value !== undefined && typeof value !== 'string') throw this.fault(key, 'a text');
    return value;
  }

  flag(key: string): boolean | undefined {
    const value = this.values[key];
    if (value !== undefined && typeof value !== 'boolean') throw this.fault(key, 'true or false');
    return value;
  }

  texts(key: string): readonly string[] | undefined {
    const value = this.values[key];
    if (value === undefined) return undefined;
    const isText = (item: unknown): item is string => typeof item === 'string';
    if (!Array.isArray(value) || !value.every(isText)) throw this.fault(key, 'a list of texts');
    return value;
  }

  numbers(key: string): readonly number[] | undefined {
    const value = this.values[key];
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw this.fault(key, 'a list of numbers');
    return value.map(Number);
  }

  fault(key: string, expected: string): InputError {
    return new InputError(
      `${this.file}: ${key} is ${JSON.stringify(this.values[key])}, expected ${expected}`,
    );
  }
}

/** Reads the head of a file; the tensors stay on disk. @throws InputError for a file that is none, or has what is not read here */
export async function readGguf(name: string): Promise<GgufFile> {
  const file = await realpath(name);
  const parsed = await gguf(file, { allowLocalFile: true }).catch((error: unknown) => {
    throw new InputError(`${name}: not a GGUF file that can be read (${messageOf(error)})`);
  });
  if (!parsed.littleEndian) throw new InputError(`${name}: big-endian, expected little-endian`);
  const metadata = new GgufMetadata(parsed.metadata as unknown as Readonly<Record<string, unknown>>, name);
  if ((metadata.number('split.count') ?? 1) > 1) {
    throw new InputError(`${name}: one of several parts, expected a whole file (llama-gguf-split --merge)`);
  }
  const start = Number(parsed.tensorDataOffset);
  const tensors = parsed.tensorInfos.map((info): GgufTensor => {
    const found = GGMLQuantizationType[info.dtype];
    const type = GGUF_TENSOR_TYPES.find((known) => known === found);
    if (!type) {
      throw new InputError(
        `${name}: tensor ${info.name}: type ${found}, expected ${GGUF_TENSOR_TYPES.join(', ')}`,
      );
    }
    const shape = info.shape.map(Number).reverse();
    if ((shape.at(-1) ?? 1) % blockLength(type) !== 0) {
      throw new InputError(
        `${name}: tensor ${info.name}: rows of ${shape.at(-1)} are no whole blocks of ${type}`,
      );
    }
    return { name: info.name, type, shape, file, offset: start + Number(info.offset) };
  });
  return { file, metadata, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

/** Rows `from` (included) to `to` (excluded) of a tensor as floats; a vector is one row. @throws InputError where the file ends too soon */
export async function readGgufRows(tensor: GgufTensor, from: number, to: number): Promise<Float32Array> {
  const { type, shape, file, name, offset } = tensor;
  const row = encodedLength(type, shape.at(-1) ?? 1);
  const bytes = new Uint8Array((to - from) * row);
  const handle = await open(file);
  try {
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset + from * row);
    if (bytesRead < bytes.length) throw new InputError(`${file}: tensor ${name}: the file ends within it`);
  } finally {
    await handle.close();
  }
  return dequantize(type, bytes);
}
