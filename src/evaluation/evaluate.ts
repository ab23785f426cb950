/** Comparing models on the same prompts: poems written free of constraints, measured, with what is done kept on disk. */
import { existsSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { FormName } from '../poetry/forms.js';
import { isRecord, readJsonLines, writeFileWhole } from '../support/files.js';
import type { DecodingDtype } from '../model/frozen-base.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { Poet } from '../writing/poet.js';
import { measurePoem, type PoemMetrics } from './metrics.js';

/** A line of a prompts file. */
export interface EvaluationPrompt {
  readonly prompt: string;
  readonly form: FormName;
  readonly themes: readonly string[];
}

export interface Candidate {
  readonly name: string;
  readonly model: string;
  readonly adapter?: string;
}

export interface EvaluationOptions extends RuntimeOptions {
  readonly candidates: readonly Candidate[];
  readonly prompts: readonly EvaluationPrompt[];
  readonly corpusLines: ReadonlySet<string>;
  readonly seeds: number;
  readonly temperature: number;
  readonly dtype?: DecodingDtype;
  /** Folder for poems-NAME.jsonl. */
  readonly out: string;
  readonly batchSize?: number;
  readonly onProgress?: (candidate: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface EvaluatedPoem {
  readonly prompt: string;
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

/** Writes and measures. Goes on where an earlier run stopped. Undefined if the signal stopped it. */
export async function evaluate(options: EvaluationOptions): Promise<CandidateResult[] | undefined> {
  const { prompts, seeds } = options;
  await mkdir(options.out, { recursive: true });
  const orders = Array.from({ length: seeds }, (_, seed) =>
    prompts.map((prompt, index) => ({ ...prompt, seed: seed * 1_000_003 + index })),
  ).flat();
  const results: CandidateResult[] = [];
  for (const candidate of options.candidates) {
    const file = path.join(options.out, `poems-${candidate.name}.jsonl`);
    const saved = await readSaved(file);
    options.onProgress?.(candidate.name, saved.length, orders.length);
    if (saved.length < orders.length) {
      const poet = await Poet.load({
        model: candidate.model,
        adapter: candidate.adapter,
        dtype: options.dtype,
        threads: options.threads,
        device: options.device,
      });
      const size = options.batchSize ?? 16;
      while (saved.length < orders.length) {
        if (options.signal?.aborted) return undefined;
        const batch = orders.slice(saved.length, saved.length + size);
        const sampling = { temperature: options.temperature, topP: 1 };
        const poems = await poet.writeAll(batch, { free: true, sampling });
        await appendFile(file, poems.map(({ seed, text }) => `${JSON.stringify({ seed, text })}\n`).join(''));
        saved.push(...poems);
        options.onProgress?.(candidate.name, saved.length, orders.length);
      }
      await poet.release();
    }
    const poems = orders.map(({ prompt, form, themes, seed }, index): EvaluatedPoem => {
      const text = saved[index]?.text ?? '';
      return {
        prompt,
        form,
        themes,
        seed,
        text,
        metrics: measurePoem(text, { form, themes }, options.corpusLines),
      };
    });
    results.push({ name: candidate.name, poems });
  }
  return results;
}
