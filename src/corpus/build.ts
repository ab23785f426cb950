/** Building the three data sets from a source: raw, clean, preference; with every decision written down. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { formOfShape, FORMS, type FormName } from '../poetry/forms.js';
import { formatPrompt } from '../poetry/prompt.js';
import { toSimplified } from '../poetry/script.js';
import { characters, layOut, splitLines } from '../poetry/text.js';
import { describeThemes } from '../poetry/themes.js';
import { InputError } from '../support/errors.js';
import { toJsonLines, writeFileWhole, writeJson } from '../support/files.js';
import { Random } from '../support/random.js';
import { cleanPoem, type Decision } from './clean.js';
import { assistantMessage, userMessage, type PreferenceExample, type SftExample } from './dataset.js';
import { DuplicateIndex } from './duplicates.js';
import { corrupt, pickReason, type PairSource } from './pairs.js';
import { poemFiles, readPoems } from './read.js';
import type { CleanPoem, SourcePoem } from './poem.js';

export interface BuildOptions {
  readonly source: string;
  readonly out: string;
  readonly seed: number;
  /** Share of clusters held out for evaluation. */
  readonly testShare: number;
  /** Share held out for the validation loss. */
  readonly validationShare: number;
}

export interface BuildSummary {
  readonly poems: number;
  readonly kept: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Decisions by outcome and rule. */
  readonly decisions: Readonly<Record<string, number>>;
}

type Split = 'train' | 'validation' | 'test';

interface Described extends PairSource {
  readonly form: FormName;
  readonly split: Split;
}

/** The split of a cluster: a hash of seed and name, so that it does not depend on the order of the files. */
function splitOf(cluster: string, options: BuildOptions): Split {
  const hash = createHash('sha256').update(`${options.seed}/${cluster}`).digest().readUInt32BE() / 2 ** 32;
  if (hash < options.testShare) return 'test';
  return hash < options.testShare + options.validationShare ? 'validation' : 'train';
}

/** The raw set's answer: the text as it came, merely split into lines. */
function rawAnswer(poem: SourcePoem): string {
  return toSimplified(poem.paragraphs.join('\n')).trim();
}

function guessForm(text: string): FormName | undefined {
  const lines = splitLines(text);
  const exact = formOfShape(lines);
  if (exact) return exact;
  const length = characters(lines[0] ?? '').length <= 5 ? 5 : 7;
  const count = lines.length <= 5 ? 4 : 8;
  return (Object.keys(FORMS) as FormName[]).find(
    (name) => FORMS[name].length === length && FORMS[name].lines === count,
  );
}

function sftExample(form: FormName, themes: readonly string[], text: string, source: string): SftExample {
  return {
    prompt: userMessage(formatPrompt({ form, themes })),
    completion: assistantMessage(text),
    form,
    themes,
    source,
  };
}

/** Reads, cleans, describes, splits and pairs; writes `raw/`, `clean/`, `preference/`, `prompts.jsonl`, `decisions.jsonl`, `summary.json`. */
export async function buildDatasets(options: BuildOptions): Promise<BuildSummary> {
  const duplicates = new DuplicateIndex();
  const decisions: Decision[] = [];
  const described: Described[] = [];
  const raw: { example: SftExample; cluster: string }[] = [];
  let poems = 0;
  for await (const source of readPoems(await poemFiles(options.source))) {
    poems += 1;
    const result = cleanPoem(source);
    decisions.push(...result.decisions);
    const kept = result.poem && keep(result.poem, duplicates, decisions);
    if (kept) {
      const form = formOfShape(kept.lines);
      const themes = describeThemes(kept.title, kept.lines.join(''));
      const split = splitOf(duplicates.clusterOf(kept.id), options);
      if (form && themes.length > 0) described.push({ poem: kept, themes, form, split });
    }
    const text = rawAnswer(source);
    const form = guessForm(text);
    if (text.length >= 8 && text.length < 160 && form) {
      const cluster = result.poem ? duplicates.clusterOf(result.poem.id) : source.id;
      raw.push({ example: sftExample(form, describeThemes(source.title, text), text, source.id), cluster });
    }
  }
  if (described.length === 0) throw new InputError(`${options.source}: no poem survived cleaning`);

  // A duplicate of a held-out poem must not come back through the raw set.
  const heldOut = new Set(
    described.filter(({ split }) => split !== 'train').flatMap(({ poem }) => poem.lines),
  );
  const safe = (text: string): boolean => splitLines(text).filter((line) => heldOut.has(line)).length < 2;
  const rawTrain = raw
    .filter(
      ({ example, cluster }) =>
        splitOf(cluster, options) === 'train' && safe(example.completion[0]?.content ?? ''),
    )
    .map(({ example }) => example);

  const toExample = ({ form, themes, poem }: Described): SftExample =>
    sftExample(form, themes, layOut(poem.lines, poem.marks), poem.id);
  const of = (split: Split): Described[] => described.filter((one) => one.split === split);
  const preference = (split: Split): PreferenceExample[] => pairUp(of(split), options.seed);
  const sets: Record<string, readonly unknown[]> = {
    'raw/train': rawTrain,
    'raw/validation': of('validation').map(toExample),
    'clean/train': of('train').map(toExample),
    'clean/validation': of('validation').map(toExample),
    'preference/train': preference('train'),
    'preference/validation': preference('validation'),
    prompts: of('test').map(({ form, themes, poem }) => ({
      prompt: formatPrompt({ form, themes }),
      form,
      themes,
      reference: layOut(poem.lines, poem.marks),
      source: poem.id,
    })),
  };
  for (const [name, examples] of Object.entries(sets)) {
    await writeFileWhole(path.join(options.out, `${name}.jsonl`), toJsonLines(examples));
  }
  await writeFileWhole(path.join(options.out, 'decisions.jsonl'), toJsonLines(decisions));
  await writeFileWhole(
    path.join(options.out, 'lines.txt'),
    `${[...new Set(of('train').flatMap(({ poem }) => poem.lines))].join('\n')}\n`,
  );
  const tally: Record<string, number> = {};
  for (const { outcome, rule } of decisions)
    tally[`${outcome} ${rule}`] = (tally[`${outcome} ${rule}`] ?? 0) + 1;
  const counts = Object.fromEntries(Object.entries(sets).map(([name, examples]) => [name, examples.length]));
  const summary: BuildSummary = { poems, kept: described.length, counts, decisions: tally };
  await writeJson(path.join(options.out, 'summary.json'), summary);
  return summary;
}

function keep(poem: CleanPoem, duplicates: DuplicateIndex, decisions: Decision[]): CleanPoem | undefined {
  const repeats = duplicates.check(poem);
  if (!repeats) return poem;
  const example = `${poem.lines[0] ?? ''} = ${repeats.of}`;
  decisions.push({ id: poem.id, rule: repeats.rule, outcome: 'dropped', example });
  return undefined;
}

/** A pair a poem; where a kind does not fit the poem, another is tried. */
function pairUp(sources: readonly Described[], seed: number): PreferenceExample[] {
  const pairs: PreferenceExample[] = [];
  for (const source of sources) {
    const random = Random.for(seed, 'pair', source.poem.id);
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const reason = pickReason(random);
      const rejected = corrupt(source, sources, reason, random);
      if (rejected === undefined) continue;
      const { form, themes, poem } = source;
      pairs.push({
        prompt: userMessage(formatPrompt({ form, themes })),
        chosen: assistantMessage(layOut(poem.lines, poem.marks)),
        rejected: assistantMessage(rejected),
        form,
        themes,
        source: poem.id,
        rejected_reason: reason,
      });
      break;
    }
  }
  return pairs;
}
