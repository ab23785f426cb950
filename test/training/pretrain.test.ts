/** Pre-training in small: the same numbers on any number of threads, and after an interruption. */
import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../src/model/config.js';
import type { FloatTensor } from '../../src/model/safetensors.js';
import { Random } from '../../src/support/random.js';
import { treeLength, type TokenTree } from '../../src/training/packing.js';
import type { EvaluationMetrics, StepMetrics } from '../../src/training/metrics.js';
import { pretrain, type PretrainOptions } from '../../src/training/pretrain.js';
import { TokenDocuments } from '../../src/training/documents.js';
import { evenShares, shareCount } from '../../src/training/shares.js';
import type { StageProgress } from '../../src/training/trainer.js';
import { tinyModel } from '../support-tiny-model.js';

const random = new Random(7);
const tokens = (length: number): number[] => Array.from({ length }, () => 20 + random.integer(60));
const document = (): TokenTree => ({ prompt: [0], completions: [tokens(20 + random.integer(40))] });
const trees = Array.from({ length: 120 }, document);
const documents = TokenDocuments.of(
  trees.map(({ completions }) => completions.flat()),
  [0],
);
const validation = Array.from({ length: 40 }, document);

let config: ModelConfig;
beforeAll(async () => {
  ({ config } = await tinyModel());
});

interface Run {
  readonly weights: ReadonlyMap<string, FloatTensor> | undefined;
  /** The lines of metrics.jsonl. */
  readonly metrics: readonly (Partial<StepMetrics> & Partial<EvaluationMetrics>)[];
}

const temporary = (): string => mkdtempSync(path.join(os.tmpdir(), 'shiren-pretrain-'));

async function run(changes: Partial<PretrainOptions> = {}): Promise<Run> {
  const folder = changes.folder ?? temporary();
  const weights = await pretrain({
    config,
    documents,
    validation,
    steps: 6,
    tokensPerStep: 2048,
    rowLength: 128,
    learningRate: 1e-2,
    warmupSteps: 2,
    weightDecay: 0.1,
    seed: 3,
    evalSteps: 3,
    saveSteps: 2,
    threads: 2,
    ...changes,
    folder,
  });
  const lines = readFileSync(path.join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return { weights, metrics: lines.map((line) => JSON.parse(line) as StepMetrics) };
}

it('keeps documents as one array of tokens, and gives them back as they were', () => {
  expect(trees.map((_, place) => documents.at(place))).toEqual(trees);
  expect(documents).toMatchObject({
    length: trees.length,
    size: trees.reduce((sum, tree) => sum + treeLength(tree), 0),
  });
});

describe('pre-training', () => {
  it('learns', async () => {
    const { metrics } = await run();
    const losses = metrics.flatMap(({ loss }) => loss ?? []);
    expect(losses).toHaveLength(6);
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.1);
    const watched = metrics.flatMap(({ eval_loss: loss }) => loss ?? []);
    expect(watched).toHaveLength(2);
    expect(watched[1]).toBeLessThan(watched[0]!);
  });

  it('computes the same on one thread and on two', async () => {
    const [one, two] = [await run({ threads: 1 }), await run({ threads: 2 })];
    expect(one.metrics).toEqual(two.metrics);
    expect(one.weights).toEqual(two.weights);
  });

  it('ends in the same weights and the same log after an interruption', async () => {
    const straight = await run();
    const folder = temporary();
    const stop = new Error('stopped');
    // Between two checkpoints: the step after the last one is taken again.
    const onProgress = ({ step }: StageProgress): void => {
      if (step === 5) throw stop;
    };
    await expect(run({ folder, callbacks: { onProgress } })).rejects.toBe(stop);
    const resumed = await run({ folder });
    expect(resumed.metrics).toEqual(straight.metrics);
    expect(resumed.weights).toEqual(straight.weights);
  });
});

describe('the shares of a step', () => {
  it('hold every example once, in about as many tokens each', () => {
    for (const count of [1, 2, 3, 7]) {
      const shares = evenShares(trees, count);
      expect(shares).toHaveLength(count);
      expect(shares.flat().sort((a, b) => a - b)).toEqual([...trees.keys()]);
      const sizes = shares.map((places) =>
        places.reduce((sum, place) => sum + treeLength(trees[place] as TokenTree), 0),
      );
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(62);
    }
  });

  it('are no more than there are examples', () => {
    expect(evenShares(trees.slice(0, 2), 5)).toHaveLength(2);
  });

  it('are one for a short step', () => {
    expect([200, 1024, 2048, 4096].map(shareCount)).toEqual([1, 1, 2, 4]);
  });
});
