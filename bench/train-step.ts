/** A LoRA SFT step against the limit: the runtime's own rate on the model's matrix shapes alone. */
import { openModel } from '../src/model/folder.js';
import { initialiseAdapter } from '../src/model/lora.js';
import { PROJECTIONS, projectionShape } from '../src/model/weights.js';
import { Random } from '../src/support/random.js';
import { Graph } from '../src/tensor/graph.js';
import { gemm, reduceSum } from '../src/tensor/operators.js';
import { Session } from '../src/tensor/session.js';
import { batchFeeds } from '../src/training/graph.js';
import { sftFeeds, sftLoss } from '../src/training/losses.js';
import { packTrees, type TokenTree } from '../src/training/packing.js';
import { createLoraStepper } from '../src/training/trainer-session.js';

const folder = process.argv[2] ?? 'models/miniature';
const ROUNDS = 15;
const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function time(run: () => Promise<unknown>): Promise<number> {
  for (let warm = 0; warm < 3; warm += 1) await run();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await run();
    times.push((performance.now() - start) / 1000);
  }
  return median(times);
}

const model = await openModel(folder);
const { config } = model;
const random = new Random(1);
const ids = (count: number): number[] =>
  Array.from({ length: count }, () => random.integer(config.vocabSize));
const trees = Array.from({ length: 16 }, (): TokenTree => ({ prompt: ids(32), completions: [ids(32)] }));
const batch = packTrees(trees, 192);
const adapter = initialiseAdapter(
  config,
  { r: 16, loraAlpha: 32, loraDropout: 0, targetModules: PROJECTIONS },
  1,
);
const { session, stepper } = await createLoraStepper({ model, adapter, loss: sftLoss, longest: 192 });
const feeds = { ...batchFeeds(batch), ...sftFeeds(batch, batch.lossRows.length) };
const step = await time(async () => {
  await stepper.accumulate(feeds);
  stepper.update(1e-4, 1);
});
await session.release();

// The frozen matrices alone: forward and the gradient of the input, and the output head's three products on the loss rows.
const shapes = PROJECTIONS.map((projection) => projectionShape(config, projection));
const tokens = batch.rows * batch.length;
const layerWork = shapes.reduce((sum, [out, inner]) => sum + 4 * tokens * out * inner, 0);
const headWork = 4 * batch.lossRows.length * config.hiddenSize * config.vocabSize;
const work = layerWork * config.numHiddenLayers + headWork;

const graph = new Graph();
const weight = (hint: string, [out, inner]: readonly [number, number]): ReturnType<Graph['constant']> =>
  graph.constant(hint, 'float32', [out, inner], new Float32Array(out * inner).fill(0.01));
const results = shapes.map((shape, index) => {
  const x = graph.input(`x${index}`, 'float32', [tokens, shape[1]]);
  const w = weight('w', shape);
  return reduceSum(gemm(gemm(x, w, { transB: true }), w), [0, 1], false);
});
results.forEach((result, index) => graph.output(`y${index}`, result));
const limit = await Session.create(graph);
const inputs = Object.fromEntries(
  shapes.map(([, inner], index) => [
    `x${index}`,
    { data: new Float32Array(tokens * inner).fill(1), shape: [tokens, inner] },
  ]),
);
const limitRate = layerWork / (await time(() => limit.run(inputs)));
const rate = work / step;
console.log(
  `${folder}: ${batch.tokens} tokens in ${batch.rows} rows of ${batch.length}, ${batch.lossRows.length} with loss`,
);
console.log(
  `LoRA SFT step   ${(1000 * step).toFixed(1)} ms, ${Math.round(batch.tokens / step)} tokens/s, ${(rate / 1e9).toFixed(0)} GFLOP/s`,
);
console.log(
  `matrices alone  ${(limitRate / 1e9).toFixed(0)} GFLOP/s; the step reaches ${((100 * rate) / limitRate).toFixed(0)}%`,
);
console.log(`peak memory     ${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`);
