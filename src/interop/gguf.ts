/** GGUF files, for llama.cpp and all that is built on it: weights, tokenizer and chat template in one file. (ggml/docs/gguf.md) */
import {
  GGMLQuantizationType,
  GGUFValueType,
  serializeGgufMetadata,
  type GGUFTypedMetadata,
} from '@huggingface/gguf';
import type { GgufLayout } from '../model/architectures/architecture.js';
import { architectureOf } from '../model/architectures/registry.js';
import { matrixBlocks, ZERO, BLOCK, type BlockBits, type Blocks } from '../model/blocks.js';
import type { ModelConfig } from '../model/config.js';
import { toFloat16 } from '../model/float16.js';
import type { ModelFolder } from '../model/folder.js';
import { stackMatrices } from '../model/matrix.js';
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

/** Its names of what stands outside the layers. */
const OUTER_NAMES: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

/** llama.cpp's name of a tensor of the checkpoint. */
function ggufName(name: string, { names }: GgufLayout): string {
  const [, layer, part = '', kind] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? [];
  const inner = names[part];
  const found = inner === undefined ? OUTER_NAMES[name] : `blk.${layer}.${inner}.${kind}`;
  if (found === undefined) throw new Error(`weight ${name} has no name in GGUF`);
  return found;
}

interface PlannedTensor {
  readonly name: string;
  readonly entry: TensorEntry;
  readonly type: GgufType;
  readonly offset: number;
  readonly length: number;
}

const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

/** Where each tensor goes. Vectors stay in float32, and so do rows that are no whole number of blocks. */
function planTensors({ config, weights }: ModelFolder, type: GgufType): PlannedTensor[] {
  const layout = architectureOf(config).gguf;
  let offset = 0;
  return [...weights.values()].map((entry) => {
    const inner = entry.shape.at(-1) ?? 1;
    const whole = type === 'f16' || inner % BLOCK === 0;
    const chosen = entry.shape.length === 2 && whole ? type : 'f32';
    const count = entry.shape.reduce((product, size) => product * size, 1);
    const length = (count * BYTES_PER_BLOCK[chosen]) / BLOCK;
    const planned = { name: ggufName(entry.name, layout), entry, type: chosen, offset, length };
    offset += aligned(planned.length);
    return planned;
  });
}

function modelMetadata(config: ModelConfig, options: GgufOptions): Record<string, unknown> {
  const integer = (value: number): unknown => ({ value, type: GGUFValueType.UINT32 });
  const float = (value: number): unknown => ({ value, type: GGUFValueType.FLOAT32 });
  const text = (value: string): unknown => ({ value, type: GGUFValueType.STRING });
  const { architecture } = architectureOf(config).gguf;
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
    'rope.freq_base': float(config.rotary.full_attention.theta),
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
function tensorInfo({ name: text, entry, type, offset }: PlannedTensor): Uint8Array {
  const name = Buffer.from(text);
  const dimensions = [...entry.shape].reverse();
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

async function* tensorData({ entry, type }: PlannedTensor): AsyncGenerator<Uint8Array> {
  if (type === 'q8_0' || type === 'q4_0') {
    const bits = type === 'q8_0' ? 8 : 4;
    for await (const blocks of matrixBlocks(stackMatrices([entry]), bits)) yield encodeBlocks(blocks, bits);
    return;
  }
  const [rows = 0] = entry.shape;
  for (let first = 0; first < rows; first += ROWS_AT_ONCE) {
    const values = await readRows(entry, first, Math.min(rows, first + ROWS_AT_ONCE));
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
