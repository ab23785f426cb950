/** Which poems are trained on, which are held out: whole clusters, so that no split knows a poem of another. */
import { formOfShape, type FormName } from '../poetry/forms/forms.js';
import { describeThemes } from '../poetry/themes.js';
import { digest32 } from '../support/digest.js';
import type { BuildOptions } from './build-options.js';
import type { Candidate } from './candidates.js';
import type { Decision } from './clean.js';
import type { Duplicates } from './duplicates.js';
import type { Keywords } from './keywords.js';
import type { PairSource } from './pairs.js';

export type Split = 'train' | 'validation' | 'test';
export type SplitOptions = Pick<BuildOptions, 'seed' | 'testShare' | 'validationShare'>;

/** A poem with what a prompt asks for, and where it stands. */
export interface DescribedPoem extends PairSource {
  readonly form: FormName;
  readonly split: Split;
  readonly fame: number | undefined;
  /** Words of its own. */
  readonly keywords: readonly string[];
  /** The rhyme group as people name it (尤), where it rhymes. */
  readonly rhyme?: string;
}

/** The split of a cluster: a hash of seed and name, so that it does not depend on the order of the files. */
export function splitOf(cluster: string, options: SplitOptions): Split {
  const hash = digest32(`${options.seed}/${cluster}`) / 2 ** 32;
  if (hash < options.testShare) return 'test';
  return hash < options.testShare + options.validationShare ? 'validation' : 'train';
}

/** The poems that are kept, by form and themes, and the split that each belongs to. */
export function describePoems(
  candidates: readonly Candidate[],
  duplicates: Duplicates,
  keywords: Keywords,
  options: SplitOptions,
): { readonly described: DescribedPoem[]; readonly decisions: Decision[] } {
  const decisions: Decision[] = [];
  const described = candidates.flatMap(({ poem, fame, rhyme }): DescribedPoem[] => {
    const repeats = duplicates.dropped.get(poem.id);
    if (repeats) {
      const example = `${poem.lines[0] ?? ''} = ${repeats.of}`;
      decisions.push({ id: poem.id, rule: repeats.rule, outcome: 'dropped', example });
      return [];
    }
    const form = formOfShape(poem.lines);
    const themes = describeThemes(poem.title, poem.lines.join(''));
    if (!form || themes.length === 0) return [];
    const split = splitOf(duplicates.clusterOf(poem.id), options);
    return [{ poem, themes, form, fame, split, keywords: keywords.of(poem.lines), rhyme }];
  });
  return { described, decisions };
}
