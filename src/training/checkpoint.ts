/**
 * Checkpoints: everything a run needs to go on, in one safetensors file that is whole or absent: the trained weights, both moments
 * of the optimiser, and the counters as JSON in the file's metadata, so that one rename publishes all of it.
 */
import { existsSync } from 'node:fs';
import { readMetadata, readSafetensors, writeSafetensors, type FloatTensor } from '../model/safetensors.js';
import { InputError } from '../support/errors.js';
import { isRecord } from '../support/files.js';
import type { Moments } from './adamw.js';
import type { Stepper } from './stepper.js';
import type { ValidationState } from './validation.js';

/** Counters beside the weights. */
export interface Progress {
  /** Optimiser steps done. */
  readonly step: number;
  /** Lines of metrics.jsonl that belong to those steps. */
  readonly metricLines: number;
  /** What was seen of the validation set, if there is one. */
  readonly validation?: ValidationState;
}

/** Where the counters stand in the metadata. */
const PROGRESS = 'shiren.progress';

/** The counters as they are written. */
interface Counters {
  readonly step: number;
  readonly metricLines: number;
  readonly optimizerSteps: number;
  /** Null before the first evaluation. */
  readonly bestLoss: number | null;
  readonly sinceBest: number;
  /** Absent before the first evaluation, and in checkpoints that were written before it was kept. */
  readonly bestStep?: number;
}

/** Writes weights, optimiser and counters. */
export async function saveCheckpoint(file: string, stepper: Stepper, progress: Progress): Promise<void> {
  const { steps, moments } = stepper.optimizer.state();
  const { bestLoss = Infinity, bestStep, sinceBest = 0, best } = progress.validation ?? {};
  const tensors = new Map<string, FloatTensor>();
  for (const [name, data] of best ?? []) tensors.set(`best/${name}`, { shape: [data.length], data });
  for (const [name, tensor] of stepper.parameters) tensors.set(`weight/${name}`, tensor);
  for (const [name, { first, second }] of moments) {
    tensors.set(`first/${name}`, { shape: [first.length], data: first });
    tensors.set(`second/${name}`, { shape: [second.length], data: second });
  }
  const counters: Counters = {
    step: progress.step,
    metricLines: progress.metricLines,
    optimizerSteps: steps,
    bestLoss: Number.isFinite(bestLoss) ? bestLoss : null,
    sinceBest,
    bestStep,
  };
  await writeSafetensors(file, tensors, 'F32', { [PROGRESS]: JSON.stringify(counters) });
}

/** @throws InputError for a checkpoint of another version, or one whose counters are no counters */
async function readCounters(file: string): Promise<Counters> {
  const text = (await readMetadata(file))[PROGRESS];
  const advice = `expected counters as JSON in its metadata (${PROGRESS}): finish the run with the version that began it, or delete the file to train the stage anew`;
  if (text === undefined) throw new InputError(`${file}: a checkpoint of an older version, ${advice}`);
  let counters: unknown;
  try {
    counters = JSON.parse(text);
  } catch {
    throw new InputError(`${file}: ${PROGRESS} is not JSON, ${advice}`);
  }
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  const whole = ['step', 'metricLines', 'optimizerSteps', 'sinceBest'];
  if (!isRecord(counters) || !whole.every((key) => isCount(counters[key]))) {
    throw new InputError(`${file}: ${PROGRESS} has not all of ${whole.join(', ')}, ${advice}`);
  }
  return counters as unknown as Counters;
}

/** Takes up a checkpoint if there is one: fills the stepper and returns the counters. */
export async function restoreCheckpoint(file: string, stepper: Stepper): Promise<Progress | undefined> {
  if (!existsSync(file)) return undefined;
  const { step, metricLines, optimizerSteps, bestLoss, sinceBest, bestStep } = await readCounters(file);
  const tensors = await readSafetensors(file);
  const best = new Map<string, Float32Array>();
  const moments = new Map<string, Moments>();
  for (const [name, parameter] of stepper.parameters) {
    const ofSize = (kind: string): Float32Array | undefined => {
      const data = tensors.get(`${kind}/${name}`)?.data;
      if (data === undefined || data.length === parameter.data.length) return data;
      throw new InputError(
        `${file}: ${kind}/${name}: ${data.length} numbers, expected ${parameter.data.length}: the checkpoint is of a run with other settings`,
      );
    };
    const weight = ofSize('weight');
    if (!weight)
      throw new InputError(
        `${file}: weight/${name}: missing, the checkpoint is of a run with other settings`,
      );
    parameter.data.set(weight);
    const [first, second, kept] = [ofSize('first'), ofSize('second'), ofSize('best')];
    if (first && second) moments.set(name, { first, second });
    if (kept) best.set(name, kept);
  }
  stepper.optimizer.restore(optimizerSteps, moments);
  return { step, metricLines, validation: { bestLoss: bestLoss ?? Infinity, bestStep, sinceBest, best } };
}
