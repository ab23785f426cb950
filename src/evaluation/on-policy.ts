/** Preference pairs from the model's own poems: several for each prompt, judged by the evaluation's figures, the best against the worst. */
import type { PoemWriter } from '../writing/writer.js';
import type { EvaluationPrompt } from './evaluate.js';
import { measurePoem } from './metrics.js';
import type { Yardstick } from './yardstick.js';

export interface OnPolicyOptions {
  readonly prompts: readonly EvaluationPrompt[];
  /** Poems for each prompt. */
  readonly generations: number;
  readonly temperature: number;
  readonly seed: number;
  readonly yardstick: Yardstick;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

export interface OnPolicyPair {
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
  /** Overall figures of both, from 0 to 1. */
  readonly chosenScore: number;
  readonly rejectedScore: number;
}

/** Poems that differ by less teach nothing but noise. */
const SMALLEST_GAP = 0.1;

/** Prompts written for at once; fewer sequences are decoded together: the batch is full until the last ones. */
const PROMPTS_AT_ONCE = 32;

/** Samples freely, judges, and pairs; prompts whose poems are all about as good give no pair. */
export async function samplePairs(writer: PoemWriter, options: OnPolicyOptions): Promise<OnPolicyPair[]> {
  const { prompts, generations, temperature, seed, yardstick, signal } = options;
  const pairs: OnPolicyPair[] = [];
  for (let start = 0; start < prompts.length; start += PROMPTS_AT_ONCE) {
    signal?.throwIfAborted();
    const part = prompts.slice(start, start + PROMPTS_AT_ONCE);
    const orders = part.flatMap((prompt, index) =>
      Array.from({ length: generations }, (_, sample) => ({
        ...prompt,
        seed: seed + (start + index) * generations + sample,
      })),
    );
    const poems = await writer.writeAll(orders, { free: true, sampling: { temperature, topP: 1 } });
    part.forEach((prompt, index) => {
      const judged = poems
        .slice(index * generations, (index + 1) * generations)
        .map(({ text }) => ({ text, score: measurePoem(text, prompt, yardstick).overall }))
        .sort((a, b) => b.score - a.score);
      const [best, worst] = [judged[0], judged.at(-1)];
      if (!best || !worst || best.score - worst.score < SMALLEST_GAP) return;
      pairs.push({
        prompt: prompt.prompt,
        chosen: best.text,
        rejected: worst.text,
        chosenScore: best.score,
        rejectedScore: worst.score,
      });
    });
    options.onProgress?.(Math.min(start + PROMPTS_AT_ONCE, prompts.length));
  }
  return pairs;
}
