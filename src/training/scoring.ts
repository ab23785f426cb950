/** Scoring: log-probabilities of completions under a model with an adapter, each prompt computed once. */
import type { FrozenBase } from '../model/frozen-base.js';
import { loraTensors, type Adapter } from '../model/lora.js';
import { floats } from '../tensor/arrays.js';
import type { Session } from '../tensor/session.js';
import { batchFeeds } from './graph.js';
import { sequenceSums } from './losses.js';
import { longestLength, packTrees, sortByPrompt, type PackedBatch, type TokenTree } from './packing.js';
import { createScorer } from './trainer-session.js';

const TREES_AT_ONCE = 8;

/** A session that scores, for adapters of one shape. */
export class Scorer {
  private constructor(
    private readonly session: Session,
    private readonly rowLength: number,
  ) {}

  /**
   * @param shape an adapter of the shape of those that are scored; the base alone where absent
   * @param longest the longest example in tokens
   */
  static async create(
    base: FrozenBase,
    rowLength: number,
    longest: number,
    shape?: Adapter,
  ): Promise<Scorer> {
    return new Scorer(await createScorer(base, Math.max(longest, rowLength), shape), rowLength);
  }

  /** The sum over its tokens for each completion of each tree. */
  async sums(
    trees: readonly TokenTree[],
    adapter?: Adapter,
    onProgress: (done: number) => void = () => undefined,
  ): Promise<number[][]> {
    const scores: number[][] = [];
    await this.run(trees, adapter, (indices, batch, logps) => {
      const sums = sequenceSums(batch, logps);
      let done = 0;
      for (const index of indices) {
        scores[index] = sums.splice(0, trees[index]?.completions.length);
        done += 1;
      }
      onProgress(done);
    });
    return scores;
  }

  /** The log-probability of each token of the first completion of each tree. */
  async tokens(trees: readonly TokenTree[], adapter?: Adapter): Promise<Float32Array[]> {
    const scores: Float32Array[] = [];
    await this.run(trees, adapter, (indices, batch, logps) => {
      const bySequence = sequenceTerms(batch);
      indices.forEach((index, at) => {
        scores[index] = Float32Array.from(bySequence[at] ?? [], (row) => logps[row] ?? NaN);
      });
    });
    return scores;
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private async run(
    trees: readonly TokenTree[],
    adapter: Adapter | undefined,
    take: (indices: readonly number[], batch: PackedBatch, logps: Float32Array) => void,
  ): Promise<void> {
    const weights = adapter ? Object.fromEntries(loraTensors(adapter)) : {};
    const order = sortByPrompt(trees, [...trees.keys()]);
    for (let start = 0; start < order.length; start += TREES_AT_ONCE) {
      const indices = order.slice(start, start + TREES_AT_ONCE);
      const batch = packTrees(
        indices.map((index) => trees[index] as TokenTree),
        this.rowLength,
      );
      const outputs = await this.session.run({ ...batchFeeds(batch), ...weights });
      take(indices, batch, floats(outputs, 'logps'));
    }
  }
}

/** The loss rows of each sequence of a batch, in the order of its tokens. */
export function sequenceTerms({ sequences, lossRows }: PackedBatch): number[][] {
  const terms = Array.from({ length: sequences }, (): number[] => []);
  lossRows.forEach((row, index) => {
    for (const sequence of row.sequences) terms[sequence]?.push(index);
  });
  return terms;
}

/** Log-probabilities of every completion under a model with an adapter. */
export async function scoreTrees(
  base: FrozenBase,
  adapter: Adapter | undefined,
  trees: readonly TokenTree[],
  rowLength: number,
  onProgress: (done: number) => void = () => undefined,
): Promise<number[][]> {
  const scorer = await Scorer.create(base, rowLength, longestLength(trees, rowLength), adapter);
  try {
    let done = 0;
    return await scorer.sums(trees, adapter, (more) => onProgress((done += more)));
  } finally {
    await scorer.release();
  }
}
