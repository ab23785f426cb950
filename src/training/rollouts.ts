/** What objectives ask for that learn from the model's own answers. Who writes and judges them is not known here. */
import type { Adapter } from '../model/lora.js';
import type { TokenTree } from './packing.js';

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
