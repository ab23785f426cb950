/** An adapter merged into its base: a Hugging Face model folder like any other. */
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { toBfloat16, toFloat16 } from '../model/float16.js';
import { openModel, type ModelFolder } from '../model/folder.js';
import { loadAdapter, loraScaling, type Adapter, type LoraPair } from '../model/lora.js';
import { EMBEDDING } from '../model/network-weights.js';
import {
  readTensor,
  writeSafetensorsStream,
  type FloatTensor,
  type FloatType,
  type TensorEntry,
} from '../model/safetensors.js';
import { isRecord, readJson, writeFolderWhole, writeJson } from '../support/files.js';

/** By the names of torch_dtype. */
export const MERGED_DTYPES = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const satisfies Record<
  string,
  FloatType
>;
export type MergedDtype = keyof typeof MERGED_DTYPES;

/** W + s·B·A, with DoRA scaled row by row to the trained length (arXiv 2402.09353): what a projection [out, in] becomes. */
function mergeMatrix(
  weight: Float32Array,
  { a, b, magnitude }: LoraPair<FloatTensor>,
  scaling: number,
): Float32Array {
  const [rank = 0, inner = 0] = a.shape;
  const rows = b.shape[0] ?? 0;
  const merged = Float32Array.from(weight);
  for (let row = 0; row < rows; row += 1) {
    const target = merged.subarray(row * inner, (row + 1) * inner);
    for (let at = 0; at < rank; at += 1) {
      const factor = scaling * (b.data[row * rank + at] ?? 0);
      const source = a.data.subarray(at * inner, (at + 1) * inner);
      for (let column = 0; column < inner; column += 1) target[column]! += factor * source[column]!;
    }
    if (!magnitude) continue;
    const length = Math.sqrt(target.reduce((sum, value) => sum + value * value, 0));
    const scale = (magnitude.data[row] ?? 0) / length;
    for (let column = 0; column < inner; column += 1) target[column]! *= scale;
  }
  return merged;
}

function encode(values: Float32Array, dtype: MergedDtype): Uint8Array {
  const array = dtype === 'float32' ? values : dtype === 'float16' ? toFloat16(values) : toBfloat16(values);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The merged tensors one after another: no more than one is in memory. */
async function* mergedTensors(
  entries: readonly TensorEntry[],
  adapter: Adapter | undefined,
  dtype: MergedDtype,
): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    const values = adapter?.whole?.get(entry.name)?.data ?? (await readTensor(entry));
    const pair = adapter?.layers.get(entry.name.replace(/\.weight$/, ''));
    yield encode(pair && adapter ? mergeMatrix(values, pair, loraScaling(adapter.config)) : values, dtype);
  }
  const output = entries.some(({ name }) => name === OUTPUT) ? undefined : await ownOutput(entries, adapter);
  if (output) yield encode(output, dtype);
}

const OUTPUT = 'lm_head.weight';

/** Whether an adapter parts embedding and output, which are one in the base. */
const isParted = (adapter: Adapter | undefined): boolean =>
  [OUTPUT, EMBEDDING].some((name) => adapter?.whole?.has(name));

/** The output of a model whose base has none of its own; undefined where it still needs none. */
async function ownOutput(
  entries: readonly TensorEntry[],
  adapter: Adapter | undefined,
): Promise<Float32Array | undefined> {
  if (!isParted(adapter)) return undefined;
  const embedding = entries.find(({ name }) => name === EMBEDDING);
  return adapter?.whole?.get(OUTPUT)?.data ?? (embedding && readTensor(embedding));
}

/** Files of a model folder that say nothing of its weights: tokenizer, chat template, how to generate. */
const isKept = (name: string): boolean =>
  /^(?:tokenizer.*\.json|special_tokens_map\.json|vocab\.json|merges\.txt|chat_template\.jinja|generation_config\.json)$/.test(
    name,
  );

/** Copies what an export keeps of a model folder beside weights and configuration. */
export async function copyTokenizer({ folder }: ModelFolder, into: string): Promise<void> {
  for (const name of (await readdir(folder)).filter(isKept)) {
    await copyFile(path.join(folder, name), path.join(into, name));
  }
}

/**
 * Writes a model with its adapter merged in as a new Hugging Face folder, whole or not at all.
 *
 * @param adapter a PEFT adapter folder; none for a copy in another type
 * @throws InputError for a folder that is there already, or an adapter that does not fit
 */
export async function exportMerged(
  model: ModelFolder,
  adapter: string | undefined,
  folder: string,
  dtype: MergedDtype = 'bfloat16',
): Promise<void> {
  const loaded = adapter === undefined ? undefined : await loadAdapter(adapter, model.config);
  await writeFolderWhole(folder, async (beside) => {
    const entries = [...model.weights.values()];
    const { config } = model;
    const parts = config.tieWordEmbeddings && isParted(loaded);
    const shapes = entries.map(({ name, shape }) => ({ name, shape }));
    if (parts) shapes.push({ name: OUTPUT, shape: [config.vocabSize, config.hiddenSize] });
    const plans = shapes.map((one) => ({ ...one, type: MERGED_DTYPES[dtype] }));
    const file = path.join(beside, 'model.safetensors');
    await writeSafetensorsStream(file, plans, mergedTensors(entries, loaded, dtype));
    await copyTokenizer(model, beside);
    const json = await readJson(path.join(model.folder, 'config.json'));
    const type = isRecord(json) && 'dtype' in json ? { dtype } : { torch_dtype: dtype };
    const untied = parts ? { tie_word_embeddings: false } : {};
    await writeJson(path.join(beside, 'config.json'), { ...(json as object), ...type, ...untied });
  });
}

/** Works with a model and its adapter as one model; where there is an adapter, from a merged copy that is deleted afterwards. */
export async function withMerged<T>(
  model: ModelFolder,
  adapter: string | undefined,
  work: (merged: ModelFolder) => Promise<T>,
): Promise<T> {
  if (adapter === undefined) return work(model);
  const parent = await mkdtemp(path.join(os.tmpdir(), 'shiren-merged-'));
  try {
    const folder = path.join(parent, 'model');
    await exportMerged(model, adapter, folder, 'float32');
    return await work(await openModel(folder));
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}
