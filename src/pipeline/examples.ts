/** From a data set's file to token ids, as the stage's type reads it. */
import {
  messageText,
  readLabelledDataset,
  readPreferenceDataset,
  readSftDataset,
  type Message,
} from '../corpus/dataset.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { InputError } from '../support/errors.js';
import type { TokenizedExample } from '../training/learning.js';
import type { StageRecipe } from '../training/recipe.js';
import { tokenizeExamples } from '../training/tokenize.js';

/** A prompt and the answers that are learnt from. */
interface ReadExample {
  readonly prompt: readonly Message[];
  readonly completions: readonly (readonly Message[])[];
  readonly label?: boolean;
}

export interface TokenizedDataset {
  readonly trees: readonly TokenizedExample[];
  /** Examples that were longer than allowed and lost their end. */
  readonly truncated: number;
}

const readCompletions = async (file: string): Promise<ReadExample[]> =>
  (await readSftDataset(file)).map(({ prompt, completion }) => ({ prompt, completions: [completion] }));

const readPairs = async (file: string): Promise<ReadExample[]> =>
  (await readPreferenceDataset(file)).map(({ prompt, chosen, rejected }) => ({
    prompt,
    completions: [chosen, rejected],
  }));

/** Of an SFT set what is asked; the answers are somebody else's. */
const readPrompts = async (file: string): Promise<ReadExample[]> =>
  (await readSftDataset(file)).map(({ prompt }) => ({ prompt, completions: [] }));

const readLabelled = async (file: string): Promise<ReadExample[]> =>
  (await readLabelledDataset(file)).map(({ prompt, completion, label }) => ({
    prompt,
    completions: [completion],
    label,
  }));

/** Who reads the data sets of a type of stage: what is trained on, and what is watched. */
const READERS: Readonly<
  Record<StageRecipe['type'], Record<'train' | 'validation', (file: string) => Promise<ReadExample[]>>>
> = {
  sft: { train: readCompletions, validation: readCompletions },
  dpo: { train: readPairs, validation: readPairs },
  kto: { train: readLabelled, validation: readLabelled },
  // Prompts are asked; the answers are the model's own.
  grpo: { train: readPrompts, validation: readPrompts },
  iterative_dpo: { train: readCompletions, validation: readPairs },
};

/** The examples of a stage's file. @throws InputError naming file and line or example */
export async function readExamples(
  { type }: Pick<StageRecipe, 'type'>,
  purpose: 'train' | 'validation',
  file: string,
): Promise<ReadExample[]> {
  const examples = await READERS[type][purpose](file);
  const empty = examples.findIndex(({ completions }) =>
    completions.some((completion) => messageText(completion) === ''),
  );
  if (empty >= 0) throw new InputError(`${file}: example ${empty + 1} has an empty completion`);
  return examples;
}

/** The same as token ids, cut to the stage's max_length. */
export async function tokenizeDataset(
  stage: StageRecipe,
  purpose: 'train' | 'validation',
  file: string,
  tokenizer: Tokenizer,
): Promise<TokenizedDataset> {
  return tokenizeExamples(tokenizer, await readExamples(stage, purpose, file), stage.max_length);
}
