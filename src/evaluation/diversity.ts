/** Figures over a set of poems: how different they are from each other. */
import { characters } from '../poetry/text.js';
import { Random } from '../support/random.js';
import { mean } from './bootstrap.js';
import { runsOf } from './yardstick.js';

export interface Diversity {
  /** Different characters, and pairs of them, over all. Falls with the size of the set: compare sets of one size. */
  readonly distinct1: number;
  readonly distinct2: number;
  /** How far a poem is made of what the others say: mean BLEU (1 to 4) of each against the others. Lower is more diverse. */
  readonly selfBleu: number;
}

/** distinct-n (Li et al. 2016): different runs of n characters over all of them. */
export function distinct(texts: readonly string[], length: number): number {
  const runs = texts.flatMap((text) => runsOf(text, length));
  return runs.length === 0 ? 0 : new Set(runs).size / runs.length;
}

function counts(runs: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const run of runs) found.set(run, (found.get(run) ?? 0) + 1);
  return found;
}

const LONGEST_RUN = 4;

/** BLEU without a brevity penalty (the poems of a form are of one length), with one added to what is matched beyond single characters. */
function bleu(text: string, others: readonly ReadonlyMap<string, number>[][]): number {
  let logs = 0;
  for (let length = 1; length <= LONGEST_RUN; length += 1) {
    const own = counts(runsOf(text, length));
    let [matched, all] = [0, 0];
    for (const [run, count] of own) {
      const most = Math.max(0, ...others.map((other) => other[length - 1]?.get(run) ?? 0));
      matched += Math.min(count, most);
      all += count;
    }
    logs += Math.log(length === 1 ? Math.max(matched, 1e-9) / Math.max(all, 1) : (matched + 1) / (all + 1));
  }
  return Math.exp(logs / LONGEST_RUN);
}

/** Poems that self-BLEU is measured on. */
const SAMPLE = 100;

/** Measures a set; self-BLEU on a random sample of it (Zhu et al. 2018). */
export function measureDiversity(texts: readonly string[]): Diversity {
  const sample = new Random(1).shuffle(texts.filter((text) => characters(text).length > 0)).slice(0, SAMPLE);
  const runs = sample.map((text) =>
    Array.from({ length: LONGEST_RUN }, (_, index) => counts(runsOf(text, index + 1))),
  );
  const scores = sample.map((text, index) =>
    bleu(
      text,
      runs.filter((_, other) => other !== index),
    ),
  );
  return {
    distinct1: distinct(texts, 1),
    distinct2: distinct(texts, 2),
    selfBleu: scores.length > 1 ? mean(scores) : NaN,
  };
}
