/** What others make we read, what we make others read: transformers, PEFT, TRL and datasets themselves. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportMerged } from '../../src/interop/merged.js';
import { openModel, openModelWithTokenizer } from '../../src/model/folder.js';
import { loadAdapter } from '../../src/model/lora.js';
import { stageRecipe } from '../../src/training/recipe.js';
import { newAdapter, trainStage } from '../../src/training/train-stage.js';
import { Decoder } from '../../src/writing/decoding/decoder.js';
import { PYTHON, python } from '../python.js';
import { shiren } from '../shiren.js';
import { tinyModel } from '../support-tiny-model.js';
import { TINY_ARCHITECTURES } from '../tiny-architectures.js';

const MODEL = 'models/miniature';
const ADAPTER = 'models/miniature-dpo';
const PROMPT = '写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静';
const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-python-'));
const SLOW = { timeout: 300_000 };

/** The logits of the prompt's next token, by our own decoder. */
async function logitsOf(model: string, adapter?: string): Promise<number[]> {
  const opened = await openModelWithTokenizer(model);
  const loaded = adapter === undefined ? undefined : await loadAdapter(adapter, opened.model.config);
  const decoder = await Decoder.create(opened.model, { lora: loaded?.config, positions: 128 });
  const prompt = opened.tokenizer.encodePrompt([{ role: 'user', content: PROMPT }]);
  const state = await decoder.prefill([prompt], 1, loaded);
  const logits = [...state.logits(0)];
  await decoder.release();
  return logits;
}

/** The same by transformers and PEFT, whose tokenizer reads the prompt too. */
const LOGITS = `
import json, sys, torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from peft import PeftModel
base, adapter, prompt = sys.argv[1:4]
tokenizer = AutoTokenizer.from_pretrained(base)
model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
if adapter: model = PeftModel.from_pretrained(model, adapter)
ids = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], add_generation_prompt=True, return_tensors="pt", return_dict=True)["input_ids"]
with torch.no_grad(): print(json.dumps(model(ids).logits[0, -1].tolist()))
`;

/** The same of token ids: transformers reads the tokenizers of some model types in its own way. */
const LOGITS_OF_IDS = `
import json, sys, torch
from transformers import AutoModelForCausalLM
from peft import PeftModel
base, adapter, ids = sys.argv[1:4]
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), adapter)
with torch.no_grad(): print(json.dumps(model(torch.tensor([json.loads(ids)])).logits[0, -1].tolist()))
`;

const farthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? NaN))));

describe.skipIf(PYTHON === undefined)('PEFT and transformers', () => {
  it('read our adapter, and find the same logits', SLOW, async () => {
    const theirs = python<number[]>(LOGITS, MODEL, ADAPTER, PROMPT);
    expect(farthest(await logitsOf(MODEL, ADAPTER), theirs)).toBeLessThan(1e-4);
  });

  it('read a merged model', SLOW, async () => {
    const merged = path.join(folder, 'merged');
    expect(shiren(['export', 'merged', merged, '--adapter', ADAPTER, '--dtype', 'float32']).code).toBe(0);
    const theirs = python<number[]>(LOGITS, merged, '', PROMPT);
    expect(farthest(await logitsOf(MODEL, ADAPTER), theirs)).toBeLessThan(1e-4);
  });

  it.each(['use_dora', 'use_rslora', 'init_lora_weights'])(
    'make an adapter that we read (%s)',
    SLOW,
    async (option) => {
      const adapter = path.join(folder, option);
      python(
        `
import json, sys, torch
from transformers import AutoModelForCausalLM
from peft import LoraConfig, get_peft_model
torch.manual_seed(3)
base, adapter, option = sys.argv[1:4]
config = LoraConfig(r=4, lora_alpha=6, target_modules=["q_proj", "v_proj", "up_proj"], layers_to_transform=[1, 3], **{option: True})
model = get_peft_model(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), config)
for name, weight in model.named_parameters():
    if "lora_B" in name: torch.nn.init.normal_(weight, std=0.05)
    if "magnitude" in name: weight.data *= 1 + 0.1 * torch.rand_like(weight)
model.save_pretrained(adapter)
print(json.dumps(True))`,
        MODEL,
        adapter,
        option,
      );
      const theirs = python<number[]>(LOGITS, MODEL, adapter, PROMPT);
      const ours = await logitsOf(MODEL, adapter);
      expect(farthest(ours, theirs)).toBeLessThan(1e-4);
      expect(farthest(ours, await logitsOf(MODEL))).toBeGreaterThan(0.02);
    },
  );
});

