/**
 * The memory that a stage is expected to take against what it takes: micro-batches of a few shapes, each in a process of its own.
 *
 *   npx tsx bench/memory.ts MODEL [--base-dtype float32|int8] [--checkpointing] [--rows 1] [--length 256] [--losses 150] [--r 8]
 */
import { parseArgs } from 'node:util';
import { openModel } from '../src/model/folder.js';
import { freezeBase, outlineBase, type BaseDtype } from '../src/model/frozen-base.js';
import { initialiseAdapter } from '../src/model/lora.js';
import { graphMemory } from '../src/tensor/peak-memory.js';
import { batchFeeds } from '../src/training/graph.js';
import { sftLoss } from '../src/training/losses.js';
import { packTrees } from '../src/training/packing.js';
import { createLoraStepper, loraTrainingGraph } from '../src/training/trainer-session.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'base-dtype': { type: 'string', default: 'float32' },
    checkpointing: { type: 'boolean', default: false },
    rows: { type: 'string', default: '1' },
    length: { type: 'string', default: '256' },
    losses: { type: 'string', default: '150' },
    r: { type: 'string', default: '8' },
  },
});
const dtype = flags['base-dtype'] as BaseDtype;
const [rows, length, losses] = [flags.rows, flags.length, flags.losses].map(Number) as [
  number,
  number,
  number,
];
const model = await openModel(positionals[0] ?? 'models/miniature');
const adapter = initialiseAdapter(
  model.config,
  {
    r: Number(flags.r),
    loraAlpha: 32,
    loraDropout: 0.05,
    targetModules: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
  },
  1,
);
const options = { adapter, loss: sftLoss, longest: length, checkpointing: flags.checkpointing };
const rss = () => Math.round(process.memoryUsage.rss() / 1e6);
const { graph } = loraTrainingGraph({ ...options, base: outlineBase(model, dtype) });
const memory = graphMemory(graph, { rows, length, tokens: rows * length, losses });
const before = rss();
const base = await freezeBase(model, dtype);
const made = rss();
const { session, stepper, noise } = await createLoraStepper({ ...options, base });
const loaded = rss();
const per = losses / rows;
const trees = Array.from({ length: rows }, (_, r) => {
  const ids = Array.from({ length }, (_, i) => ((i * 7919 + r * 104729) % 30000) % model.config.vocabSize);
  return { prompt: ids.slice(0, length - per), completions: [ids.slice(length - per)] };
});
const batch = packTrees(trees, length);
for (let i = 0; i < 2; i++) {
  const feeds = {
    ...batchFeeds(batch),
    weights: { data: new Float32Array(batch.lossRows.length).fill(0.01), shape: [batch.lossRows.length, 1] },
    ...noise!.feeds(batch),
  };
  await stepper.accumulate(feeds);
}
stepper.update(1e-4, 1);
const peak = Math.round((process.resourceUsage().maxRSS * 1024) / 1e6);
const weights = [...model.weights.values()].reduce((s, e) => s + e.shape.reduce((a, b) => a * b, 1), 0);
console.log(
  JSON.stringify({
    model: positionals[0],
    dtype,
    ck: flags.checkpointing,
    rows: batch.rows,
    length: batch.length,
    losses: batch.lossRows.length,
    Mparams: weights / 1e6,
    nodes: graph.nodes.length,
    inputs: Math.round(memory.inputs / 1e6),
    graph: Math.round(memory.peak / 1e6),
    before,
    made,
    loaded,
    peak,
    run: peak - loaded,
  }),
);
await session.release();
