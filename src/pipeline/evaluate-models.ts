/** Comparing models on a data folder's prompts: poems, figures, reports on disk. */
import path from 'node:path';
import {
  evaluate,
  type Candidate,
  type CandidateResult,
  type EvaluationPrompt,
} from '../evaluation/evaluate.js';
import { duels, summarise, type Baseline, type Duel, type Summary } from '../evaluation/compare.js';
import { corruptText, SANITY_CHECK_NAMES, SANITY_CHECKS } from '../evaluation/corruptions.js';
import type { CoherenceJudge } from '../evaluation/coherence.js';
import { judgeNeighbours, type JudgeSummary } from '../evaluation/llm-judge.js';
import { formatReport, type ReportSettings } from '../evaluation/report.js';
import type { DecodingDtype } from '../model/frozen-base.js';
import type { FormName } from '../poetry/forms/forms.js';
import { InputError } from '../support/errors.js';
import { writeFileWhole, writeJson } from '../support/files.js';
import { Random } from '../support/random.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { ChatEndpoint } from '../writing/chat-endpoint.js';
import type { EndpointOptions } from '../writing/endpoint-poet.js';
import { promptSource, readPrompts } from './evaluation-prompts.js';
import { ModelCoherence } from './model-coherence.js';
import { readReferenceCorpus } from './reference-corpus.js';

/** What is compared on which prompts, and who looks on. */
export interface EvaluateModelsOptions extends RuntimeOptions {
  /** What is compared, in this order. */
  readonly candidates: readonly Candidate[];
  /** Folder of prompts.jsonl and of the reference corpus; or a file of prompts, in any form of a data set that asks for something. */
  readonly data: string;
  /** The form of prompts that do not say one. */
  readonly form?: FormName;
  /** Folder for the poems, report.md, report.html and evaluation.json. */
  readonly out: string;
  /** At most so many prompts; every form in turn. */
  readonly prompts: number;
  /** Poems a prompt. */
  readonly seeds: number;
  readonly temperature: number;
  readonly dtype?: DecodingDtype;
  /** Plain text of poems that no model was trained on, for perplexity. */
  readonly fluency?: string;
  /** The model that judges coherence: a folder; the one that ships where absent, none where false. */
  readonly coherence?: string | false;
  /** Compares the held-out poems themselves with the same poems corrupted, in place of candidates: what the figures are worth. */
  readonly sanity?: boolean;
  /** A language model that judges neighbours. */
  readonly judge?: EndpointOptions;
  /** Prompts that it judges. */
  readonly judgePrompts?: number;
  /** So many of a candidate's poems are written. */
  readonly onProgress?: (candidate: string, done: number, total: number) => void;
  /** Stops between batches; what was written is kept, and the next run goes on there. */
  readonly signal?: AbortSignal;
}

/** What an evaluation found. */
export interface EvaluationOutcome {
  readonly results: readonly CandidateResult[];
  readonly candidates: readonly Summary[];
  readonly duels: readonly Duel[];
  readonly judge?: readonly JudgeSummary[];
}

/** Takes prompts of every form by turns, so that a small number still covers all. */
function balance(prompts: readonly EvaluationPrompt[], count: number): EvaluationPrompt[] {
  const byForm = new Map<string, EvaluationPrompt[]>();
  for (const prompt of prompts) byForm.set(prompt.form, [...(byForm.get(prompt.form) ?? []), prompt]);
  const queues = [...byForm.values()];
  const longest = Math.max(...queues.map((queue) => queue.length));
  return Array.from({ length: longest }, (_, index) => queues.flatMap((queue) => queue[index] ?? []))
    .flat()
    .slice(0, count);
}

/** Prompts whose poems are shown in the report. */
const EXAMPLES = 100;
const EXAMPLES_MARKDOWN = 6;

/**
 * Writes with every candidate, measures, and writes the reports. Goes on where an earlier run into the folder stopped.
 *
 * @returns undefined if the signal stopped it before the end
 */
export async function evaluateModels(options: EvaluateModelsOptions): Promise<EvaluationOutcome | undefined> {
  const { temperature, seeds, sanity, signal } = options;
  const { file, folder } = await promptSource(options.data);
  const prompts = balance(await readPrompts(file, options.form), options.prompts);
  const { fluency, coherence, threads } = options;
  const yardstick = await readReferenceCorpus(folder, {
    fluency,
    coherence: await openJudge(coherence, { threads }),
  });
  const baseline: Baseline = sanity ? 'first' : 'previous';
  const settings = { temperature, seeds, prompts: prompts.length, baseline };
  const results = await evaluate({
    ...options,
    candidates: sanity ? corruptedReferences(prompts) : options.candidates,
    prompts,
    yardstick,
    onResult: (soFar) => writeReports(options.out, soFar, settings),
  });
  if (!results) return undefined;
  const judge =
    options.judge &&
    (await judgeNeighbours(
      new ChatEndpoint(options.judge),
      results,
      options.judgePrompts ?? prompts.length,
      signal,
    ));
  if (judge) await writeReports(options.out, results, { ...settings, judge });
  const summary = {
    candidates: summarise(results, baseline),
    duels: duels(results),
    ...(judge ? { judge } : {}),
  };
  await writeJson(path.join(options.out, 'evaluation.json'), summary);
  return { results, ...summary };
}

/** The judge of coherence that options name. */
async function openJudge(
  named: string | false | undefined,
  runtime: RuntimeOptions,
): Promise<CoherenceJudge | undefined> {
  if (named === false) return undefined;
  return named === undefined ? ModelCoherence.shipped(runtime) : ModelCoherence.open(named, runtime);
}

/** report.md and report.html of the results so far. */
async function writeReports(
  out: string,
  results: readonly CandidateResult[],
  settings: Omit<ReportSettings, 'examples'>,
): Promise<void> {
  const markdown = formatReport(results, { ...settings, examples: EXAMPLES_MARKDOWN });
  await writeFileWhole(path.join(out, 'report.md'), markdown);
  // The charts' library is loaded when there is something to draw.
  const { formatHtmlReport } = await import('../evaluation/report-html.js');
  const page = formatHtmlReport(results, { ...settings, examples: EXAMPLES });
  await writeFileWhole(path.join(out, 'report.html'), page);
}

/** The held-out poems, and the same poems corrupted in each way. @throws InputError where the prompts carry no poems */
function corruptedReferences(prompts: readonly EvaluationPrompt[]): Candidate[] {
  const poems = prompts.map(({ reference }) => {
    if (reference === undefined) throw new InputError('--sanity: the prompts have no column reference');
    return reference;
  });
  const random = Random.for(1, 'sanity');
  const corrupted = SANITY_CHECK_NAMES.map((name): Candidate => {
    const texts = poems.map((poem, index) => {
      const others = poems.filter((_, other) => prompts[other]?.form === prompts[index]?.form);
      return corruptText(name, poem, others, random);
    });
    return { kind: 'texts', name: SANITY_CHECKS[name].english, texts };
  });
  return [{ kind: 'texts', name: 'real poems', texts: poems }, ...corrupted];
}
