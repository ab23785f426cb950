/**
 * The rate that ONNX Runtime reaches on a model's matrix shapes alone, forward and back, in FLOP/s: what a training step is measured
 * against (bench/train.ts runs it after each step).
 *
 * npx tsx bench/matrices.ts MODEL_FOLDER TOKENS LOSS_ROWS
 */
import { openModel } from '../src/model/folder.js';
import type { ModelConfig } from '../src/model/config.js';
import { PROJECTIONS, projectionShape } from '../src/model/projections.js';
import { Graph } from '../src/tensor/graph.js';
import { gemm, reduceSum } from '../src/tensor/operators.js';
import { Session } from '../src/tensor/session.js';
import { median } from './measure.js';

/** Seconds of both products with one matrix: forward, and the gradient of the input. The matrix is fed, as it is stored. */
async function productSeconds(rows: number, [out, inner]: readonly [number, number]): Promise<number> {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [rows, inner]);
  const w = graph.input('w', 'float32', [out, inner]);
  graph.output('y', reduceSum(gemm(gemm(x, w, { transB: true }), w), [0, 1], false));
  const session = await Session.create(graph);
  const array = (shape: number[]): { data: Float32Array; shape: number[] } => ({
    data: Float32Array.from({ length: shape[0]! * shape[1]! }, (_, at) => ((at % 13) - 6) / 100),
    shape,
  });
  const feeds = { x: array([rows, inner]), w: array([out, inner]) };
  const times: number[] = [];
  for (let round = 0; round < 12; round += 1) {
    const started = performance.now();
    await session.run(feeds);
    if (round > 1) times.push((performance.now() - started) / 1000);
  }
  await session.release();
  return median(times);
}

/** The rate of the model's matrices alone, for as many tokens and loss rows as a micro-batch has. */
async function matrixRate(config: ModelConfig, tokens: number, lossRows: number): Promise<number> {
  const head = [config.vocabSize, config.hiddenSize] as const;
  let seconds = await productSeconds(lossRows, head);
  let work = 4 * lossRows * head[0] * head[1];
  for (const projection of PROJECTIONS) {
    const shape = projectionShape(config, projection);
    seconds += config.numHiddenLayers * (await productSeconds(tokens, shape));
    work += config.numHiddenLayers * 4 * tokens * shape[0] * shape[1];
  }
  return work / seconds;
}

const [folder, tokens, lossRows] = process.argv.slice(2);
if (!folder) throw new Error('usage: matrices.ts MODEL_FOLDER TOKENS LOSS_ROWS');
const { config } = await openModel(folder);
console.log(await matrixRate(config, Number(tokens), Number(lossRows)));
