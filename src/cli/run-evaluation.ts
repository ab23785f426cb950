/** Running an evaluation: prompts and candidates in, a table on the terminal and report.md out. */
import path from 'node:path';
import {
  evaluate,
  type Candidate,
  type CandidateResult,
  type EvaluationPrompt,
} from '../evaluation/evaluate.js';
import { duels, summarise, type Baseline } from '../evaluation/compare.js';
import { CORRUPTION_NAMES, CORRUPTIONS } from '../evaluation/corruptions.js';
import { judgeNeighbours } from '../evaluation/llm-judge.js';
import { comparisonTable, examplePoems, formatReport, type ReportSettings } from '../evaluation/report.js';
import { formByName } from '../poetry/forms.js';
import { InputError } from '../support/errors.js';
import { isRecord, readJsonLines, writeFileWhole, writeJson } from '../support/files.js';
import type { DecodingDtype } from '../model/frozen-base.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { say } from './language.js';
import { Random } from '../support/random.js';
import { ChatEndpoint, type EndpointOptions } from '../writing/endpoint-poet.js';
import { startProgress, type Progress } from './progress.js';
import { loadYardstick } from './yardstick.js';

export interface RunEvaluationOptions extends RuntimeOptions {
  readonly candidates: readonly Candidate[];
  readonly data: string;
  readonly out: string;
  /** At most so many prompts; every form in turn. */
  readonly prompts: number;
  readonly seeds: number;
  readonly temperature: number;
  readonly dtype?: DecodingDtype;
  /** Plain text of poems that no model was trained on, for perplexity. */
  readonly fluency?: string;
  /** Compares the held-out poems themselves with the same poems spoilt: what the figures are worth. */
  readonly sanity?: boolean;
  /** A language model that judges neighbours. */
  readonly judge?: EndpointOptions;
  /** Prompts that it judges. */
  readonly judgePrompts?: number;
  readonly signal?: AbortSignal;
  readonly json?: boolean;
}

/** The prompts of a file. @throws InputError naming file, line and key */
export async function readPrompts(file: string): Promise<EvaluationPrompt[]> {
  const prompts: EvaluationPrompt[] = [];
  for await (const { line, value } of readJsonLines(file)) {
    const form = isRecord(value) && typeof value['form'] === 'string' ? formByName(value['form']) : undefined;
    if (!isRecord(value) || typeof value['prompt'] !== 'string' || !form) {
      throw new InputError(`${file}:${line}: expected {prompt, form, themes} with a known form`);
    }
    const themes = Array.isArray(value['themes']) ? value['themes'].map(String) : [];
    const reference = typeof value['reference'] === 'string' ? value['reference'] : undefined;
    prompts.push({ prompt: value['prompt'], form, themes, reference });
  }
  if (prompts.length === 0) throw new InputError(`${file}: no prompts`);
  return prompts;
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

/** @returns false if the signal stopped it */
export async function runEvaluation(options: RunEvaluationOptions): Promise<boolean> {
  const { temperature, seeds, sanity, signal } = options;
  const prompts = balance(await readPrompts(path.join(options.data, 'prompts.jsonl')), options.prompts);
  const yardstick = await loadYardstick(options.data, options.fluency);
  const baseline: Baseline = sanity ? 'first' : 'previous';
  const settings = { temperature, seeds, prompts: prompts.length, baseline };
  const display = new EvaluationDisplay(options.json);
  const results = await evaluate({
    ...options,
    candidates: sanity ? spoiltReferences(prompts) : options.candidates,
    prompts,
    yardstick,
    onProgress: (name, done, total) => display.progress(name, done, total),
    onResult: (soFar) => writeReports(options.out, soFar, settings),
  });
  display.stop();
  if (!results) return false;
  const judge =
    options.judge &&
    (await judgeNeighbours(
      new ChatEndpoint(options.judge),
      results,
      options.judgePrompts ?? prompts.length,
      signal,
    ));
  if (judge) await writeReports(options.out, results, { ...settings, judge });
  const summaries = summarise(results, baseline);
  const summary = { candidates: summaries, duels: duels(results), ...(judge ? { judge } : {}) };
  await writeJson(path.join(options.out, 'evaluation.json'), summary);
  if (options.json) console.log(JSON.stringify(summary));
  else console.log(`\n${comparisonTable(summaries)}\n\n${examplePoems(results, 3)}`);
  return true;
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

/** What a person sees of an evaluation: a bar a candidate; or JSON lines, the summary last. */
class EvaluationDisplay {
  private current: { readonly name: string; readonly bar: Progress } | undefined;

  constructor(private readonly json = false) {}

  progress(candidate: string, done: number, total: number): void {
    if (this.json) {
      console.log(JSON.stringify({ candidate, done, total }));
      return;
    }
    if (this.current?.name !== candidate) {
      this.stop();
      const title = say(`评测 ${candidate}`, `evaluate ${candidate}`);
      this.current = { name: candidate, bar: startProgress(title, total) };
    }
    this.current.bar.update(done, '');
  }

  stop(): void {
    this.current?.bar.stop();
  }
}

/** The held-out poems, and the same poems spoilt in each way. @throws InputError where the prompts carry no poems */
function spoiltReferences(prompts: readonly EvaluationPrompt[]): Candidate[] {
  const poems = prompts.map(({ reference }) => {
    if (reference === undefined) throw new InputError('--sanity: the prompts have no column reference');
    return reference;
  });
  const random = Random.for(1, 'sanity');
  const spoilt = CORRUPTION_NAMES.map((name): Candidate => {
    const texts = poems.map((poem, index) => {
      const others = poems.filter((_, other) => prompts[other]?.form === prompts[index]?.form);
      return CORRUPTIONS[name].spoil(poem, others, random);
    });
    return { kind: 'texts', name: CORRUPTIONS[name].english, texts };
  });
  return [{ kind: 'texts', name: 'real poems', texts: poems }, ...spoilt];
}
