/** Models and recipes in the formats of other programs. */
import path from 'node:path';
import { exportGguf, type GgufType } from '../interop/gguf.js';
import { modelfile, modelfileOf } from '../interop/modelfile.js';
import { exportLlamaFactory } from '../interop/llamafactory.js';
import { exportMerged, withMerged, type MergedDtype } from '../interop/merged.js';
import { exportOnnx, type OnnxDtype } from '../interop/transformers-js.js';
import { exportTrl, type ProjectOptions } from '../interop/trl-project.js';
import { modelFolder, openModel, openModelWithTokenizer } from '../model/folder.js';
import type { DownloadProgress } from '../model/hub.js';
import { writeFileWhole } from '../support/files.js';
import { packaged, resolvePath } from '../support/package-files.js';
import { datasetFiles } from './dataset-files.js';
import { sourceOf } from './examples.js';
import { recipeTokenizer } from './recipe-tokenizer.js';
import type { Recipe } from '../training/recipe.js';
import { SAMPLING_DEFAULTS } from '../writing/decoding/generation-settings.js';

interface ModelSource {
  /** A model folder, or an id of the Hugging Face hub. */
  readonly model: string;
  /** PEFT adapter to merge in. */
  readonly adapter?: string;
  readonly onDownload?: (progress: DownloadProgress) => void;
}

interface RecipeSource {
  readonly recipe: Recipe;
  /** Folder that data sets are relative to. */
  readonly data: string;
  readonly onDownload?: (progress: DownloadProgress) => void;
}

/** What is exported, and as what. */
export type ExportOptions =
  | (ModelSource & { readonly format: 'merged'; readonly dtype: MergedDtype })
  | (ModelSource & { readonly format: 'onnx'; readonly dtypes: readonly OnnxDtype[] })
  | (ModelSource & { readonly format: 'gguf'; readonly type: GgufType })
  | (RecipeSource & { readonly format: 'trl'; readonly numProcesses?: number })
  | (RecipeSource & { readonly format: 'llamafactory' });

/**
 * Writes a model, or a recipe as another trainer's project.
 *
 * @param out the folder to write; for gguf the file, beside which its Modelfile for Ollama is put
 * @throws InputError for what the other format does not have, naming it
 */
export async function exportModel(out: string, options: ExportOptions): Promise<void> {
  if ('recipe' in options) return exportRecipe(out, options);
  const model = await openModel(await modelFolder(resolvePath(options.model), options.onDownload));
  const adapter = options.adapter === undefined ? undefined : resolvePath(options.adapter);
  if (options.format === 'merged') return exportMerged(model, adapter, out, options.dtype);
  await withMerged(model, adapter, async (merged) => {
    if (options.format === 'onnx') return exportOnnx(merged, out, options.dtypes);
    const name = path.basename(options.adapter ?? options.model);
    return exportGguf(merged, out, { type: options.type, name });
  });
  if (options.format === 'gguf') {
    const { tokenizer } = await openModelWithTokenizer(model.folder, adapter);
    const { temperature, topP } = SAMPLING_DEFAULTS;
    await writeFileWhole(modelfileOf(out), modelfile(out, tokenizer, { temperature, top_p: topP }));
  }
}

async function exportRecipe(out: string, options: Extract<ExportOptions, RecipeSource>): Promise<void> {
  const { recipe, data, onDownload } = options;
  const source = await modelFolder(resolvePath(recipe.model_name_or_path), onDownload);
  const { model, tokenizer } = await openModelWithTokenizer(source);
  const project: ProjectOptions = {
    ...{ recipe, model, tokenizer: await recipeTokenizer(tokenizer, recipe) },
    datasetOf: async (stage, purpose) => {
      const files = await datasetFiles(stage, purpose, data, onDownload);
      return files && sourceOf(stage, files);
    },
  };
  if (options.format === 'llamafactory') return exportLlamaFactory(out, project);
  const { numProcesses } = options;
  await exportTrl(out, { ...project, data, template: packaged('templates', 'trl'), numProcesses });
}
