/** GGUF files, for llama.cpp and all that is built on it: weights, tokenizer and chat template in one file. (ggml/docs/gguf.md) */
import {
  GGMLQuantizationType,
  GGUFValueType,
  serializeGgufMetadata,
  type GGUFTypedMetadata,
} from '@huggingface/gguf';
import type { Architecture } from '../model/architectures/architecture.js';
import { architectureOf, ggufName } from '../model/architectures/registry.js';
import { matrixBlocks, ZERO, BLOCK, type BlockBits, type Blocks } from '../model/blocks.js';
import type { ModelConfig } from '../model/config.js';
import { toFloat16 } from '../model/float16.js';
import type { ModelFolder } from '../model/folder.js';
import { stackMatrices, type Matrix } from '../model/matrix.js';
import { rotaryFrequencies } from '../model/rotary.js';
import { readRows, type TensorEntry } from '../model/safetensors.js';
import { InputError } from '../support/errors.js';
import { writeStreamWhole } from '../support/files.js';
import { ggufTokenizer } from './gguf-tokenizer.js';

export const GGUF_TYPES = ['f32', 'f16', 'q8_0', 'q4_0'] as const;
export type GgufType = (typeof GGUF_TYPES)[number];

export interface GgufOptions {
  readonly type: GgufType;
  /** Shown by programs that list models. */
  readonly name: string;
}

const ALIGNMENT = 32;
const ROWS_AT_ONCE = 256;

const TENSOR_TYPE = {
  f32: GGMLQuantizationType.F32,
  f16: GGMLQuantizationType.F16,
  q8_0: GGMLQuantizationType.Q8_0,
  q4_0: GGMLQuantizationType.Q4_0,
} as const;

/** general.file_type, by the type of most tensors (llama.h, llama_ftype). */
const FILE_TYPE = { f32: 0, f16: 1, q8_0: 7, q4_0: 2 } as const;

/** Bytes that so many numbers of a row take. */
const BYTES_PER_BLOCK = { f32: 4 * BLOCK, f16: 2 * BLOCK, q8_0: 2 + BLOCK, q4_0: 2 + BLOCK / 2 } as const;

interface PlannedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its rows, as GGUF has them. */
  readonly matrix: Matrix;
  readonly type: GgufType;
  readonly offset: number;
  readonly length: number;
}

const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

/** A matrix whose heads have the numbers that turn together beside each other: row 2i + h of a head is its row i of half h. */
function withPairsAdjacent(matrix: Matrix, headDim: number): Matrix {
  const half = headDim / 2;
  return {
    ...matrix,
    async rows(from, to) {
      const first = Math.floor(from / headDim) * headDim;
      const heads = await matrix.rows(first, Math.ceil(to / headDim) * headDim);
      const values = new Float32Array((to - from) * matrix.in);
      for (let row = from; row < to; row += 1) {
        const within = row % headDim;
        const source = row - within + (within % 2) * half + Math.floor(within / 2) - first;
        values.set(heads.subarray(source * matrix.in, (source + 1) * matrix.in), (row - from) * matrix.in);
      }
      return values;
    },
  };
}

/** A vector as a matrix of rows of one number, with something added to each. */
function columnOf(entry: TensorEntry, offset: number): Matrix {
  return {
    name: entry.name,
    out: entry.shape[0] ?? 0,
    in: 1,
    rows: async (from, to) => (await readRows(entry, from, to)).map((value) => value + offset),
  };
}

/** The rows of a tensor of the checkpoint as GGUF has them. */
function ggufMatrix(entry: TensorEntry, { config }: ModelFolder, architecture: Architecture): Matrix {
  const isVector = entry.shape.length === 1;
  const offset = isVector && entry.name.endsWith('.weight') ? (architecture.gainOffset ?? 0) : 0;
  const matrix = isVector ? columnOf(entry, offset) : stackMatrices([entry]);
  const turns = architecture.gguf.pairsAdjacent === true && /\.[qk]_proj\./.test(entry.name);
  return turns ? withPairsAdjacent(matrix, config.headDim) : matrix;
}

/** What each frequency of rotary positions is divided by, where they are stretched by more than one factor: a tensor of its own. */
function rotaryFactors({ rotary, headDim }: ModelConfig): Matrix | undefined {
  const { theta, scaling } = rotary.full_attention;
  if (!scaling || scaling.type === 'linear') return undefined;
  const scaled = rotaryFrequencies(rotary.full_attention, headDim);
  const factors = Float32Array.from(
    rotaryFrequencies({ theta }, headDim),
    (plain, at) => plain / scaled[at]!,
  );
  const rows = (from: number, to: number): Promise<Float32Array> => Promise.resolve(factors.slice(from, to));
  return { name: 'rope_freqs.weight', out: factors.length, in: 1, rows };
}

/** Where each tensor goes. Vectors stay in float32, and so do rows that are no whole number of blocks. */
function planTensors(model: ModelFolder, type: GgufType): PlannedTensor[] {
  const architecture = architectureOf(model.config);
  const factors = rotaryFactors(model.config);
  let offset = 0;
  const plan = (name: string, shape: readonly number[], matrix: Matrix): PlannedTensor => {
    const whole = type === 'f16' || matrix.in % BLOCK === 0;
    const chosen = shape.length === 2 && whole ? type : 'f32';
    const length = (matrix.out * matrix.in * BYTES_PER_BLOCK[chosen]) / BLOCK;
    const planned = { name, shape, matrix, type: chosen, offset, length };
    offset += aligned(length);
    return planned;
  };
  return [
    ...(factors ? [plan(factors.name, [factors.out], factors)] : []),
    ...[...model.weights.values()].map((entry) =>
      plan(ggufName(entry.name, architecture), entry.shape, ggufMatrix(entry, model, architecture)),
    ),
  ];
}

