/** Running an evaluation: prompts and candidates in, a table on the terminal and report.md out. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { evaluate, type Candidate, type EvaluationPrompt } from '../evaluation/evaluate.js';
import { comparisonTable, examplePoems, formatReport, summarise } from '../evaluation/report.js';
import { formByName } from '../poetry/forms.js';
import { InputError } from '../support/errors.js';
import { isRecord, readJsonLines, readText, writeFileWhole, writeJson } from '../support/files.js';
import type { DecodingDtype } from '../model/frozen-base.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { say } from './language.js';
import { startProgress } from './progress.js';

export interface RunEvaluationOptions extends RuntimeOptions {
  readonly candidates: readonly Candidate[];
  readonly data: string;
  readonly out: string;
  /** At most so many prompts; every form in turn. */
  readonly prompts: number;
  readonly seeds: number;
  readonly temperature: number;
  readonly dtype?: DecodingDtype;
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
    prompts.push({ prompt: value['prompt'], form, themes });
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

/** @returns false if the signal stopped it */
export async function runEvaluation(options: RunEvaluationOptions): Promise<boolean> {
  const prompts = balance(await readPrompts(path.join(options.data, 'prompts.jsonl')), options.prompts);
  const linesFile = path.join(options.data, 'lines.txt');
  const corpusLines = new Set(existsSync(linesFile) ? (await readText(linesFile)).split('\n') : []);
  let current: { name: string; bar: ReturnType<typeof startProgress> } | undefined;
  const results = await evaluate({
    ...options,
    prompts,
    corpusLines,
    onProgress: (name, done, total) => {
      if (current?.name !== name) {
        current?.bar.stop();
        current = { name, bar: startProgress(say(`评测 ${name}`, `evaluate ${name}`), total) };
      }
      current.bar.update(done, '');
    },
  });
  current?.bar.stop();
  if (!results) return false;
  const { temperature, seeds } = options;
  await writeFileWhole(
    path.join(options.out, 'report.md'),
    formatReport(results, { temperature, seeds, examples: 6 }),
  );
  const summaries = summarise(results);
  await writeJson(path.join(options.out, 'evaluation.json'), summaries);
  if (options.json) console.log(JSON.stringify(summaries));
  else console.log(`\n${comparisonTable(summaries)}\n\n${examplePoems(results, 3)}`);
  return true;
}
