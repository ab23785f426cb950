/** The model's own poems to learn from: sampled with the adapter as it is, judged, paired, kept on disk. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { assistantMessage, readPreferenceDataset, userMessage } from '../corpus/dataset.js';
import { textOf, type DatasetSource } from '../corpus/examples.js';
import { readLearnt } from '../corpus/learnt.js';
import type { EvaluationPrompt } from '../evaluation/evaluate.js';
import { samplePairs, type OnPolicyPair } from '../evaluation/on-policy.js';
import type { Yardstick } from '../evaluation/yardstick.js';
import type { ModelFolder } from '../model/folder.js';
import type { Adapter } from '../model/lora.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { formByName } from '../poetry/forms/forms.js';
import { InputError } from '../support/errors.js';
import { writeJsonLines } from '../support/files.js';
import { Random } from '../support/random.js';
import type { RuntimeOptions } from '../tensor/device.js';
import type { TokenTree } from '../training/packing.js';
import type { IterativeDpoRecipe } from '../training/recipe.js';
import type { PairRollouts } from '../training/rollouts.js';
import { tokenizeExamples } from '../training/tokenize.js';
import { Decoder } from '../writing/decoding/decoder.js';
import { Poet } from '../writing/poet.js';
import type { SamplingProgress } from './callbacks.js';
import { themesOf } from './evaluation-prompts.js';
import { readReferenceCorpus } from './reference-corpus.js';

/**
 * The prompts of an SFT set that say what was asked for.
 *
 * @param wanted whether those that do not are passed over, or refused
 * @throws InputError where none does, or not all
 */
export async function readAskedPrompts(
  source: DatasetSource,
  wanted: 'some' | 'all' = 'some',
): Promise<EvaluationPrompt[]> {
  const prompts: EvaluationPrompt[] = [];
  for await (const { place, value, learnt } of readLearnt('prompts', source)) {
    const form = formByName(String(value['form'] ?? ''));
    const { themes } = value;
    if ('prompt' in learnt && form && themes !== undefined) {
      prompts.push({ prompt: textOf(learnt.prompt), form, themes: themesOf(themes) });
    } else if (wanted === 'all') {
      throw new InputError(`${place}: no columns form and themes, by which poems are judged`);
    }
  }
  if (prompts.length === 0) {
    throw new InputError(
      `${source.files.join(', ')}: no example has the columns form and themes, by which poems are judged`,
    );
  }
  return prompts;
}

/** What a stage's own poems or answers are sampled with. */
export interface OwnSamplingOptions<Stage> {
  readonly stage: Stage;
  readonly model: ModelFolder;
  readonly tokenizer: Tokenizer;
  /** What is asked. */
  readonly source: DatasetSource;
  /** Folder of the reference corpus. */
  readonly data: string;
  readonly runtime: RuntimeOptions;
  readonly onSampling?: (progress: SamplingProgress) => void;
}

/** The pairs of an iterative_dpo stage: the best of a prompt's poems against the worst, by the evaluation's figures. */
export class OwnPairs implements PairRollouts {
  private decoder: Decoder | undefined;

  private constructor(
    private readonly options: OwnSamplingOptions<IterativeDpoRecipe>,
    private readonly asked: readonly EvaluationPrompt[],
    private readonly corpus: Yardstick,
  ) {}

  static async create(options: OwnSamplingOptions<IterativeDpoRecipe>): Promise<OwnPairs> {
    return new OwnPairs(
      options,
      await readAskedPrompts(options.source),
      await readReferenceCorpus(options.data),
    );
  }

  get prompts(): number {
    return this.asked.length;
  }

  async pairs(
    round: number,
    adapter: Adapter,
    folder: string,
    signal?: AbortSignal,
  ): Promise<readonly TokenTree[]> {
    const { tokenizer, stage } = this.options;
    const file = path.join(folder, 'pairs.jsonl');
    if (!existsSync(file)) {
      await writeJsonLines(file, (await this.sample(round, adapter, signal)).map(asPreference));
    }
    const examples = (await readPreferenceDataset(file)).map(({ prompt, chosen, rejected }) => ({
      prompt,
      completions: [chosen, rejected],
    }));
    return tokenizeExamples(tokenizer, examples, stage).trees;
  }

  async release(): Promise<void> {
    await this.decoder?.release();
  }

  private async sample(round: number, adapter: Adapter, signal?: AbortSignal): Promise<OnPolicyPair[]> {
    const { stage, model, tokenizer, runtime, onSampling } = this.options;
    const prompts = Random.for(stage.seed, 'prompts', round + 1)
      .shuffle(this.asked)
      .slice(0, stage.prompts_per_round);
    this.decoder ??= await Decoder.create(model, { lora: adapter.config, positions: 512, ...runtime });
    const poet = new Poet({ name: stage.name, decoder: this.decoder, tokenizer, adapter });
    const total = prompts.length;
    onSampling?.({ round: round + 1, done: 0, total });
    const pairs = await samplePairs(poet, {
      prompts,
      generations: stage.num_generations,
      temperature: stage.temperature,
      seed: stage.seed + (round + 1) * prompts.length * stage.num_generations,
      yardstick: this.corpus,
      signal,
      onProgress: (done) => onSampling?.({ round: round + 1, done, total }),
    });
    if (pairs.length > 0) return pairs;
    throw new InputError(
      `${stage.name}: round ${round + 1}: the poems of each of ${total} prompts are about as good as each other: no pair to learn from; raise temperature, num_generations or prompts_per_round`,
    );
  }
}

/** A line of a preference set, with the figures that it was chosen by. */
function asPreference({ prompt, chosen, rejected, chosenScore, rejectedScore }: OnPolicyPair): object {
  return {
    prompt: userMessage(prompt),
    chosen: assistantMessage(chosen),
    rejected: assistantMessage(rejected),
    rejected_reason: 'sampled',
    chosen_score: chosenScore,
    rejected_score: rejectedScore,
  };
}
