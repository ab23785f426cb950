/** Building the three data sets from a source: raw, clean, preference; with every decision written down. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { checkLines } from '../poetry/check.js';
import { formOfShape, FORMS, type FormName } from '../poetry/forms.js';
import { formatPrompt, paraphrasePrompt } from '../poetry/prompt.js';
import { toSimplified } from '../poetry/script.js';
import { layOut } from '../poetry/layout.js';
import { characters, splitLines } from '../poetry/text.js';
import { describeThemes } from '../poetry/themes.js';
import { InputError } from '../support/errors.js';
import { writeFileWhole, writeJson, writeJsonLines, writeLines } from '../support/files.js';
import { Random } from '../support/random.js';
import { BUILD_DEFAULTS, type BuildOptions, type BuildSummary } from './build-options.js';
import { writeDataCard } from './card.js';
import { cleanPoem, type Decision } from './clean.js';
import { joinPoems } from './plain-text.js';
import { assistantMessage, userMessage, type PreferenceExample, type SftExample } from './dataset.js';
import { findDuplicates, type Duplicates } from './duplicates.js';
import { corrupt, pickReason, type PairPool, type PairSource } from './pairs.js';
import type { CleanPoem, SourcePoem } from './poem.js';
import { nameOf, qualityOf, readFame } from './quality.js';
import { poemFiles, readPoems } from './read.js';

type Split = 'train' | 'validation' | 'test';

/** A poem that cleaning kept, before duplicates and the weak ones are dropped. */
interface Candidate {
  readonly poem: CleanPoem;
  readonly quality: number;
  readonly fame: number | undefined;
}

interface Described extends PairSource {
  readonly form: FormName;
  readonly split: Split;
  readonly fame: number | undefined;
}

/** An answer of the raw set. */
interface RawAnswer {
  readonly id: string;
  readonly form: FormName;
  readonly title: string;
  readonly text: string;
}

/** Poems at least as famous as this are known by heart; where no fame is known all are taken for it. */
const FAMOUS = 0.98;

/** The split of a cluster: a hash of seed and name, so that it does not depend on the order of the files. */
function splitOf(cluster: string, options: BuildOptions): Split {
  const hash = createHash('sha256').update(`${options.seed}/${cluster}`).digest().readUInt32BE() / 2 ** 32;
  if (hash < options.testShare) return 'test';
  return hash < options.testShare + options.validationShare ? 'validation' : 'train';
}

