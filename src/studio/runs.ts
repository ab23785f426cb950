/** What trainings have left behind: any folder with a metrics.jsonl, whoever ran it. */
import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isRecord, readJsonLines } from '../support/files.js';
import type { SampledPoem } from '../training/metrics.js';
import { StudioError } from './errors.js';

export type { SampledPoem };

export interface RunListing {
  /** Its folder. */
  readonly id: string;
  /** Milliseconds since 1970 of its last step. */
  readonly written: number;
  /** Whether its adapter is finished. */
  readonly done: boolean;
}

/** A line of metrics.jsonl: TRL's names and numbers. */
export type MetricsLine = Readonly<Record<string, number>>;

export interface RunHistory {
  readonly id: string;
  readonly metrics: readonly MetricsLine[];
  readonly samples: readonly SampledPoem[];
}

const METRICS = 'metrics.jsonl';

/** The runs below some folders, the newest first. */
export async function listRuns(folders: readonly string[]): Promise<RunListing[]> {
  const found = new Map<string, RunListing>();
  for (const folder of folders) {
    const files = await readdir(folder, { recursive: true }).catch(() => []);
    for (const file of files.filter((name) => path.basename(name) === METRICS)) {
      const id = path.join(folder, path.dirname(file));
      const metrics = await lstat(path.join(folder, file));
      // A link leads to what nobody put here.
      if (!metrics.isFile()) continue;
      found.set(id, {
        id,
        written: Math.floor(metrics.mtimeMs),
        done: existsSync(path.join(id, 'adapter_config.json')),
      });
    }
  }
  return [...found.values()].sort((a, b) => b.written - a.written);
}

/** The steps and sample poems of a run. @throws StudioError 404 for a folder that is no run below these folders */
export async function readRun(folders: readonly string[], id: string): Promise<RunHistory> {
  const runs = await listRuns(folders);
  if (!runs.some((run) => run.id === id)) {
    throw new StudioError(404, 'not_found_error', `run ${id}: there is none`);
  }
  const metrics = await readLines(path.join(id, METRICS), (value) =>
    Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    ),
  );
  const samples = await readLines(path.join(id, 'samples.jsonl'), (value) => ({
    step: Number(value['step']),
    prompt: String(value['prompt']),
    text: String(value['text']),
  }));
  return { id, metrics, samples };
}

/** The whole lines of a file that may be growing. */
async function readLines<T>(file: string, read: (value: Record<string, unknown>) => T): Promise<T[]> {
  const lines: T[] = [];
  if (!(await lstat(file).catch(() => undefined))?.isFile()) return lines;
  try {
    for await (const { value } of readJsonLines(file)) if (isRecord(value)) lines.push(read(value));
  } catch {
    // The last line is still being written.
  }
  return lines;
}
