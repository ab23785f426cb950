/** The preference set: the clean set's poems, each against an answer that breaks what was asked. */
import { layOut } from '../poetry/forms/layout.js';
import { Random } from '../support/random.js';
import { columns } from './clean-set.js';
import { assistantMessage, userMessage, type PreferenceExample } from './dataset.js';
import { pickReason, rejectedAnswer, type PairPool } from './pairs.js';
import { promptOf, subjectOf, type PromptOptions } from './prompts.js';
import type { DescribedPoem } from './split.js';

/** Poems at least as famous as this are known by heart; where no fame is known all are taken for it. */
const FAMOUS = 0.98;

/** A pair a poem; where a kind does not fit the poem, another is tried. */
export function* pairUp(
  sources: readonly DescribedPoem[],
  options: PromptOptions,
): Generator<PreferenceExample> {
  const known = sources.filter(({ fame }) => fame !== undefined && fame >= FAMOUS);
  const pool: PairPool = { all: sources, famous: known.length > 0 ? known : sources };
  for (const source of sources) {
    const { poem } = source;
    const random = Random.for(options.seed, 'pair', poem.id);
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const reason = pickReason(random);
      const rejected = rejectedAnswer(source, pool, reason, random);
      if (rejected === undefined) continue;
      yield {
        prompt: userMessage(promptOf(subjectOf(source), options)),
        chosen: assistantMessage(layOut(poem.lines, poem.marks)),
        rejected: assistantMessage(rejected),
        ...columns(source),
        rejected_reason: reason,
      };
      break;
    }
  }
}