/** The raw set's answer: the text as it came, merely split into lines. */
function rawAnswer(poem: SourcePoem): RawAnswer | undefined {
  const text = toSimplified(poem.paragraphs.join('\n')).trim();
  const form = guessForm(text);
  if (text.length < 8 || text.length >= 160 || !form) return undefined;
  return { id: poem.id, form, title: poem.title, text };
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

interface Read {
  readonly poems: number;
  readonly candidates: Candidate[];
  readonly decisions: Decision[];
}

/** Reads and cleans all poems of the source. */
async function readAndClean(options: BuildOptions): Promise<Read> {
  const fame = await readFame(options.source);
  const read = { candidates: [] as Candidate[], decisions: [] as Decision[] };
  let poems = 0;
  for await (const source of readPoems(await poemFiles(options.source))) {
    poems += 1;
    const { poem, decisions } = cleanPoem(source);
    read.decisions.push(...decisions);
    if (!poem) continue;
    const known = fame.get(nameOf(poem.author, poem.title));
    const quality = qualityOf(checkLines(poem.lines), known);
    if (quality >= options.minQuality) read.candidates.push({ poem, quality, fame: known });
    else {
      const example = `${poem.lines[0] ?? ''} ${quality.toFixed(2)}`;
      read.decisions.push({ id: poem.id, rule: 'quality', outcome: 'dropped', example });
    }
  }
  return { poems, ...read };
}

/** Drops duplicates, and describes what is left by form, themes and split. */
function describe(
  { candidates, decisions }: Read,
  duplicates: Duplicates,
  options: BuildOptions,
): Described[] {
  return candidates.flatMap(({ poem, fame }): Described[] => {
    const repeats = duplicates.dropped.get(poem.id);
    if (repeats) {
      const example = `${poem.lines[0] ?? ''} = ${repeats.of}`;
      decisions.push({ id: poem.id, rule: repeats.rule, outcome: 'dropped', example });
      return [];
    }
    const form = formOfShape(poem.lines);
    const themes = describeThemes(poem.title, poem.lines.join(''));
    if (!form || themes.length === 0) return [];
    return [{ poem, themes, form, fame, split: splitOf(duplicates.clusterOf(poem.id), options) }];
  });
}

/** Reads, cleans, describes, splits and pairs; writes `raw/`, `clean/`, `preference/`, `prompts.jsonl`, `held-out.txt`, `decisions.jsonl`, `summary.json`, a data card. */
export async function buildDatasets(given: Partial<BuildOptions> & Pick<BuildOptions, 'source' | 'out'>) {
  const options: BuildOptions = { ...BUILD_DEFAULTS, ...given };
  const read = await readAndClean(options);
  const duplicates = findDuplicates(
    read.candidates.map(({ poem, quality }) => ({ id: poem.id, lines: poem.lines, quality })),
  );
  const described = describe(read, duplicates, options);
  if (described.length === 0) throw new InputError(`${options.source}: no poem survived cleaning`);
  const of = (split: Split): Described[] => described.filter((one) => one.split === split);

  const counts: Record<string, number> = {};
  const write = async (name: string, examples: Iterable<unknown> | AsyncIterable<unknown>): Promise<void> => {
    counts[name] = await writeJsonLines(path.join(options.out, `${name}.jsonl`), examples);
  };
  const validation = of('validation').map((one) => cleanExample(one, options, false));
  await write('raw/train', rawExamples(described, duplicates, options));
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
  await writeJsonLines(path.join(options.out, 'decisions.jsonl'), read.decisions);
  await writeLines(
    path.join(options.out, 'lines.txt'),
    new Set(of('train').flatMap(({ poem }) => poem.lines)),
  );
  const tally: Record<string, number> = {};
  for (const { outcome, rule } of read.decisions) {
    tally[`${outcome} ${rule}`] = (tally[`${outcome} ${rule}`] ?? 0) + 1;
  }
  const summary: BuildSummary = { poems: read.poems, kept: described.length, counts, decisions: tally };
  await writeJson(path.join(options.out, 'summary.json'), summary);
  await writeDataCard(options, summary);
  return summary;
}

function* map<A, B>(items: Iterable<A>, change: (item: A) => B): Generator<B> {
  for (const item of items) yield change(item);
}

/** The prompt of a training example: the plain one, or now and then another wording. */
function promptOf(
  form: FormName,
  themes: readonly string[],
  id: string,
  { seed, paraphraseShare }: BuildOptions,
): string {
  const random = Random.for(seed, 'prompt', id);
  const request = { form, themes };
  return random.next() < paraphraseShare ? paraphrasePrompt(request, random.next()) : formatPrompt(request);
}

/** The texts that columns beside the messages keep. */
function columns({ poem, form, themes }: Described): Partial<SftExample> {
  const { title, author, traditional, marks, id } = poem;
  return { form, themes, title, author, traditional: layOut(traditional, marks), source: id };
}

function cleanExample(one: Described, options: BuildOptions, paraphrased: boolean): SftExample {
  const { poem, form, themes } = one;
  const plain = { ...options, paraphraseShare: 0 };
  return {
    prompt: userMessage(promptOf(form, themes, poem.id, paraphrased ? options : plain)),
    completion: assistantMessage(layOut(poem.lines, poem.marks)),
    ...columns(one),
  };
}

/** The poems of the test and validation splits, for `data text --exclude` and `pretrain --validation-text`. */
function plainText(poems: readonly Described[]): string {
  return joinPoems(poems.map(({ poem }) => layOut(poem.lines, poem.marks)));
}

function heldOutPrompt({ poem, form, themes }: Described): object {
  const reference = layOut(poem.lines, poem.marks);
  return { prompt: formatPrompt({ form, themes }), form, themes, reference, source: poem.id };
}

/**
 * The raw set: all texts but those of held-out clusters, and of poems that share two lines with a held-out one. The source is read
 * once more, so that its texts need not be held.
 */
async function* rawExamples(
  described: readonly Described[],
  duplicates: Duplicates,
  options: BuildOptions,
): AsyncGenerator<SftExample> {
  const heldOut = new Set(
    described.filter(({ split }) => split !== 'train').flatMap(({ poem }) => poem.lines),
  );
  for await (const source of readPoems(await poemFiles(options.source))) {
    const answer = rawAnswer(source);
    if (!answer) continue;
    const { id, form, title, text } = answer;
    const original = duplicates.dropped.get(id)?.of ?? id;
    if (splitOf(duplicates.clusterOf(original), options) !== 'train') continue;
    if (splitLines(text).filter((line) => heldOut.has(line)).length >= 2) continue;
    const themes = describeThemes(title, text);
    yield {
      prompt: userMessage(promptOf(form, themes, id, options)),
      completion: assistantMessage(text),
      form,
      themes,
      source: id,
    };
  }
}

/** A pair a poem; where a kind does not fit the poem, another is tried. */
function* pairUp(sources: readonly Described[], options: BuildOptions): Generator<PreferenceExample> {
  const known = sources.filter(({ fame }) => fame !== undefined && fame >= FAMOUS);
  const pool: PairPool = { all: sources, famous: known.length > 0 ? known : sources };
  for (const source of sources) {
    const { form, themes, poem } = source;
    const random = Random.for(options.seed, 'pair', poem.id);
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const reason = pickReason(random);
      const rejected = corrupt(source, pool, reason, random);
      if (rejected === undefined) continue;
      yield {
        prompt: userMessage(promptOf(form, themes, poem.id, options)),
        chosen: assistantMessage(layOut(poem.lines, poem.marks)),
        rejected: assistantMessage(rejected),
        ...columns(source),
        rejected_reason: reason,
      };
      break;
    }
  }
}