function modelMetadata(config: ModelConfig, options: GgufOptions): Record<string, unknown> {
  const integer = (value: number): unknown => ({ value, type: GGUFValueType.UINT32 });
  const float = (value: number): unknown => ({ value, type: GGUFValueType.FLOAT32 });
  const text = (value: string): unknown => ({ value, type: GGUFValueType.STRING });
  const { architecture, metadata } = architectureOf(config).gguf;
  const { theta, scaling } = config.rotary.full_attention;
  const own = {
    block_count: integer(config.numHiddenLayers),
    context_length: integer(config.maxPositionEmbeddings),
    embedding_length: integer(config.hiddenSize),
    feed_forward_length: integer(config.intermediateSize),
    'attention.head_count': integer(config.numAttentionHeads),
    'attention.head_count_kv': integer(config.numKeyValueHeads),
    'attention.key_length': integer(config.headDim),
    'attention.value_length': integer(config.headDim),
    'attention.layer_norm_rms_epsilon': float(config.rmsNormEps),
    'rope.freq_base': float(theta),
    'rope.dimension_count': integer(config.headDim),
    ...(scaling?.type === 'linear'
      ? { 'rope.scaling.type': text('linear'), 'rope.scaling.factor': float(scaling.factor) }
      : {}),
    ...Object.fromEntries(
      Object.entries(metadata?.(config) ?? {}).map(([key, value]) => [
        key,
        key.startsWith('rope.freq_base') ? float(value) : integer(value),
      ]),
    ),
  };
  return {
    'general.architecture': text(architecture),
    'general.type': text('model'),
    'general.name': text(options.name),
    'general.file_type': integer(FILE_TYPE[options.type]),
    'general.quantization_version': integer(2),
    'general.alignment': integer(ALIGNMENT),
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value])),
  };
}

/** gguf_tensor_info_t: name, dimensions (the innermost first), type, offset. */
function tensorInfo({ name: text, shape, type, offset }: PlannedTensor): Uint8Array {
  const name = Buffer.from(text);
  const dimensions = [...shape].reverse();
  const bytes = Buffer.alloc(8 + name.length + 4 + 8 * dimensions.length + 4 + 8);
  let at = bytes.writeBigUInt64LE(BigInt(name.length), 0);
  at += name.copy(bytes, at);
  at = bytes.writeUInt32LE(dimensions.length, at);
  for (const size of dimensions) at = bytes.writeBigUInt64LE(BigInt(size), at);
  at = bytes.writeUInt32LE(TENSOR_TYPE[type], at);
  bytes.writeBigUInt64LE(BigInt(offset), at);
  return bytes;
}

/** block_q8_0 and block_q4_0 of ggml-common.h: a float16 scale, then the numbers; in 4 bits the second half in the high bits. */
function encodeBlocks({ codes, scales }: Blocks, bits: BlockBits): Uint8Array {
  const size = 2 + (BLOCK * bits) / 8;
  const bytes = new Uint8Array(scales.length * size);
  scales.forEach((scale, block) => {
    const [from, to] = [block * BLOCK, block * size];
    bytes[to] = scale & 255;
    bytes[to + 1] = scale >> 8;
    for (let at = 0; at < (bits === 8 ? BLOCK : BLOCK / 2); at += 1) {
      bytes[to + 2 + at] =
        bits === 8 ? codes[from + at]! - ZERO[8] : codes[from + at]! | (codes[from + BLOCK / 2 + at]! << 4);
    }
  });
  return bytes;
}

async function* tensorData({ matrix, type }: PlannedTensor): AsyncGenerator<Uint8Array> {
  if (type === 'q8_0' || type === 'q4_0') {
    const bits = type === 'q8_0' ? 8 : 4;
    for await (const blocks of matrixBlocks(matrix, bits)) yield encodeBlocks(blocks, bits);
    return;
  }
  for (let first = 0; first < matrix.out; first += ROWS_AT_ONCE) {
    const values = await matrix.rows(first, Math.min(matrix.out, first + ROWS_AT_ONCE));
    yield new Uint8Array(type === 'f16' ? toFloat16(values).buffer : values.buffer);
  }
}

/**
 * Writes a model as a GGUF file.
 *
 * @throws InputError for a tokenizer of a kind that llama.cpp does not have
 */
export async function exportGguf(model: ModelFolder, file: string, options: GgufOptions): Promise<void> {
  if (!file.endsWith('.gguf')) throw new InputError(`${file}: expected a name that ends in .gguf`);
  const planned = planTensors(model, options.type);
  const metadata = {
    version: { value: 3, type: GGUFValueType.UINT32 },
    tensor_count: { value: BigInt(planned.length), type: GGUFValueType.UINT64 },
    kv_count: { value: 0n, type: GGUFValueType.UINT64 },
    ...modelMetadata(model.config, options),
    ...(await ggufTokenizer(model)),
  } as unknown as GGUFTypedMetadata;
  const head = Buffer.concat([serializeGgufMetadata(metadata, { alignment: 1 }), ...planned.map(tensorInfo)]);
  await writeStreamWhole(
    file,
    (async function* () {
      yield head;
      yield new Uint8Array(aligned(head.length) - head.length);
      for (const tensor of planned) {
        yield* tensorData(tensor);
        yield new Uint8Array(aligned(tensor.length) - tensor.length);
      }
    })(),
  );
}
