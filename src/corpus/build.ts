/** Building the three data sets from a source: raw, clean, preference; with every decision written down. */
import path from 'node:path';
import { layOut } from '../poetry/forms/layout.js';
import { InputError } from '../support/errors.js';
import { writeFileWhole, writeJson, writeJsonLines, writeLines } from '../support/files.js';
import { checked } from '../support/schema.js';
import {
  BUILD_DEFAULTS,
  BuildSettingsSchema,
  type BuildOptions,
  type BuildSummary,
} from './build-options.js';
import { readCandidates } from './candidates.js';
import { writeDataCard } from './card.js';
import type { Decision } from './clean.js';
import { cleanExample } from './clean-set.js';
import { findDuplicates } from './duplicates.js';
import { Keywords } from './keywords.js';
import { joinPoems } from './plain-text.js';
import { pairUp } from './preference-set.js';
import { heldOutPrompt } from './prompts.js';
import { rawExamples } from './raw-set.js';
import { describePoems, type DescribedPoem, type Split } from './split.js';

/** Reads, cleans, describes, splits and pairs; writes `raw/`, `clean/`, `preference/`, `prompts.jsonl`, `held-out.txt`, `decisions.jsonl`, `summary.json`, a data card. @throws InputError for a setting out of its range, and where no poem is left */
export async function buildDatasets(given: Partial<BuildOptions> & Pick<BuildOptions, 'source' | 'out'>) {
  checked(BuildSettingsSchema, given);
  const options: BuildOptions = { ...BUILD_DEFAULTS, ...given };
  const { poems, candidates, ...read } = await readCandidates(options);
  const duplicates = findDuplicates(
    candidates.map(({ poem, quality }) => ({ id: poem.id, lines: poem.lines, quality })),
  );
  const keywords = new Keywords(candidates.map(({ poem }) => poem.lines));
  const { described, ...later } = describePoems(candidates, duplicates, keywords, options);
  const decisions = [...read.decisions, ...later.decisions];
  if (described.length === 0) throw new InputError(`${options.source}: no poem survived cleaning`);
  const of = (split: Split): DescribedPoem[] => described.filter((one) => one.split === split);

  const counts: Record<string, number> = {};
  const write = async (name: string, examples: Iterable<unknown> | AsyncIterable<unknown>): Promise<void> => {
    counts[name] = await writeJsonLines(path.join(options.out, `${name}.jsonl`), examples);
  };
  const validation = of('validation').map((one) => cleanExample(one, options, false));
  await write('raw/train', rawExamples(described, duplicates, keywords, options));
  await write('raw/validation', validation);
  await write(
    'clean/train',
    map(of('train'), (one) => cleanExample(one, options, true)),
  );
  await write('clean/validation', validation);
  const pairs = pairUp(of('train'), options);
  await write('preference/train', options.reject?.(pairs) ?? pairs);
  await write('preference/validation', pairUp(of('validation'), options));
  await write('prompts', map(of('test'), heldOutPrompt));
  await writeFileWhole(
    path.join(options.out, 'held-out.txt'),
    plainText(described.filter(({ split }) => split !== 'train')),
  );
  await writeJsonLines(path.join(options.out, 'decisions.jsonl'), decisions);
  await writeLines(
    path.join(options.out, 'lines.txt'),
    new Set(of('train').flatMap(({ poem }) => poem.lines)),
  );
  const summary: BuildSummary = { poems, kept: described.length, counts, decisions: tallyOf(decisions) };
  await writeJson(path.join(options.out, 'summary.json'), summary);
  await writeDataCard(options, summary);
  return summary;
}

function* map<A, B>(items: Iterable<A>, change: (item: A) => B): Generator<B> {
  for (const item of items) yield change(item);
}

/** How many decisions there were of each outcome and rule. */
function tallyOf(decisions: readonly Decision[]): Record<string, number> {
  const tally: Record<string, number> = {};
  for (const { outcome, rule } of decisions) {
    tally[`${outcome} ${rule}`] = (tally[`${outcome} ${rule}`] ?? 0) + 1;
  }
  return tally;
}

/** The poems of the test and validation splits, for `data text --exclude` and `pretrain --validation-text`. */
function plainText(poems: readonly DescribedPoem[]): string {
  return joinPoems(poems.map(({ poem }) => layOut(poem.lines, poem.marks)));
}