describe.skipIf(PYTHON === undefined)('adapters of other beginnings', () => {
  const stage = (name: string, more: object) =>
    stageRecipe({ name, type: 'sft', train_dataset: 'x', r: 4, lora_alpha: 6, ...more });

  it.each(['olora', 'pissa', 'gaussian'] as const)('begin where PEFT’s do (%s)', SLOW, async (start) => {
    const model = await openModel(MODEL);
    const targets = '.*\\.[02]\\..*(q|down)_proj';
    const ours = await newAdapter(model, stage('a', { init_lora_weights: start, target_modules: targets }));
    const theirs = python<Record<string, { products: number[]; squares: number }>>(
      `
import json, sys, torch
from transformers import AutoModelForCausalLM
from peft import LoraConfig, get_peft_model
base, start, targets = sys.argv[1:4]
torch.manual_seed(3)
config = LoraConfig(r=4, lora_alpha=6, target_modules=targets, init_lora_weights=start)
model = get_peft_model(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), config)
answer = {}
for name, module in model.base_model.model.named_modules():
    if hasattr(module, "lora_A"):
        a, b = module.lora_A["default"].weight, module.lora_B["default"].weight
        answer[name] = {"products": (b @ a)[:3].flatten().tolist(), "squares": a.square().sum().item()}
print(json.dumps(answer))`,
      MODEL,
      start,
      targets,
    );
    expect([...ours.layers.keys()].sort()).toEqual(Object.keys(theirs).sort());
    const spread = { ours: 0, theirs: 0 };
    for (const [name, { a, b }] of ours.layers) {
      const [inner = 0, rank = 0] = [a.shape[1], b.shape[1]];
      const products = Array.from({ length: 3 * inner }, (_, index) => {
        const [row, column] = [Math.floor(index / inner), index % inner];
        return [0, 1, 2, 3].reduce(
          (sum, at) => sum + b.data[row * rank + at]! * a.data[at * inner + column]!,
          0,
        );
      });
      expect(farthest(products, theirs[name]!.products)).toBeLessThan(1e-4);
      spread.ours += a.data.reduce((sum, value) => sum + value * value, 0);
      spread.theirs += theirs[name]!.squares;
    }
    if (start === 'gaussian') expect(Math.sqrt(spread.ours / spread.theirs)).toBeCloseTo(1, 1);
  });

  it.each<[string, object, object?]>([
    ['pissa', { init_lora_weights: 'pissa', target_modules: 'all-linear' }],
    ['biases', { bias: 'lora_only', target_modules: ['q_proj', 'v_proj'] }, TINY_ARCHITECTURES['qwen2']],
    ['all biases', { bias: 'all', target_modules: ['q_proj'] }, TINY_ARCHITECTURES['qwen2']],
    ['output and norms', { modules_to_save: ['lm_head', 'norm'] }],
    ['embedding', { modules_to_save: ['embed_tokens'], gradient_checkpointing: true }],
    ['olora', { init_lora_weights: 'olora', use_rslora: true }],
    [
      'pattern',
      { target_modules: '.*\\.[13]\\.self_attn\\.(q|v)_proj', loraplus_lr_ratio: 4, neftune_noise_alpha: 5 },
    ],
  ])('are read by PEFT when they are trained: %s', SLOW, async (name, more, tiny?: object) => {
    const base = tiny ? (await tinyModel(1, { ...tiny })).folder : MODEL;
    const { model, tokenizer } = await openModelWithTokenizer(base);
    const adapter = path.join(folder, `trained-${name}`);
    const prompt = tokenizer.encodePrompt([{ role: 'user', content: PROMPT }]);
    const trees = ['白日依山尽', '黄河入海流'].map((text) => ({
      ...{ prompt, completions: [tokenizer.encodeCompletion(text)] },
    }));
    const recipe = stage(name, { learning_rate: 2e-2, max_steps: 3, num_train_epochs: 3, ...more });
    await trainStage({ model, recipe, trees, folder: adapter, baseName: base });
    const theirs = python<number[]>(LOGITS_OF_IDS, base, adapter, JSON.stringify(prompt));
    const ours = await logitsOf(base, adapter);
    expect(farthest(ours, theirs)).toBeLessThan(1e-4);
    expect(farthest(ours, await logitsOf(base))).toBeGreaterThan(0.02);
    const { whole } = await loadAdapter(adapter, model.config);
    expect(whole !== undefined).toBe('bias' in more || 'modules_to_save' in more);
    if (!whole) return;
    const merged = path.join(folder, `merged-${name}`);
    await exportMerged(model, adapter, merged, 'float32');
    expect(farthest(await logitsOf(merged), theirs)).toBeLessThan(1e-4);
  });
});

