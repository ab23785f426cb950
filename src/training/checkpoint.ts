/**
 * Checkpoints: everything a run needs to go on, in one safetensors file that is whole or absent: the trained weights, both moments
 * of the optimiser, and the counters, so that one rename publishes all of it.
 */
import { existsSync } from 'node:fs';
import type { FloatTensor } from '../model/safetensors.js';
import { readSafetensors, writeSafetensors } from '../model/safetensors.js';
import type { Moments } from './adamw.js';
import type { Stepper } from './stepper.js';
import type { ValidationState } from './validation.js';

/** Counters beside the weights. All are whole numbers below 2^24, so that they survive a float exactly. */
export interface Progress {
  /** Optimiser steps done. */
  readonly step: number;
  /** Lines of metrics.jsonl that belong to those steps. */
  readonly metricLines: number;
  /** What was seen of the validation set, if there is one. */
  readonly validation?: ValidationState;
}

const PROGRESS = 'progress';
const NO_LOSS = -1;

/** Writes weights, optimiser and counters. */
export async function saveCheckpoint(file: string, stepper: Stepper, progress: Progress): Promise<void> {
  const { steps, moments } = stepper.optimizer.state();
  const tensors = new Map<string, FloatTensor>();
  const {
    bestLoss = Infinity,
    sinceBest = 0,
    best = new Map<string, Float32Array>(),
  } = progress.validation ?? {};
  // A loss that is not there yet is written as a number that no loss is: files hold finite numbers only.
  const known = Number.isFinite(bestLoss) ? bestLoss : NO_LOSS;
  const counters = Float32Array.of(progress.step, progress.metricLines, steps, known, sinceBest);
  tensors.set(PROGRESS, { shape: [counters.length], data: counters });
  for (const [name, data] of best) tensors.set(`best/${name}`, { shape: [data.length], data });
  for (const [name, tensor] of stepper.parameters) tensors.set(`weight/${name}`, tensor);
  for (const [name, { first, second }] of moments) {
    tensors.set(`first/${name}`, { shape: [first.length], data: first });
    tensors.set(`second/${name}`, { shape: [second.length], data: second });
  }
  await writeSafetensors(file, tensors);
}

/** Takes up a checkpoint if there is one: fills the stepper and returns the counters. */
export async function restoreCheckpoint(file: string, stepper: Stepper): Promise<Progress | undefined> {
  if (!existsSync(file)) return undefined;
  const tensors = await readSafetensors(file);
  const [step = 0, metricLines = 0, optimizerSteps = 0, known = NO_LOSS, sinceBest = 0] =
    tensors.get(PROGRESS)?.data ?? [];
  const best = new Map<string, Float32Array>();
  const moments = new Map<string, Moments>();
  for (const [name, parameter] of stepper.parameters) {
    const saved = tensors.get(`weight/${name}`);
    if (!saved || saved.data.length !== parameter.data.length) {
      throw new Error(`${file}: the checkpoint has no weight ${name} of this size`);
    }
    parameter.data.set(saved.data);
    const first = tensors.get(`first/${name}`)?.data;
    const second = tensors.get(`second/${name}`)?.data;
    if (first && second) moments.set(name, { first, second });
    const kept = tensors.get(`best/${name}`)?.data;
    if (kept) best.set(name, kept);
  }
  stepper.optimizer.restore(optimizerSteps, moments);
  const bestLoss = known === NO_LOSS ? Infinity : known;
  return { step, metricLines, validation: { bestLoss, sinceBest, best } };
}
