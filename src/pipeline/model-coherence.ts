/** A model folder as judge of coherence: trained on whole poems and on their second halves alone (`data text --second-halves`). */
import { existsSync } from 'node:fs';
import type { Coherence, CoherenceJudge } from '../evaluation/coherence.js';
import { openModelWithTokenizer } from '../model/folder.js';
import { freezeBase, type FrozenBase } from '../model/frozen-base.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { halvesOf, layOut } from '../poetry/forms/layout.js';
import { splitLines } from '../poetry/text.js';
import { packaged } from '../support/package-files.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { longestLength, type TokenTree } from '../training/packing.js';
import { scoreTrees } from '../training/scoring.js';

const ROW_LENGTH = 192;

/** The judge that ships. */
export const COHERENCE_JUDGE = packaged('models', 'judge');

export class ModelCoherence implements CoherenceJudge {
  private constructor(
    private readonly base: FrozenBase,
    private readonly tokenizer: Tokenizer,
  ) {}

  /** @throws InputError for a folder that is no model */
  static async open(folder: string = COHERENCE_JUDGE, runtime: RuntimeOptions = {}): Promise<ModelCoherence> {
    const { model, tokenizer } = await openModelWithTokenizer(folder);
    return new ModelCoherence(await freezeBase(model, 'float32', runtime), tokenizer);
  }

  /** The judge that ships, where this checkout has it. */
  static async shipped(runtime?: RuntimeOptions): Promise<ModelCoherence | undefined> {
    return existsSync(COHERENCE_JUDGE) ? ModelCoherence.open(COHERENCE_JUDGE, runtime) : undefined;
  }

  async judge(texts: readonly string[]): Promise<(Coherence | null)[]> {
    const halves = texts.map((text) => this.halves(text));
    const trees = halves.flatMap((both) => (both ? [both.after, both.alone] : []));
    const sums = await scoreTrees(this.base, undefined, trees, longestLength(trees, ROW_LENGTH));
    const scores = sums.map(([sum = NaN]) => sum);
    return halves.map((both) => {
      if (!both) return null;
      const [after = NaN, alone = NaN] = scores.splice(0, 2);
      return { information: after - alone, tokens: both.alone.completions[0]?.length ?? 0 };
    });
  }

  /** The second half after the first, and alone; undefined where there is no second. */
  private halves(text: string): { after: TokenTree; alone: TokenTree } | undefined {
    const [first, second] = halvesOf(splitLines(text));
    if (second.length === 0) return undefined;
    const opening = [this.tokenizer.endOfText];
    const completions = [this.tokenizer.encodeCompletion(layOut(second))];
    const before = this.tokenizer.encode(`${layOut(first)}\n`);
    return {
      after: { prompt: [...opening, ...before], completions },
      alone: { prompt: opening, completions },
    };
  }
}
