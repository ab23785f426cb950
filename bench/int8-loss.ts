/** The loss of `base_dtype: int8` beside float32's, on poems that are held out and on other text, before training and after it. */
import { mkdtemp, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readPreferenceDataset } from '../src/corpus/dataset.js';
import { openModelWithTokenizer, type ModelFolder } from '../src/model/folder.js';
import { BASE_DTYPES, freezeBase, type BaseDtype } from '../src/model/frozen-base.js';
import type { Adapter } from '../src/model/lora.js';
import type { Tokenizer } from '../src/model/tokenizer.js';
import type { TokenTree } from '../src/training/packing.js';
import { stageRecipe } from '../src/training/recipe.js';
import { scoreTrees } from '../src/training/scoring.js';
import { tokenizeExamples } from '../src/training/tokenize.js';
import { trainStage } from '../src/training/train-stage.js';

export interface LossOptions {
  readonly folder: string;
  /** A preference set, of whose chosen answers the last are held out. */
  readonly data: string;
  /** A file of any text, in another language than the poems. */
  readonly text: string;
  /** Steps of SFT; none where 0. */
  readonly steps: number;
}

const ROW_LENGTH = 256;
const HELD_OUT = 32;
/** Pieces of the other text, and the characters of each. */
const [PIECES, PIECE_LENGTH] = [16, 400];
const BATCH = 1;

/** Pieces of a text, each a first token and what follows it. */
function piecesOf(tokenizer: Tokenizer, text: string): TokenTree[] {
  return Array.from({ length: PIECES }, (_, at) => text.slice(at * PIECE_LENGTH, (at + 1) * PIECE_LENGTH))
    .map((piece) => tokenizer.encodeText(piece))
    .map(([first = 0, ...rest]) => ({ prompt: [first], completions: [rest] }));
}

/** Nats a token. */
async function lossOf(
  model: ModelFolder,
  dtype: BaseDtype,
  trees: readonly TokenTree[],
  adapter?: Adapter,
): Promise<number> {
  const scores = await scoreTrees(await freezeBase(model, dtype), adapter, trees, ROW_LENGTH);
  const tokens = trees.reduce((sum, { completions }) => sum + completions[0]!.length, 0);
  return -scores.reduce((sum, [score = NaN]) => sum + score, 0) / tokens;
}

/** Prints nats a token of both precisions on both kinds of text, before training and after it, and how far apart they are. */
export async function compareLosses({ folder, data, text, steps }: LossOptions): Promise<void> {
  const { model, tokenizer } = await openModelWithTokenizer(folder);
  const examples = await readPreferenceDataset(data);
  const treesOf = (from: number, to?: number) => {
    const chosen = examples.slice(from, to).map(({ prompt, chosen }) => ({ prompt, completions: [chosen] }));
    return tokenizeExamples(tokenizer, chosen, { max_length: ROW_LENGTH, template_loss: false }).trees;
  };
  const held = {
    poems: treesOf(-HELD_OUT),
    other: piecesOf(tokenizer, await readFile(text, 'utf8')),
  };

  const compare = async (when: string, adapters: Partial<Record<BaseDtype, Adapter>>): Promise<void> => {
    for (const [kind, trees] of Object.entries(held)) {
      const losses = { float32: NaN, int8: NaN };
      for (const dtype of BASE_DTYPES) losses[dtype] = await lossOf(model, dtype, trees, adapters[dtype]);
      const apart = 100 * (losses.int8 / losses.float32 - 1);
      console.log(
        `loss ${when}, ${kind}: float32 ${losses.float32.toFixed(4)}, int8 ${losses.int8.toFixed(4)} (${apart.toFixed(2)}%)`,
      );
    }
  };

  await compare('before training', {});
  if (steps === 0) return;
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'shiren-int8-'));
  const adapters: Partial<Record<BaseDtype, Adapter>> = {};
  for (const dtype of BASE_DTYPES) {
    const recipe = stageRecipe({
      ...{ name: dtype, type: 'sft', train_dataset: data, base_dtype: dtype, row_length: ROW_LENGTH },
      ...{ per_device_train_batch_size: BATCH, learning_rate: 2e-4, lora_dropout: 0.05, max_steps: steps },
      template_loss: false,
    });
    const trees = treesOf(0, -HELD_OUT);
    adapters[dtype] = await trainStage({
      model,
      recipe,
      trees,
      folder: path.join(scratch, dtype),
      baseName: folder,
    });
  }
  await compare(`after ${steps} steps`, adapters);
}
