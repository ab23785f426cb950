/** `shiren pretrain`: a small Qwen3 from nothing, on poems as plain text. */
import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { writeCharacterTokenizer } from '../model/character-tokenizer.js';
import { readPlainText } from '../corpus/plain-text.js';
import { qwen3ConfigJson } from '../model/architectures/qwen3.js';
import { parseConfig } from '../model/architectures/registry.js';
import { writeSafetensors } from '../model/safetensors.js';
import { Tokenizer } from '../model/tokenizer.js';
import { InputError } from '../support/errors.js';
import { writeJson } from '../support/files.js';
import { Random } from '../support/random.js';
import type { TokenTree } from '../training/packing.js';
import { pretrain, type PretrainMetrics } from '../training/pretrain.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { addRuntimeOptions, numberOption } from './options.js';
import { startProgress } from './progress.js';

interface PretrainFlags extends RuntimeOptions {
  readonly text: readonly string[];
  readonly validationText?: string;
  readonly out: string;
  readonly steps: number;
  readonly tokensPerStep: number;
  readonly learningRate: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly intermediateSize: number;
  readonly validation: number;
  readonly minCount: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function pretrainCommand(program: Command): void {
  addRuntimeOptions(program.command('pretrain'))
    .description('预训练 train a small Qwen3 from nothing on poems as plain text (blank line between poems)')
    .requiredOption('--text <file...>', 'the poems; several files are joined')
    .requiredOption('--out <folder>', 'where the model folder is written; a run that was stopped goes on')
    .option('--steps <n>', 'optimiser steps', numberOption, 3500)
    .option('--tokens-per-step <n>', 'tokens a step', numberOption, 2048)
    .option('--learning-rate <x>', 'highest learning rate (cosine)', numberOption, 1.5e-3)
    .option('--hidden-size <n>', 'width', numberOption, 384)
    .option('--layers <n>', 'layers', numberOption, 5)
    .option('--intermediate-size <n>', 'width of the feed-forward layers', numberOption, 1024)
    .option('--validation <n>', 'poems held out for eval_loss', numberOption, 256)
    .option('--validation-text <file>', 'the poems for eval_loss: then none of --text are held out')
    .option('--min-count <n>', 'a character must occur so often to get a token', numberOption, 3)
    .option('--seed <n>', 'seed', numberOption, 1)
    .option('--json', 'a JSON object a step on standard output')
    .addHelpText('after', '\nExample:\n  shiren pretrain --text poems.txt --out models/mine --steps 3500')
    .action(runPretrain);
}

/** Characters by falling frequency, those that occur at least `minimum` times. */
function frequentCharacters(poems: readonly string[], minimum: number): string[] {
  const counts = new Map<string, number>();
  for (const poem of poems)
    for (const character of poem) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts]
    .filter(([character, count]) => count >= minimum && character.trim() !== '')
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([character]) => character);
}

/** The poems to learn in a shuffled order, and those never trained on. */
async function readDocuments(flags: PretrainFlags): Promise<Record<'poems' | 'validation', string[]>> {
  const poems = Random.for(flags.seed, 'split').shuffle(
    (await Promise.all(flags.text.map(readPlainText))).flat(),
  );
  const given = flags.validationText === undefined ? undefined : await readPlainText(flags.validationText);
  if (given?.length === 0) throw new InputError(`${flags.validationText}: no poems`);
  const heldOut = given ? 0 : flags.validation;
  if (poems.length <= heldOut) {
    throw new InputError(
      `${flags.text.join(', ')}: ${poems.length} poems, expected more than the ${heldOut} held out`,
    );
  }
  return given
    ? { poems, validation: given.slice(0, flags.validation) }
    : { poems: poems.slice(heldOut), validation: poems.slice(0, heldOut) };
}

async function runPretrain(flags: PretrainFlags): Promise<void> {
  const { poems, validation } = await readDocuments(flags);
  await mkdir(flags.out, { recursive: true });
  const { vocabSize, tokens } = await writeCharacterTokenizer(
    flags.out,
    frequentCharacters(poems, flags.minCount),
  );
  const tokenizer = await Tokenizer.load(flags.out);
  const sizes = {
    vocabSize,
    hiddenSize: flags.hiddenSize,
    intermediateSize: flags.intermediateSize,
    numHiddenLayers: flags.layers,
    numAttentionHeads: flags.hiddenSize / 64,
    numKeyValueHeads: Math.max(1, Math.floor(flags.hiddenSize / 192)),
    headDim: 64,
    rmsNormEps: 1e-6,
    ropeTheta: 10_000,
    maxPositionEmbeddings: 1024,
    tieWordEmbeddings: true,
  };
  const json = qwen3ConfigJson(sizes, tokens);
  const configFile = path.join(flags.out, 'config.json');
  const config = parseConfig(json, configFile);
  await writeJson(configFile, json);
  const asTree = (poem: string): TokenTree => ({
    prompt: [tokenizer.endOfText],
    completions: [tokenizer.encodeCompletion(poem)],
  });
  const metricsFile = path.join(flags.out, 'pretrain.jsonl');
  const bar = flags.json ? undefined : startProgress('pretrain', flags.steps);
  let evaluation = '';
  const report = async (metrics: PretrainMetrics): Promise<void> => {
    const line = JSON.stringify(metrics);
    await appendFile(metricsFile, `${line}\n`);
    if (flags.json) console.log(line);
    if (metrics.eval_loss !== undefined) evaluation = `  eval ${metrics.eval_loss.toFixed(3)}`;
    else {
      const rate = Math.round(metrics.tokens_per_second ?? 0);
      bar?.update(metrics.step, `loss ${metrics.loss?.toFixed(3)}${evaluation}  ${rate} tokens/s`);
    }
  };
  const weights = await pretrain({
    config,
    documents: poems.map(asTree),
    validation: validation.map(asTree),
    steps: flags.steps,
    tokensPerStep: flags.tokensPerStep,
    rowLength: 256,
    learningRate: flags.learningRate,
    warmupSteps: Math.min(100, Math.ceil(flags.steps / 10)),
    weightDecay: 0.1,
    seed: flags.seed,
    evalSteps: 250,
    saveSteps: 250,
    checkpointFile: path.join(flags.out, 'checkpoint.safetensors'),
    threads: flags.threads,
    device: flags.device,
    onStep: report,
  });
  bar?.stop();
  await writeSafetensors(path.join(flags.out, 'model.safetensors'), weights, 'BF16');
}
