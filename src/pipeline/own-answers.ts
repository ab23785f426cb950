/** The answers of a grpo stage: sampled in this process with the adapter as it is, in one batch, and judged by the stage's rewards. */
import type { EvaluationPrompt } from '../evaluation/evaluate.js';
import type { RewardInput } from '../evaluation/rewards.js';
import { Random } from '../support/random.js';
import type { GrpoRecipe } from '../training/recipe.js';
import type { Completion, GenerationRequest, Generations, GroupRollouts } from '../training/rollouts.js';
import { Decoder } from '../writing/decoding/decoder.js';
import { Generator, type Generation } from '../writing/decoding/generate.js';
import { readAskedPrompts, type OwnSamplingOptions } from './own-poems.js';
import { openRewards, rewardCorpus, type OpenedReward } from './rewards.js';

/** Answers decoded together; more wait for their turn. */
const ANSWERS_AT_ONCE = 64;

export class OwnAnswers implements GroupRollouts {
  private decoder: Decoder | undefined;

  private constructor(
    private readonly options: OwnSamplingOptions<GrpoRecipe>,
    /** What is asked, in the order of the data set. */
    private readonly asked: readonly EvaluationPrompt[],
    readonly rewards: readonly OpenedReward[],
  ) {}

  /** @throws InputError for a data set whose lines do not say what they ask for, or a reward that cannot be opened */
  static async create(options: OwnSamplingOptions<GrpoRecipe>): Promise<OwnAnswers> {
    const { stage, data, source } = options;
    const asked = await readAskedPrompts(source, 'all');
    const rewards = await openRewards(stage, await rewardCorpus(stage, data, options.runtime));
    return new OwnAnswers(options, asked, rewards);
  }

  async generate({ prompts, generation, earlier, adapter, signal }: GenerationRequest): Promise<Generations> {
    const { stage, model, tokenizer, runtime, onSampling } = this.options;
    const positions = stage.max_length + stage.max_completion_length;
    this.decoder ??= await Decoder.create(model, { lora: adapter.config, positions, ...runtime });
    const generator = new Generator(this.decoder, tokenizer, { adapter, sequences: ANSWERS_AT_ONCE });
    const started = performance.now();
    const total = prompts.length * stage.num_generations;
    let done = 0;
    const write = async (
      { place, tokens: prompt }: GenerationRequest['prompts'][number],
      sample: number,
    ): Promise<Generation> => {
      const written = await generator.generate({
        prompt,
        seed: Random.for(stage.seed, 'answer', generation, place, sample).bits(),
        sampling: {
          ...{ temperature: stage.temperature, topP: stage.top_p, topK: stage.top_k },
          ...{ minP: 0, repetitionPenalty: 1 },
        },
        maxNewTokens: stage.max_completion_length,
        signal,
      });
      done += 1;
      onSampling?.({ round: generation + 1, done, total });
      return written;
    };
    const samples = [...Array(stage.num_generations).keys()];
    // Where one cannot be written nobody waits for the others: all are settled before that is told.
    const settled = await Promise.allSettled(
      prompts.flatMap((prompt) => samples.map((sample) => write(prompt, sample))),
    );
    const written = settled.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    const sampled = performance.now();
    const places = prompts.map(({ place }) => place);
    const rewards = await this.judge(places, written, earlier);
    const completions = written.map(({ text, tokens, finished, end }, index): Completion => ({
      ...{ text, finished, rewards: rewards[index] ?? [] },
      tokens: end === undefined ? tokens : [...tokens, end],
    }));
    return {
      completions: prompts.map((_, at) =>
        completions.slice(at * stage.num_generations, (at + 1) * stage.num_generations),
      ),
      seconds: { sampling: (sampled - started) / 1000, judging: (performance.now() - sampled) / 1000 },
    };
  }

  async release(): Promise<void> {
    await this.decoder?.release();
  }

  /** The values of all rewards for each answer. */
  private async judge(
    places: readonly number[],
    written: readonly Generation[],
    earlier: readonly string[],
  ): Promise<number[][]> {
    const { num_generations: size } = this.options.stage;
    const examples = written.map(({ text, finished }, index): RewardInput => {
      const at = Math.floor(index / size);
      const group = written.slice(at * size, (at + 1) * size).map((other) => other.text);
      group.splice(index - at * size, 1);
      return { ...(this.asked[places[at] ?? 0] as EvaluationPrompt), text, finished, group, earlier };
    });
    const values: (readonly number[])[] = [];
    for (const { judge } of this.rewards) values.push(await judge(examples));
    return examples.map((_, index) => values.map((ofReward) => ofReward[index] ?? NaN));
  }
}
