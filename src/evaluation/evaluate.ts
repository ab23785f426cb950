/** Comparing models on the same prompts: poems written free of constraints, measured, with what is done kept on disk. */
import { existsSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { FormName } from '../poetry/forms/forms.js';
import { isRecord, readJsonLines, writeFileWhole } from '../support/files.js';
import { fileNameFor } from '../support/names.js';
import type { DecodingDtype } from '../model/frozen-base.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { EndpointPoet, type EndpointOptions } from '../writing/endpoint-poet.js';
import { Poet } from '../writing/poet.js';
import type { PoemWriter } from '../writing/writer.js';
import type { PoemOrder } from '../writing/written-poem.js';
import { coherenceFigure } from './coherence.js';
import { measurePoem, type PoemMetrics } from './metrics.js';
import type { Yardstick } from './yardstick.js';

/** Poems asked for at once; what is written is kept when all of them are. Fewer are decoded together: the batch is full until the last ones. */
const BATCH = 128;

/** A line of a prompts file. */
export interface EvaluationPrompt {
  readonly prompt: string;
  readonly form: FormName;
  readonly themes: readonly string[];
  /** The true poem that the prompt was made from. */
  readonly reference?: string;
}

/** A base model, or an adapter on it. */
export interface ModelCandidate {
  readonly name: string;
  readonly kind: 'model';
  readonly model: string;
  readonly adapter?: string;
  /** Holds the poems to the form asked for. */
  readonly constrained?: boolean;
}

/** What wrote the poems that are compared. */
export type Candidate =
  | ModelCandidate
  | { readonly name: string; readonly kind: 'endpoint'; readonly options: EndpointOptions }
  /** Poems written elsewhere: one for each prompt, or for each prompt and seed (all prompts, then all again). */
  | { readonly name: string; readonly kind: 'texts'; readonly texts: readonly string[] };

export interface EvaluationOptions extends RuntimeOptions {
  readonly candidates: readonly Candidate[];
  readonly prompts: readonly EvaluationPrompt[];
  readonly yardstick: Yardstick;
  readonly seeds: number;
  readonly temperature: number;
  readonly dtype?: DecodingDtype;
  /** Folder for poems-NAME.jsonl. */
  readonly out: string;
  readonly batchSize?: number;
  readonly onProgress?: (candidate: string, done: number, total: number) => void;
  /** Called when a candidate's poems are measured, with all results so far. */
  readonly onResult?: (results: readonly CandidateResult[]) => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface EvaluatedPoem {
  readonly prompt: string;
  /** Which prompt it is: two prompts may have one wording. */
  readonly promptIndex?: number;
  readonly form: FormName;
  readonly themes: readonly string[];
  readonly seed: number;
  readonly text: string;
  readonly metrics: PoemMetrics;
}

export interface CandidateResult {
  readonly name: string;
  readonly poems: readonly EvaluatedPoem[];
}

interface SavedPoem {
  readonly seed: number;
  readonly text: string;
}

/** Poems written earlier; a line that an interruption cut short is dropped. */
async function readSaved(file: string): Promise<SavedPoem[]> {
  const saved: SavedPoem[] = [];
  if (!existsSync(file)) return saved;
  try {
    for await (const { value } of readJsonLines(file)) {
      if (isRecord(value) && typeof value['text'] === 'string')
        saved.push({ seed: Number(value['seed']), text: value['text'] });
    }
  } catch {
    await writeFileWhole(file, saved.map((poem) => `${JSON.stringify(poem)}\n`).join(''));
  }
  return saved;
}

/** A writer for a candidate. */
async function openWriter(
  candidate: Exclude<Candidate, { kind: 'texts' }>,
  { dtype, threads, device }: EvaluationOptions,
): Promise<PoemWriter> {
  if (candidate.kind === 'endpoint') return new EndpointPoet(candidate.options);
  return Poet.load({ model: candidate.model, adapter: candidate.adapter, dtype, threads, device });
}

/** The texts of a candidate for all orders, those of an earlier run first. Undefined if the signal stopped it. */
async function writeTexts(
  candidate: Candidate,
  orders: readonly PoemOrder[],
  options: EvaluationOptions,
): Promise<string[] | undefined> {
  const report = (done: number): void => options.onProgress?.(candidate.name, done, orders.length);
  if (candidate.kind === 'texts') {
    report(orders.length);
    const { texts } = candidate;
    return orders.map((_, index) => texts[index % texts.length] ?? '');
  }
  const file = path.join(options.out, `poems-${fileNameFor(candidate.name)}.jsonl`);
  const saved = await readSaved(file);
  report(saved.length);
  if (saved.length < orders.length) {
    const writer = await openWriter(candidate, options);
    try {
      while (saved.length < orders.length) {
        if (options.signal?.aborted) return undefined;
        const batch = orders.slice(saved.length, saved.length + (options.batchSize ?? BATCH));
        const sampling = { temperature: options.temperature, topP: 1 };
        const free = !(candidate.kind === 'model' && candidate.constrained);
        const poems = await writer.writeAll(batch, { free, sampling });
        const lines = poems.map(({ seed, text }, index) => ({ seed, prompt: batch[index]?.prompt, text }));
        await appendFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        saved.push(...poems);
        report(saved.length);
      }
    } finally {
      await writer.release();
    }
  }
  return orders.map((_, index) => saved[index]?.text ?? '');
}

/** Writes and measures. Goes on where an earlier run stopped. Undefined if the signal stopped it. */
export async function evaluate(options: EvaluationOptions): Promise<CandidateResult[] | undefined> {
  const { prompts, seeds, yardstick } = options;
  await mkdir(options.out, { recursive: true });
  const orders = Array.from({ length: seeds }, (_, seed) =>
    prompts.map((prompt, promptIndex) => ({ ...prompt, promptIndex, seed: seed * 1_000_003 + promptIndex })),
  ).flat();
  const results: CandidateResult[] = [];
  for (const candidate of options.candidates) {
    const texts = await writeTexts(candidate, orders, options);
    if (!texts) return undefined;
    const coherence = await yardstick.coherence?.judge(texts);
    const poems = orders.map(({ prompt, promptIndex, form, themes, seed }, index): EvaluatedPoem => {
      const text = texts[index] ?? '';
      const metrics = measurePoem(text, { form, themes }, yardstick, coherenceFigure(coherence?.[index]));
      return { prompt, promptIndex, form, themes, seed, text, metrics };
    });
    results.push({ name: candidate.name, poems });
    await options.onResult?.(results);
  }
  return results;
}
