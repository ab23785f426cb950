/** The data card: what the sets are, how they were made, and what was dropped, as Hugging Face shows it. */
import path from 'node:path';
import { writeFileWhole } from '../support/files.js';
import type { BuildOptions, BuildSummary } from './build-options.js';
import { CLEANING_RULES } from './clean.js';
import { REJECTION_SHARES } from './pairs.js';

const COLUMNS = [
  ['prompt', 'a list of one user message: the form and the themes asked for'],
  ['completion / chosen', 'a list of one assistant message: the poem, a couplet a line'],
  ['rejected', 'an answer that breaks what was asked, as `rejected_reason` says'],
  ['form, themes', 'what the prompt asks for'],
  ['title, author, traditional', 'the poem as the source has it'],
  ['source', 'id of the poem in the source'],
] as const;

/** Writes README.md beside the data sets. */
export async function writeDataCard(options: BuildOptions, summary: BuildSummary): Promise<void> {
  const configs = ['raw', 'clean', 'preference'].map(
    (name) =>
      `  - config_name: ${name}\n    data_files:\n      - split: train\n        path: ${name}/train.jsonl\n      - split: validation\n        path: ${name}/validation.jsonl`,
  );
  const decisions = Object.entries(summary.decisions)
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => {
      const [outcome = '', rule = ''] = name.split(' ');
      return `| ${rule} | ${outcome} | ${count} | ${CLEANING_RULES[rule] ?? ''} |`;
    });
  const total = Object.values(REJECTION_SHARES).reduce((sum, share) => sum + share, 0);
  const reasons = Object.entries(REJECTION_SHARES).map(
    ([reason, share]) => `${reason} ${Math.round((100 * share) / total)}%`,
  );
  const text = `---
language: zh
license: mit
task_categories: [text-generation]
tags: [poetry, tang, trl, sft, dpo]
configs:
${configs.join('\n')}
---

# Tang poems for fine-tuning

Poems of chinese-poetry (MIT), made into three data sets in TRL's formats by \`shiren data build\`.

- \`raw\`: the texts as they are, merely split into lines
- \`clean\`: whole poems of four forms, without notes, duplicates and damaged texts, in simplified script
- \`preference\`: the same poems, each against an answer that breaks what was asked: ${reasons.join(', ')}
  (where a kind does not fit a poem, another is tried)${options.reject ? '; of some the model’s own answer, `rejected_reason` sampled, with the check that it fails in `rejected_check`' : ''}
- \`prompts.jsonl\`: held-out prompts with their poems, for evaluation

${summary.poems} poems were read and ${summary.kept} kept. Splits are by cluster: no poem of one split shares two lines with one of another.
Settings: seed ${options.seed}, test share ${options.testShare}, validation share ${options.validationShare}, least quality ${options.minQuality},
${Math.round(100 * options.paraphraseShare)}% of training prompts in another wording. The same settings and source give the same bytes.

| file | examples |
|---|---|
${Object.entries(summary.counts)
  .map(([name, count]) => `| ${name}.jsonl | ${count} |`)
  .join('\n')}

| column | |
|---|---|
${COLUMNS.map(([name, meaning]) => `| ${name} | ${meaning} |`).join('\n')}

## What was dropped or mended

Each decision is a line of \`decisions.jsonl\`, with the poem's id and an example.

| rule | outcome | poems | |
|---|---|---|---|
${decisions.join('\n')}
`;
  await writeFileWhole(path.join(options.out, 'README.md'), text);
}
