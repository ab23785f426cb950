/** `shiren export`: models in the formats of other programs. */
import path from 'node:path';
import { Option, type Command } from 'commander';
import { exportGguf, GGUF_TYPES, type GgufType } from '../interop/gguf.js';
import { openModel } from '../model/folder.js';
import { say } from './language.js';
import { resolveModel } from './model.js';
import { DEFAULT_MODEL } from './paths.js';

interface GgufFlags {
  readonly model: string;
  readonly type: GgufType;
}

export function exportCommand(program: Command): void {
  const command = program.command('export').description('导出 models for other programs');
  command
    .command('gguf')
    .description('a GGUF file for llama.cpp, Ollama and others: weights, tokenizer and chat template')
    .argument('<file>', 'the file to write, for example poet.gguf')
    .option('--model <name>', 'base model: a folder, or an id of the Hugging Face hub', DEFAULT_MODEL)
    .addOption(new Option('--type <name>', 'type of the weights').choices(GGUF_TYPES).default('f16'))
    .addHelpText('after', '\nExample:\n  shiren export gguf poet.gguf --type q8_0')
    .action(async (file: string, flags: GgufFlags) => {
      const model = await openModel(await resolveModel(flags.model));
      await exportGguf(model, file, { type: flags.type, name: path.basename(flags.model) });
      console.log(say(`已写入 ${file}`, `wrote ${file}`));
    });
}
