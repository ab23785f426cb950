/** What a model writes by itself and fails at: rejected answers that are the model's own. */
import { themeCoverage } from '../poetry/themes.js';
import { unmetConstraints } from '../writing/constraints/verify.js';
import type { PoemWriter } from '../writing/writer.js';
import type { PoemOrder } from '../writing/written-poem.js';

export interface FailedSample {
  readonly text: string;
  /** The first check that it fails. */
  readonly failure: string;
}

/** One poem for each order, free of constraints; undefined where it is empty or fails no check of form, rhyme, tones or theme. */
export async function sampleFailures(
  writer: PoemWriter,
  orders: readonly PoemOrder[],
  temperature: number,
): Promise<(FailedSample | undefined)[]> {
  const poems = await writer.writeAll(orders, { free: true, sampling: { temperature, topP: 1 } });
  return poems.map(({ text }, index) => {
    const failure = text.trim() === '' ? undefined : failureOf(text, orders[index] as PoemOrder);
    return failure === undefined ? undefined : { text, failure };
  });
}

function failureOf(text: string, { form, themes }: PoemOrder): string | undefined {
  const [unmet] = unmetConstraints(text, form, {});
  if (unmet !== undefined) return unmet;
  return themes.length > 0 && themeCoverage(text, themes) === 0 ? 'speaks of none of the themes' : undefined;
}
