/** `logits.json`: of rows of token ids the logits, and a greedy continuation. */
import { expect, it } from 'vitest';
import { freezeBase } from '../../src/model/frozen-base.js';
import { packedHiddenStates, packedInputs } from '../../src/model/network.js';
import { floats } from '../../src/tensor/arrays.js';
import { Graph } from '../../src/tensor/graph.js';
import { Session } from '../../src/tensor/session.js';
import { batchFeeds } from '../../src/training/graph.js';
import { packTrees, type TokenTree } from '../../src/training/packing.js';
import { Decoder } from '../../src/writing/decoding/decoder.js';
import { expectClose, runtime, type FigureKind, type GoldenModel } from './golden-model.js';

interface Logits {
  readonly rows: number[][];
  /** All logits of each row's last token. */
  readonly logits_last?: number[][];
  /** The first eight of every token. */
  readonly logits_first8: number[][][];
  readonly logsumexp: number[][];
  /** The likeliest token after every token. */
  readonly argmax?: number[][];
  /** A row, and what follows it. */
  readonly greedy: number[];
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let at = 1; at < values.length; at += 1) if (values[at]! > values[best]!) best = at;
  return best;
}

async function computesLogits(golden: GoldenModel): Promise<void> {
  const figures = golden.read<Logits>('logits.json');
  const { logits: tolerance } = golden.tolerances;
  const opened = await golden.open();
  const { config } = opened;
  const graph = new Graph();
  const base = await freezeBase(opened, 'float32', runtime);
  const weights = base.attach(graph);
  const hidden = packedHiddenStates({ graph, config, weights, positions: 512 }, packedInputs(graph));
  graph.output('logits', weights.logits(hidden));
  const session = await Session.create(graph, base.session);
  const trees = figures.rows.map((row): TokenTree => ({ prompt: [], completions: [row] }));
  for (const rowLength of [1, 128]) {
    const batch = packTrees(trees, rowLength);
    const { token_ids, positions, mask } = batchFeeds(batch);
    const logits = floats(
      await session.run({ token_ids: token_ids!, positions: positions!, mask: mask! }),
      'logits',
    );
    const at = (row: number): Float32Array =>
      logits.subarray(row * config.vocabSize, (row + 1) * config.vocabSize);
    figures.rows.forEach((tokens, index) => {
      const ends = batch.lossRows.filter(({ sequences }) => sequences.includes(index)).map(({ row }) => row);
      tokens.forEach((_, position) => {
        const row = position < ends.length ? ends[position]! : ends[ends.length - 1]! + 1;
        const values = at(row);
        const largest = values[indexOfLargest(values)]!;
        const logSumExp =
          largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
        expect(Math.abs(logSumExp - figures.logsumexp[index]![position]!)).toBeLessThan(tolerance);
        expectClose(values.subarray(0, 8), figures.logits_first8[index]![position]!, tolerance);
        if (figures.argmax) {
          const named = values[figures.argmax[index]![position]!]!;
          expect(largest - named).toBeLessThan(tolerance);
        }
        if (figures.logits_last && position === tokens.length - 1) {
          expectClose(values, figures.logits_last[index]!, tolerance);
        }
      });
    });
  }
  await session.release();
}

async function continuesGreedily(golden: GoldenModel): Promise<void> {
  const { rows, greedy } = golden.read<Logits>('logits.json');
  const begins = (row: readonly number[]): boolean => row.every((token, at) => token === greedy[at]);
  const first = rows.find(begins);
  if (!first) throw new Error(`${golden.name}: greedy continues none of the rows`);
  // A second sequence of another length must not disturb the first.
  const second = rows.find((row) => row !== first)!;
  const decoder = await Decoder.create(await golden.open(), { ...runtime, positions: 256 });
  const state = await decoder.prefill([first, second], greedy.length);
  const tokens = [...first];
  while (tokens.length < greedy.length) {
    const best = (sequence: number): number => indexOfLargest(state.logits(sequence));
    tokens.push(best(0));
    await state.feed([best(0), best(1)]);
  }
  expect(tokens).toEqual(greedy);
  await decoder.release();
}

export const logits: FigureKind = {
  file: 'logits.json',
  tests(golden) {
    it('computes the same logits, alone and packed', () => computesLogits(golden));
    it('continues greedily with the same tokens', () => continuesGreedily(golden));
  },
};
