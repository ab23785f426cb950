/** What writes poems: a model of our own ({@link Poet}) or one behind an endpoint. */
import { formatPrompt } from '../poetry/prompt.js';
import type { Constraints } from './constraints/constraint-schema.js';
import { checkedRequest, forModel, type BatchOptions, type WriteOptions } from './write-request.js';
import type { PoemOrder, WrittenPoem } from './written-poem.js';

/** An order with its own constraints, in place of those of the batch. */
export interface ConstrainedOrder extends PoemOrder {
  readonly constraints?: Constraints;
}

/** What writes poems for orders: a model of our own, or one behind an endpoint. */
export interface PoemWriter {
  /** Writes a poem for each order, in one batch. */
  writeAll(orders: readonly ConstrainedOrder[], options?: BatchOptions): Promise<WrittenPoem[]>;
  /** Frees what it holds. */
  release(): Promise<void>;
}

/** Keeps the seeds of a poem's candidates apart from those of the next poems. */
const CANDIDATE_STRIDE = 1_000_003;

/** The seed that comes so much later; behind the largest comes the smallest. */
export function seedAfter(seed: number, by: number): number {
  const left = Number.MAX_SAFE_INTEGER - seed;
  return by <= left ? seed + by : by - left - 1;
}

/** The orders of a request: for each poem its candidates. */
export function ordersOf(options: WriteOptions): PoemOrder[] {
  const { form, themes = [], lineCount, count = 1, candidates = 1, seed = 0 } = checkedRequest(options);
  const prompt = options.prompt ?? formatPrompt({ form, themes, lines: lineCount });
  return Array.from({ length: count * candidates }, (_, index) => ({
    prompt,
    form,
    themes,
    seed: seedAfter(seed, Math.floor(index / candidates) + (index % candidates) * CANDIDATE_STRIDE),
  }));
}

/** Each poem's candidates, the best first. */
export async function writeCandidates(writer: PoemWriter, options: WriteOptions): Promise<WrittenPoem[][]> {
  const { count = 1, candidates = 1, seed = 0 } = options;
  const { asked, restore } = await forModel(options);
  const poems = await writer.writeAll(ordersOf(asked), asked);
  return Array.from({ length: count }, (_, index) =>
    poems
      .slice(index * candidates, (index + 1) * candidates)
      .map((poem) => ({ ...restore(poem), seed: seedAfter(seed, index) }))
      .sort((a, b) => b.score - a.score),
  );
}

/** Each poem, the best of its candidates. */
export async function writeBest(writer: PoemWriter, options: WriteOptions): Promise<WrittenPoem[]> {
  return (await writeCandidates(writer, options)).flatMap((candidates) => candidates.slice(0, 1));
}
