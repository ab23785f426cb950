/**
 * A GGUF file as a base: a Hugging Face model folder in the user's cache, made once. Quantized weights become half-precision floats; all that
 * works on model folders works on it.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../support/errors.js';
import { cacheFolder, writeFileWhole, writeFolderWhole, writeJson } from '../../support/files.js';
import type { Architecture } from '../architectures/architecture.js';
import { architectureOfGguf, ggufName, parseConfig } from '../architectures/registry.js';
import type { ModelConfig } from '../config.js';
import { toBfloat16, toFloat16 } from '../float16.js';
import { writeSafetensorsStream, type FloatType, type TensorPlan } from '../safetensors.js';
import { weightShapes } from '../weights.js';
import { readGguf, readGgufRows, type GgufFile, type GgufTensor } from './file.js';
import { tokenizerFiles } from './tokenizer.js';

/** Names the form of these folders: another name, another folder. */
const VERSION = 'gguf-1';

/** Numbers that are turned at a time, about. */
const NUMBERS_AT_ONCE = 1 << 20;

/** The config.json that a file's metadata stands for. */
async function configJson(
  { metadata, tensors, file }: GgufFile,
  { modelType, className, gguf }: Architecture,
): Promise<Record<string, unknown>> {
  const own = (key: string): number | undefined => metadata.number(`${gguf.architecture}.${key}`);
  const [hidden, heads] = [own('embedding_length'), own('attention.head_count')];
  if (hidden === undefined || heads === undefined) {
    throw new InputError(
      `${file}: ${gguf.architecture}.embedding_length or .attention.head_count is missing`,
    );
  }
  const factors = tensors.get('rope_freqs.weight');
  const scaling = metadata.text(`${gguf.architecture}.rope.scaling.type`);
  const rope = factors
    ? await factorScaling(factors)
    : scaling === 'linear'
      ? { rope_type: 'linear', factor: own('rope.scaling.factor') }
      : null;
  if (!factors && scaling !== undefined && scaling !== 'linear' && scaling !== 'none') {
    throw metadata.fault(`${gguf.architecture}.rope.scaling.type`, '"linear" or none');
  }
  return {
    architectures: [className],
    model_type: modelType,
    vocab_size: tensors.get('token_embd.weight')?.shape[0],
    hidden_size: hidden,
    intermediate_size: own('feed_forward_length'),
    num_hidden_layers: own('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: own('attention.head_count_kv') ?? heads,
    head_dim: own('attention.key_length') ?? own('rope.dimension_count') ?? hidden / heads,
    rms_norm_eps: own('attention.layer_norm_rms_epsilon'),
    max_position_embeddings: own('context_length'),
    rope_theta: own('rope.freq_base') ?? 10_000,
    rope_scaling: rope,
    attention_bias: tensors.has('blk.0.attn_q.bias'),
    mlp_bias: tensors.has('blk.0.ffn_down.bias'),
    tie_word_embeddings: !tensors.has('output.weight'),
    torch_dtype: 'float16',
    ...gguf.configKeys?.(own),
  };
}

async function factorScaling(factors: GgufTensor): Promise<object> {
  const list = Array.from(await readGgufRows(factors, 0, 1));
  return { rope_type: 'longrope', short_factor: list, long_factor: list, attention_factor: 1 };
}

/** A tensor of the checkpoint, and where its numbers come from. */
interface Source {
  readonly plan: TensorPlan;
  readonly tensor: GgufTensor;
  /** Rows of a head whose pairs stand beside each other and are to be set apart. */
  readonly headRows?: number;
  /** Taken away from every number. */
  readonly offset: number;
}

function sourcesOf(file: GgufFile, architecture: Architecture, config: ModelConfig): Source[] {
  return [...weightShapes(config)].map(([name, shape]): Source => {
    const tensor = file.tensors.get(ggufName(name, architecture));
    if (!tensor) throw new InputError(`${file.file}: tensor ${ggufName(name, architecture)} is missing`);
    if (tensor.shape.join() !== shape.join()) {
      throw new InputError(
        `${file.file}: tensor ${tensor.name}: shape [${tensor.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    }
    const isGain = shape.length === 1 && name.endsWith('.weight');
    const turns = architecture.gguf.pairsAdjacent === true && /\.[qk]_proj\./.test(name);
    return {
      plan: { name, shape, type: typeOf(tensor) },
      tensor,
      offset: isGain ? (architecture.gainOffset ?? 0) : 0,
      ...(turns ? { headRows: config.headDim } : {}),
    };
  });
}

/** Floats stay what they are; blocks become half-precision floats. Vectors stay floats of 32 bits. */
function typeOf({ type, shape }: GgufTensor): FloatType {
  if (shape.length === 1 || type === 'F32') return 'F32';
  return type === 'BF16' ? 'BF16' : 'F16';
}

/** Rows 2i and 2i + 1 of each head become rows i and i + half. */
function setPairsApart(values: Float32Array, headRows: number, width: number): Float32Array {
  const apart = new Float32Array(values.length);
  const half = headRows / 2;
  for (let row = 0; row * width < values.length; row += 1) {
    const [head, within] = [Math.floor(row / headRows), row % headRows];
    const target = head * headRows + (within % 2) * half + Math.floor(within / 2);
    apart.set(values.subarray(row * width, (row + 1) * width), target * width);
  }
  return apart;
}

async function* numbersOf({ plan, tensor, headRows, offset }: Source): AsyncGenerator<Uint8Array> {
  const isVector = tensor.shape.length === 1;
  const [rows, width] = isVector ? [1, tensor.shape[0] ?? 0] : [tensor.shape[0] ?? 0, tensor.shape[1] ?? 0];
  const unit = headRows ?? 1;
  const atOnce = unit * Math.max(1, Math.floor(NUMBERS_AT_ONCE / (unit * width)));
  for (let first = 0; first < rows; first += atOnce) {
    let values = await readGgufRows(tensor, first, Math.min(rows, first + atOnce));
    if (headRows !== undefined) values = setPairsApart(values, headRows, isVector ? 1 : width);
    if (offset !== 0) values = values.map((value) => value - offset);
    const array =
      plan.type === 'F32' ? values : plan.type === 'BF16' ? toBfloat16(values) : toFloat16(values);
    yield new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  }
}

/** Whether a name is that of a GGUF file. */
export function isGgufFile(name: string): boolean {
  return name.endsWith('.gguf') && existsSync(name);
}

/**
 * The model folder of a GGUF file, made where it is not there yet.
 *
 * @param parent where such folders are kept; the user's cache where absent
 * @throws InputError for an architecture, a tokenizer or a type of tensor that is not read here
 */
export async function ggufModelFolder(
  name: string,
  parent = path.join(cacheFolder(), 'models'),
): Promise<string> {
  const file = await realpath(name);
  const { size, mtimeMs } = await stat(file);
  const hash = createHash('sha256')
    .update(`${VERSION}/${file}/${size}/${mtimeMs}`)
    .digest('hex')
    .slice(0, 16);
  const folder = path.join(parent, `${path.basename(name, '.gguf')}-${hash}`);
  if (existsSync(folder)) return folder;
  const read = await readGguf(name);
  const kind = read.metadata.text('general.architecture');
  const architecture = kind === undefined ? undefined : architectureOfGguf(kind);
  if (!architecture) throw read.metadata.fault('general.architecture', 'one that is known here');
  const json = await configJson(read, architecture);
  const config = parseConfig(json, name);
  const { tokenizer, config: tokenizerConfig } = tokenizerFiles(read.metadata);
  const template = read.metadata.text('tokenizer.chat_template');
  const eos = read.metadata.number('tokenizer.ggml.eos_token_id');
  const ends = [eos, read.metadata.number('tokenizer.ggml.eot_token_id')].filter((id) => id !== undefined);
  const sources = sourcesOf(read, architecture, config);
  await writeFolderWhole(folder, async (beside) => {
    await writeSafetensorsStream(
      path.join(beside, 'model.safetensors'),
      sources.map(({ plan }) => plan),
      (async function* () {
        for (const source of sources) yield* numbersOf(source);
      })(),
    );
    await writeJson(path.join(beside, 'config.json'), json);
    await writeJson(path.join(beside, 'generation_config.json'), { eos_token_id: ends });
    await writeJson(path.join(beside, 'tokenizer.json'), tokenizer);
    await writeJson(path.join(beside, 'tokenizer_config.json'), tokenizerConfig);
    if (template !== undefined) await writeFileWhole(path.join(beside, 'chat_template.jinja'), template);
  });
  return folder;
}
