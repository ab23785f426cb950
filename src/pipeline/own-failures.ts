/** A model's own failures as rejected answers of preference pairs. */
import { assistantMessage, type PreferenceExample } from '../corpus/dataset.js';
import { textOf } from '../corpus/examples.js';
import { sampleFailures } from '../evaluation/failed-samples.js';
import { formByName } from '../poetry/forms/forms.js';
import { Random } from '../support/random.js';
import type { PoemWriter } from '../writing/writer.js';
import type { PoemOrder } from '../writing/written-poem.js';

export interface RejectedOptions {
  /** Share of the pairs that the model is asked for. */
  readonly share: number;
  readonly temperature: number;
  readonly seed: number;
}

/** Pairs that are looked at together. */
const PAIRS_AT_ONCE = 256;

/** Pairs of which a share is rejected by the model's own failure; where it does not fail, they stay. */
export async function* withSampledRejections(
  pairs: Iterable<PreferenceExample>,
  writer: PoemWriter,
  options: RejectedOptions,
): AsyncGenerator<PreferenceExample> {
  let part: PreferenceExample[] = [];
  for (const pair of pairs) {
    part.push(pair);
    if (part.length < PAIRS_AT_ONCE) continue;
    yield* await resample(part, writer, options);
    part = [];
  }
  yield* await resample(part, writer, options);
}

async function resample(
  pairs: readonly PreferenceExample[],
  writer: PoemWriter,
  { share, temperature, seed }: RejectedOptions,
): Promise<PreferenceExample[]> {
  const asked = new Map<number, PoemOrder>();
  pairs.forEach(({ prompt, form, themes = [], source = '' }, index) => {
    const random = Random.for(seed, 'from-model', source);
    const known = formByName(form ?? '');
    if (!known || random.next() >= share) return;
    asked.set(index, { prompt: textOf(prompt), form: known, themes, seed: random.integer(2 ** 31) });
  });
  if (asked.size === 0) return [...pairs];
  const failures = await sampleFailures(writer, [...asked.values()], temperature);
  const replaced = [...pairs];
  [...asked.keys()].forEach((index, at) => {
    const failed = failures[at];
    const pair = pairs[index];
    if (!failed || !pair || failed.text === textOf(pair.chosen)) return;
    replaced[index] = {
      ...pair,
      rejected: assistantMessage(failed.text),
      rejected_reason: 'sampled',
      rejected_check: failed.failure,
    };
  });
  return replaced;
}
