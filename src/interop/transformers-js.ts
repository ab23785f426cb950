/** A model as transformers.js loads it: `onnx/model*.onnx` beside configuration and tokenizer, with the names that it feeds and reads. */
import { existsSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { blockDerivation } from '../model/blocks.js';
import { derivedFile } from '../model/derived-file.js';
import type { ModelFolder } from '../model/folder.js';
import { floatWeights, type NetworkWeights } from '../model/network-weights.js';
import { frozenParameters, weightsFolder } from '../model/parameters.js';
import { blockWeights } from '../model/quantized-weights.js';
import { Tokenizer } from '../model/tokenizer.js';
import { isRecord, readJson, writeFileWhole, writeFolderWhole, writeJson } from '../support/files.js';
import { Graph, type ExternalInitializer } from '../tensor/graph.js';
import { encodeModel } from '../tensor/onnx.js';
import { copyTokenizer } from './merged.js';
import { buildTextGenerationGraph } from './text-generation-graph.js';

/** By the names of transformers.js's `dtype`, with the suffix of the file that it looks for. */
export const ONNX_DTYPES = { fp32: '', q8: '_quantized', q4: '_q4' } as const;
export type OnnxDtype = keyof typeof ONNX_DTYPES;

/** Folder of the forms that weights take on the way. */
const WORK = 'work';

/**
 * Writes a folder that `pipeline('text-generation', …)` of @huggingface/transformers loads, whole or not at all.
 *
 * @throws InputError for a folder that is there already
 */
export async function exportOnnx(
  model: ModelFolder,
  folder: string,
  dtypes: readonly OnnxDtype[],
): Promise<void> {
  await writeFolderWhole(folder, async (beside) => {
    await mkdir(path.join(beside, 'onnx'));
    for (const dtype of dtypes) {
      const graph = new Graph();
      const { weights, source } = await weightsOf(model, dtype, graph, path.join(beside, WORK));
      const positions = model.config.maxPositionEmbeddings;
      buildTextGenerationGraph({ graph, config: model.config, weights, positions });
      await writeOnnx(path.join(beside, 'onnx', `model${ONNX_DTYPES[dtype]}.onnx`), graph, source);
    }
    await copyTokenizer(model, beside);
    await writeConfigs(model, beside, dtypes);
    await rm(path.join(beside, WORK), { recursive: true, force: true });
  });
}

/** The weights of a precision in a graph, and the folder that their files lie in. */
async function weightsOf(
  model: ModelFolder,
  dtype: OnnxDtype,
  graph: Graph,
  work: string,
): Promise<{ weights: NetworkWeights; source: string }> {
  const { config } = model;
  if (dtype === 'fp32') {
    const source = weightsFolder(model.weights);
    return { weights: floatWeights(config, frozenParameters(graph, model.weights)), source };
  }
  const bits = dtype === 'q8' ? 8 : 4;
  const entries = await derivedFile(model, blockDerivation(bits), work);
  return { weights: blockWeights(graph, config, entries, bits), source: weightsFolder(entries) };
}

/** Bytes that are copied at a time. */
const PIECE = 2 ** 24;
/** Where a weight may begin: pages, so that they can be mapped. */
const ALIGNMENT = 4096;

/** Writes a graph, and its weights into one file beside it (`.onnx_data`). */
async function writeOnnx(file: string, graph: Graph, source: string): Promise<void> {
  const data = `${file}_data`;
  const into = await open(data, 'w');
  try {
    let offset = 0;
    for (const [index, initializer] of graph.initializers.entries()) {
      if (initializer.kind !== 'external') continue;
      await copyBytes(path.join(source, initializer.file), initializer, into, offset);
      graph.initializers[index] = { ...initializer, file: path.basename(data), offset };
      offset = Math.ceil((offset + initializer.length) / ALIGNMENT) * ALIGNMENT;
    }
  } finally {
    await into.close();
  }
  await writeFileWhole(file, encodeModel(graph));
}

async function copyBytes(
  file: string,
  { offset, length }: ExternalInitializer,
  into: Awaited<ReturnType<typeof open>>,
  at: number,
): Promise<void> {
  const from = await open(file);
  try {
    for (let done = 0; done < length; done += PIECE) {
      const size = Math.min(PIECE, length - done);
      const { buffer } = await from.read(Buffer.alloc(size), 0, size, offset + done);
      await into.write(buffer, 0, size, at + done);
    }
  } finally {
    await from.close();
  }
}

async function writeConfigs(model: ModelFolder, folder: string, dtypes: readonly OnnxDtype[]): Promise<void> {
  const config = await readJson(path.join(model.folder, 'config.json'));
  const external = Object.fromEntries(dtypes.map((dtype) => [`model${ONNX_DTYPES[dtype]}.onnx`, 1]));
  await writeJson(path.join(folder, 'config.json'), {
    ...(isRecord(config) ? config : {}),
    'transformers.js_config': { use_external_data_format: external },
  });
  if (existsSync(path.join(folder, 'generation_config.json'))) return;
  const { endTokens, endOfText } = await Tokenizer.load(model.folder);
  await writeJson(path.join(folder, 'generation_config.json'), {
    eos_token_id: [...endTokens],
    pad_token_id: endOfText,
  });
}
