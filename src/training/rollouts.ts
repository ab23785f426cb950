/** What objectives ask for that learn from the model's own answers. Who writes and judges them is not known here. */
import type { Adapter } from '../model/lora.js';
import type { TokenTree } from './packing.js';

/** An answer of the model, with what it was judged by. */
export interface Completion {
  readonly text: string;
  /** Token ids, the end token with them where the answer came to its end. */
  readonly tokens: readonly number[];
  /** Whether it came to its end, and was not cut off. */
  readonly finished: boolean;
  /** A number for each reward function; NaN for none. */
  readonly rewards: readonly number[];
}

/** Answers of a generation batch, and what they took in seconds. */
export interface Generations {
  /** Several for each of the prompts. */
  readonly completions: readonly (readonly Completion[])[];
  readonly seconds: { readonly sampling: number; readonly judging: number };
}

export interface GenerationRequest {
  /** Places of the prompts in the data set, and their token ids. */
  readonly prompts: readonly { readonly place: number; readonly tokens: readonly number[] }[];
  /** Which generation batch of the stage, from 0. */
  readonly generation: number;
  /** Answers of the batches before, the last ones last: what is written again and again is no longer new. */
  readonly earlier: readonly string[];
  readonly adapter: Adapter;
  readonly signal?: AbortSignal;
}

/** Writes answers and judges them. Everything is a function of the request, so that a run can be taken up again. */
export interface GroupRollouts {
  /** Names of the reward functions, and their weights. */
  readonly rewards: readonly { readonly name: string; readonly weight: number }[];
  generate(request: GenerationRequest): Promise<Generations>;
  release(): Promise<void>;
}

/** Pairs of the model's own answers. Everything is a function of the adapter and the round, so that a run can be taken up again. */
export interface PairRollouts {
  /** How many prompts there are to ask. */
  readonly prompts: number;
  /**
   * The pairs of a round (from 0), the better answer first.
   *
   * @param folder what was sampled is kept in it, and read from it when the run is taken up again
   */
  pairs(round: number, adapter: Adapter, folder: string, signal?: AbortSignal): Promise<readonly TokenTree[]>;
  release(): Promise<void>;
}

/** Who writes what a stage learns from, where it learns from the model's own answers. */
export interface Rollouts {
  /** Writes the pairs of an iterative_dpo stage. */
  readonly pairs?: PairRollouts;
  /** Writes and judges the answers of a grpo stage. */
  readonly groups?: GroupRollouts;
}
