/** Adapters of the last checkpoints, kept as folders for those who want to look at a run's way: checkpoint-25, checkpoint-50 … */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { saveAdapter, type Adapter } from '../model/lora.js';

const NAME = /^checkpoint-(\d+)$/;

/** The steps that a folder has snapshots of, in order. */
async function snapshotSteps(folder: string): Promise<number[]> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  return names
    .flatMap((name) => (NAME.test(name) ? [Number(NAME.exec(name)?.[1])] : []))
    .sort((a, b) => a - b);
}

/** Saves the adapter of a step, and removes the oldest beyond the limit; a limit of 0 keeps none. */
export async function saveSnapshot(
  folder: string,
  adapter: Adapter,
  base: string,
  step: number,
  limit: number,
): Promise<void> {
  if (limit === 0) return;
  await saveAdapter(path.join(folder, `checkpoint-${step}`), adapter, base);
  const steps = await snapshotSteps(folder);
  for (const old of steps.slice(0, Math.max(0, steps.length - limit))) {
    await rm(path.join(folder, `checkpoint-${old}`), { recursive: true });
  }
}
