/**
 * A step of GRPO: what sampling, judging and training take of it, tokens sampled and trained a second, and the share of it in which the
 * runtime works. The settings are those of recipes/grpo.yaml.
 *
 *   npx tsx bench/grpo.ts --data FOLDER [--model MODEL] [--base-dtype int8] [--prompts 8] [--generations 8] [--steps 6]
 */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runRecipe } from '../src/pipeline/run-recipe.js';
import type { Arrays } from '../src/tensor/arrays.js';
import { Session } from '../src/tensor/session.js';
import { SessionPool } from '../src/tensor/session-pool.js';
import { parseRecipe } from '../src/training/recipe.js';
import { median, peakMemory } from './measure.js';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: 'output/data' },
    model: { type: 'string', default: 'models/miniature' },
    'base-dtype': { type: 'string', default: 'float32' },
    prompts: { type: 'string', default: '8' },
    generations: { type: 'string', default: '8' },
    steps: { type: 'string', default: '6' },
  },
});
const [prompts, generations, steps] = [flags.prompts, flags.generations, flags.steps].map(Number) as [
  number,
  number,
  number,
];
const answers = prompts * generations;
const isMiniature = flags.model === 'models/miniature';
const recipe = parseRecipe(
  `model_name_or_path: ${flags.model}
stages:
  - name: grpo
    type: grpo
    train_dataset: clean/train.jsonl
    ${isMiniature ? 'adapter_from: models/miniature-dpo\n    r: 16' : 'r: 8'}
    lora_alpha: 32
    target_modules: [q_proj, k_proj, v_proj, o_proj${isMiniature ? ', gate_proj, up_proj, down_proj' : ''}]
    base_dtype: ${flags['base-dtype']}
    per_device_train_batch_size: ${Math.min(answers, isMiniature ? 32 : 8)}
    gradient_accumulation_steps: ${answers / Math.min(answers, isMiniature ? 32 : 8)}
    num_generations: ${generations}
    max_length: 96
    max_completion_length: 96
    row_length: 192
    learning_rate: 1.0e-4
    beta: ${isMiniature ? 0.02 : 0}
    max_steps: ${steps}
    rewards: [form, rhyme, tone, theme, { name: novelty, weight: 0.5 }, { name: diversity, weight: 0.5 }]
`,
  'bench/grpo.ts',
);

/** The time in which at least one run of the runtime was under way. */
const runtime = { underWay: 0, since: 0, total: 0 };
for (const { prototype } of [Session, SessionPool]) {
  const run: (this: unknown, inputs: Arrays) => Promise<Arrays> = Reflect.get(prototype, 'run');
  prototype.run = async function (inputs: Arrays) {
    if (runtime.underWay === 0) runtime.since = performance.now();
    runtime.underWay += 1;
    try {
      return await run.call(this, inputs);
    } finally {
      runtime.underWay -= 1;
      if (runtime.underWay === 0) runtime.total += performance.now() - runtime.since;
    }
  };
}

interface Step {
  readonly wall: number;
  readonly inRuntime: number;
  readonly sampling: number;
  readonly judging: number;
  readonly training: number;
  readonly sampled: number;
  readonly trained: number;
}
const found: Step[] = [];
let [at, spent] = [performance.now(), 0];
await runRecipe({
  recipe,
  data: flags.data,
  out: mkdtempSync(path.join(os.tmpdir(), 'shiren-bench-')),
  onProgress: (_, { metrics, seconds = {} }) => {
    if (!metrics) return;
    const now = performance.now();
    found.push({
      wall: (now - at) / 1000,
      inRuntime: (runtime.total - spent) / 1000,
      sampling: seconds['sampling'] ?? NaN,
      judging: seconds['judging'] ?? NaN,
      training: seconds['training'] ?? NaN,
      sampled: (metrics['completions/mean_length'] ?? NaN) * answers,
      trained: metrics.num_tokens,
    });
    [at, spent] = [now, runtime.total];
  },
});
// The first step loads what it needs.
const kept = found.slice(1);
const middle = (of: (step: Step) => number): number => median(kept.map(of));
const share = (of: (step: Step) => number): string =>
  `${(100 * middle((step) => of(step) / step.wall)).toFixed(0)}%`;
console.log(`${prompts} prompts × ${generations} poems: ${middle((step) => step.wall).toFixed(1)} s a step`);
console.log(
  `  sampling ${share((step) => step.sampling)}, judging ${share((step) => step.judging)}, training ${share((step) => step.training)}; in the runtime ${share((step) => step.inRuntime)}`,
);
console.log(
  `  ${middle((step) => step.sampled / step.sampling).toFixed(0)} tokens sampled a second, ${middle((step) => step.trained / step.training).toFixed(0)} trained a second`,
);
console.log(
  `${kept.length} steps (medians), peak ${peakMemory().toFixed(1)} GB, ${os.cpus().length} × ${os.cpus()[0]?.model}`,
);
