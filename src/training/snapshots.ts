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

/**
 * Saves the adapter of a step, and removes those that are not kept any more.
 *
 * @param keep how many of the last ones are kept (null: all), and which one besides
 */
export async function saveSnapshot(
  folder: string,
  adapter: Adapter,
  base: string,
  step: number,
  keep: { readonly limit: number | null; readonly best?: number },
): Promise<void> {
  const { limit, best } = keep;
  if (limit === 0 && best === undefined) return;
  const steps = [...new Set([...(await snapshotSteps(folder)), step])].sort((a, b) => a - b);
  const last = limit === 0 ? [] : steps.slice(limit === null ? 0 : -limit);
  const isKept = (one: number): boolean => one === best || last.includes(one);
  if (isKept(step)) await saveAdapter(path.join(folder, `checkpoint-${step}`), adapter, base);
  for (const old of steps.filter((one) => one !== step && !isKept(one))) {
    await rm(path.join(folder, `checkpoint-${old}`), { recursive: true });
  }
}