describe.skipIf(PYTHON === undefined)('data sets and recipes', () => {
  const data = path.join(folder, 'data');
  beforeAll(() => {
    expect(shiren(['data', 'build', '--out', data, '--parquet', '--test-share', '0.1']).code).toBe(0);
  });

  it('are read by datasets, the same from JSON Lines and from Parquet', SLOW, () => {
    const counts = python<number[]>(
      `
import json, sys
from datasets import load_dataset
counts = []
for name in ("raw", "clean", "preference"):
    lines, table = (load_dataset(kind, data_files=f"{sys.argv[1]}/{name}/train.{ending}", split="train", cache_dir=sys.argv[2])
                    for kind, ending in (("json", "jsonl"), ("parquet", "parquet")))
    assert lines.features == table.features and list(lines) == list(table)
    counts.append(len(table))
print(json.dumps(counts))`,
      data,
      path.join(folder, 'cache'),
    );
    const lines = (name: string): number =>
      readFileSync(path.join(data, name, 'train.jsonl'), 'utf8')
        .trim()
        .split('\n').length;
    expect(counts).toEqual(['raw', 'clean', 'preference'].map(lines));
  });

  it('take the same steps in TRL on two processes, and come back', SLOW, () => {
    const project = path.join(folder, 'trl');
    const set = [
      'max_steps=3',
      'per_device_train_batch_size=4',
      'gradient_accumulation_steps=4',
      'rpo_alpha=0',
    ].flatMap((setting) => ['--set', setting]);
    expect(shiren(['export', 'trl', project, '--data', data, ...set]).code).toBe(0);
    const run = spawnSync('bash', ['run.sh', 'accelerate/cpu.yaml'], {
      cwd: project,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${path.dirname(PYTHON ?? '')}:${process.env['PATH']}`,
        OMP_NUM_THREADS: '1',
        HF_HUB_OFFLINE: '1',
        HF_DATASETS_CACHE: path.join(folder, 'cache'),
      },
    });
    expect([run.status, run.status === 0 ? '' : run.stderr]).toEqual([0, '']);
    const out = path.join(folder, 'ours');
    expect(shiren(['train', 'recipes/mini.yaml', '--data', data, '--out', out, ...set]).code).toBe(0);
    for (const stage of ['stage1-raw', 'stage2-clean', 'stage3-dpo']) {
      const losses = (root: string): number[] =>
        readFileSync(path.join(root, stage, 'metrics.jsonl'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => (JSON.parse(line) as { loss: number }).loss);
      const [theirs, ours] = [losses(path.join(project, 'output')), losses(out)];
      expect(ours).toHaveLength(3);
      expect(farthest(ours, theirs)).toBeLessThan(1e-4);
    }
    const { code, out: table } = shiren([
      ...['eval', '--adapter', path.join(project, 'output/stage3-dpo'), '--no-base'],
      ...['--data', data, '--out', path.join(folder, 'evaluation'), '--prompts', '4'],
    ]);
    expect([code, table]).toEqual([0, expect.stringContaining('| stage3-dpo |')]);
  });
});
