/** `shiren export`: models in the formats of other programs. */
import { Option, type Command } from 'commander';
import { GGUF_TYPES, type GgufType } from '../interop/gguf.js';
import { modelfileOf } from '../interop/modelfile.js';
import { MERGED_DTYPES, type MergedDtype } from '../interop/merged.js';
import { ONNX_DTYPES, type OnnxDtype } from '../interop/transformers-js.js';
import { exportModel } from '../pipeline/export-model.js';
import { InputError } from '../support/errors.js';
import { requireFreeFile } from '../support/out-file.js';
import { countSchema } from '../support/settings.js';
import { readRecipe } from '../training/recipe.js';
import { say } from './language.js';
import { downloadBar } from './model.js';
import { addOutFileOptions, repeatedOption, settingOption } from './options.js';
import { DEFAULT_MODEL, resolvePath } from './paths.js';

const ProcessesSchema = countSchema(1024, {
  description: 'processes (GPUs) that divide a step among themselves (4; 2 on a CPU)',
});

interface ModelFlags {
  readonly model: string;
  readonly adapter?: string;
}

export function exportCommand(program: Command): void {
  const command = program.command('export').description('导出 models for other programs');
  addModelOptions(command.command('merged'))
    .description('a Hugging Face folder: the base with the adapter merged in')
    .argument('<folder>', 'the folder to write')
    .addOption(
      new Option('--dtype <name>', 'type of the weights')
        .choices(Object.keys(MERGED_DTYPES))
        .default('bfloat16'),
    )
    .addHelpText('after', '\nExample:\n  shiren export merged poet --adapter output/stage3-dpo')
    .action(async (folder: string, flags: ModelFlags & { dtype: MergedDtype }) => {
      await exportModel(folder, { ...flags, format: 'merged', onDownload: downloadBar() });
      announce(folder);
    });
  addModelOptions(command.command('onnx'))
    .description(
      'a folder for @huggingface/transformers (transformers.js): ONNX models, tokenizer, chat template',
    )
    .argument('<folder>', 'the folder to write')
    .option('--dtype <names>', `some of ${Object.keys(ONNX_DTYPES).join(', ')}`, 'fp32,q8,q4')
    .addHelpText('after', '\nExample:\n  shiren export onnx poet-onnx --adapter output/stage3-dpo --dtype q4')
    .action(async (folder: string, flags: ModelFlags & { dtype: string }) => {
      const dtypes = readDtypes(flags.dtype);
      await exportModel(folder, { ...flags, format: 'onnx', dtypes, onDownload: downloadBar() });
      announce(folder);
    });
  addOutFileOptions(addModelOptions(command.command('gguf')))
    .description(
      'a GGUF file for llama.cpp, Ollama and others: weights, tokenizer and chat template; and a Modelfile',
    )
    .argument('<file>', 'the file to write, for example poet.gguf')
    .addOption(new Option('--type <name>', 'type of the weights').choices(GGUF_TYPES).default('f16'))
    .addHelpText(
      'after',
      '\nExample:\n  shiren export gguf poet.gguf --adapter output/stage3-dpo --type q8_0',
    )
    .action(async (file: string, flags: ModelFlags & { type: GgufType; force?: boolean }) => {
      const modelfile = modelfileOf(file);
      for (const name of [file, modelfile]) await requireFreeFile(name, flags);
      await exportModel(file, { ...flags, format: 'gguf', onDownload: downloadBar() });
      announce(`${file}, ${modelfile}`);
    });
  addRecipeOptions(command.command('trl'))
    .addOption(settingOption('--num-processes <n>', ProcessesSchema))
    .description(
      'a recipe as a TRL project: data, train.py, accelerate for several GPUs, FSDP and DeepSpeed, Slurm, SkyPilot',
    )
    .addHelpText(
      'after',
      '\nExample:\n  shiren export trl poet-trl --recipe recipes/qwen3-0.6b.yaml --data output/full',
    )
    .action(async (folder: string, flags: RecipeFlags & { numProcesses?: number }) => {
      await exportProject({ format: 'trl', numProcesses: flags.numProcesses }, folder, flags);
      announce(folder);
    });
  addRecipeOptions(command.command('llamafactory'))
    .description('a recipe for LLaMA-Factory: a YAML file a stage, and dataset_info.json')
    .addHelpText(
      'after',
      '\nExample:\n  shiren export llamafactory poet-lf --recipe recipes/qwen3-0.6b.yaml --data output/full',
    )
    .action(async (folder: string, flags: RecipeFlags) => {
      await exportProject({ format: 'llamafactory' }, folder, flags);
      announce(folder);
    });
}

interface RecipeFlags {
  readonly recipe: string;
  readonly data: string;
  readonly set: string[];
}

function addRecipeOptions(command: Command): Command {
  return command
    .argument('<folder>', 'the folder to write')
    .option('--recipe <file>', 'the recipe', 'recipes/mini.yaml')
    .option('--data <folder>', 'folder of the data sets', 'output/data')
    .option('--set <key=value>', 'override a setting of every stage (repeatable)', repeatedOption, []);
}

async function exportProject(
  project: { readonly format: 'trl'; readonly numProcesses?: number } | { readonly format: 'llamafactory' },
  folder: string,
  { data, recipe: file, set }: RecipeFlags,
): Promise<void> {
  const recipe = await readRecipe(resolvePath(file), set);
  await exportModel(folder, { ...project, recipe, data, onDownload: downloadBar() });
}

function addModelOptions(command: Command): Command {
  return command
    .option('--model <name>', 'base model: a folder, or an id of the Hugging Face hub', DEFAULT_MODEL)
    .option('--adapter <folder>', 'PEFT adapter to merge in');
}

function readDtypes(text: string): OnnxDtype[] {
  return text.split(',').map((name) => {
    if (!Object.hasOwn(ONNX_DTYPES, name)) {
      const known = Object.keys(ONNX_DTYPES).join(', ');
      throw new InputError(`--dtype ${name}: expected some of ${known}`);
    }
    return name as OnnxDtype;
  });
}

function announce(what: string): void {
  console.log(say(`已写入 ${what}`, `wrote ${what}`));
}
