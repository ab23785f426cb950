/** A model from nothing: tokenizer, architecture and weights from poems as plain text. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readPlainText } from '../corpus/plain-text.js';
import { writeCharacterTokenizer } from '../model/character-tokenizer.js';
import { qwen3ConfigJson } from '../model/architectures/qwen3.js';
import { parseConfig } from '../model/architectures/registry.js';
import { writeSafetensors } from '../model/safetensors.js';
import { Tokenizer } from '../model/tokenizer.js';
import { InputError } from '../support/errors.js';
import { writeJson } from '../support/files.js';
import { Random } from '../support/random.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { TokenDocuments } from '../training/documents.js';
import type { TokenTree } from '../training/packing.js';
import { pretrain } from '../training/pretrain.js';
import type { TrainerCallbacks } from '../training/trainer.js';

/** Poems, the model's size, the training's length. */
export interface PretrainModelOptions extends RuntimeOptions {
  /** Files of poems, a blank line between them. */
  readonly text: readonly string[];
  /** The poems for eval_loss; absent: some of `text` are held out. */
  readonly validationText?: string;
  /** Poems for eval_loss. */
  readonly validation: number;
  /** The model's folder. */
  readonly out: string;
  readonly steps: number;
  readonly tokensPerStep: number;
  readonly learningRate: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly intermediateSize: number;
  /** A character must occur so often to get a token. */
  readonly minCount: number;
  readonly seed: number;
  readonly callbacks?: TrainerCallbacks;
  /** Stops after the step under way; what was done is kept. */
  readonly signal?: AbortSignal;
}

/** Dimensions of an attention head. */
const HEAD_SIZE = 64;

/** Hidden dimensions to a key-value head. */
const HIDDEN_PER_KEY_VALUE_HEAD = 192;

/**
 * Heads of a model of a width: one for every 64 dimensions, and about a third as many for keys and values, of which each serves as many
 * query heads as the others.
 *
 * @throws InputError for a width that is not a multiple of 64
 */
export function attentionHeads(hiddenSize: number): { queries: number; keyValues: number } {
  if (!Number.isInteger(hiddenSize) || hiddenSize < HEAD_SIZE || hiddenSize % HEAD_SIZE !== 0) {
    throw new InputError(
      `hidden size ${hiddenSize}: expected a multiple of ${HEAD_SIZE}, the size of a head`,
    );
  }
  const queries = hiddenSize / HEAD_SIZE;
  const most = Math.max(1, Math.floor(hiddenSize / HIDDEN_PER_KEY_VALUE_HEAD));
  const shared = Array.from({ length: most }, (_, index) => most - index);
  return { queries, keyValues: shared.find((heads) => queries % heads === 0) ?? 1 };
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
async function readDocuments(
  options: PretrainModelOptions,
): Promise<Record<'poems' | 'validation', string[]>> {
  const poems = Random.for(options.seed, 'split').shuffle(
    (await Promise.all(options.text.map(readPlainText))).flat(),
  );
  const { validationText } = options;
  const given = validationText === undefined ? undefined : await readPlainText(validationText);
  if (given?.length === 0) throw new InputError(`${validationText}: no poems`);
  const heldOut = given ? 0 : options.validation;
  if (poems.length <= heldOut) {
    throw new InputError(
      `${options.text.join(', ')}: ${poems.length} poems, expected more than the ${heldOut} held out`,
    );
  }
  return given
    ? { poems, validation: given.slice(0, options.validation) }
    : { poems: poems.slice(heldOut), validation: poems.slice(0, heldOut) };
}

/** Writes the tokenizer, and reads the poems by it. Their texts, and what the tokenizer remembers, are not kept. */
async function prepareDocuments(options: PretrainModelOptions) {
  const { out, minCount } = options;
  const { poems, validation } = await readDocuments(options);
  await mkdir(out, { recursive: true });
  const { vocabSize, tokens } = await writeCharacterTokenizer(out, frequentCharacters(poems, minCount));
  const tokenizer = await Tokenizer.load(out);
  const opening = [tokenizer.endOfText];
  const encoded = function* (texts: readonly string[]) {
    for (const text of texts) yield tokenizer.encodeCompletion(text);
  };
  return {
    vocabSize,
    tokens,
    documents: TokenDocuments.of(encoded(poems), opening),
    validation: [...encoded(validation)].map((completion): TokenTree => ({
      prompt: opening,
      completions: [completion],
    })),
  };
}

/**
 * Trains a small Qwen3 on poems, and writes its folder: configuration, tokenizer, weights, metrics.jsonl. Goes on where a run into the
 * folder was stopped.
 *
 * @returns false if the signal stopped it before the end
 */
export async function pretrainModel(options: PretrainModelOptions): Promise<boolean> {
  const { out, hiddenSize } = options;
  const heads = attentionHeads(hiddenSize);
  const { vocabSize, tokens, documents, validation } = await prepareDocuments(options);
  const sizes = {
    vocabSize,
    hiddenSize,
    intermediateSize: options.intermediateSize,
    numHiddenLayers: options.layers,
    numAttentionHeads: heads.queries,
    numKeyValueHeads: heads.keyValues,
    headDim: HEAD_SIZE,
    rmsNormEps: 1e-6,
    ropeTheta: 10_000,
    maxPositionEmbeddings: 1024,
    tieWordEmbeddings: true,
  };
  const json = qwen3ConfigJson(sizes, tokens);
  const configFile = path.join(out, 'config.json');
  const config = parseConfig(json, configFile);
  await writeJson(configFile, json);
  const weights = await pretrain({
    config,
    documents,
    validation,
    steps: options.steps,
    tokensPerStep: options.tokensPerStep,
    rowLength: 256,
    learningRate: options.learningRate,
    warmupSteps: Math.min(100, Math.ceil(options.steps / 10)),
    weightDecay: 0.1,
    seed: options.seed,
    evalSteps: 250,
    saveSteps: 250,
    folder: out,
    threads: options.threads,
    device: options.device,
    callbacks: options.callbacks,
    signal: options.signal,
  });
  if (!weights) return false;
  await writeSafetensors(path.join(out, 'model.safetensors'), weights, 'BF16');
  return true;
}
