import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Compile } from 'typebox/schema';
import { parse } from 'yaml';
import { FOREIGN_KEYS } from '../../src/training/recipe/foreign-keys.js';
import { recipeSchema } from '../../src/training/recipe/reference.js';
import { TRAINER_TYPES } from '../../src/training/recipe/trainers.js';
import { parseRecipe, readRecipe, settingsOf, stageRecipe } from '../../src/training/recipe.js';
import { reference } from '../../scripts/recipe-reference.js';

const recipe = (stage: string, type = 'sft'): string =>
  `model_name_or_path: m\nstages:\n  - name: a\n    type: ${type}\n    train_dataset: x.jsonl\n${stage}`;
const RECIPES = ['mini', 'miniature-full', 'qwen3-0.6b', 'small-model', 'votes', 'votes-kto', 'grpo'].map(
  (name) => `recipes/${name}.yaml`,
);

describe('recipes', () => {
  it('reads the embedded one, defaults and stages together', async () => {
    const { stages } = await readRecipe('recipes/mini.yaml');
    expect(stages.map(({ name, type }) => [name, type])).toEqual([
      ['stage1-raw', 'sft'],
      ['stage2-clean', 'sft'],
      ['stage3-dpo', 'dpo'],
    ]);
    expect(stages[2]?.adapter_from).toBe('stage2-clean');
  });

  it('has the published hyperparameters for Qwen3-0.6B', async () => {
    const { model_name_or_path: model, stages } = await readRecipe('recipes/qwen3-0.6b.yaml');
    expect(model).toBe('Qwen/Qwen3-0.6B');
    const published = {
      r: 8,
      lora_alpha: 32,
      lora_dropout: 0.05,
      target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
    };
    const sft = { per_device_train_batch_size: 4, gradient_accumulation_steps: 8, learning_rate: 2e-4 };
    const dpo = { per_device_train_batch_size: 2, gradient_accumulation_steps: 8, learning_rate: 1e-5 };
    expect(stages).toMatchObject([
      { ...published, ...sft, num_train_epochs: 3 },
      { ...published, ...sft, num_train_epochs: 3 },
      { ...published, ...dpo, num_train_epochs: 1, beta: 0.1, loss_type: 'sigmoid' },
    ]);
  });

  it('takes settings from the command line', () => {
    expect(parseRecipe(recipe(''), 'r.yaml', ['learning_rate=1e-4']).stages[0]?.learning_rate).toBe(1e-4);
  });

  it('gives defaults and command-line settings to the stages that have them', () => {
    const source = `model_name_or_path: m
defaults: { beta: 0.3 }
stages:
  - { name: a, type: sft, train_dataset: x.jsonl }
  - { name: b, type: dpo, train_dataset: y.jsonl }
  - { name: c, type: dpo, train_dataset: y.jsonl, beta: 0.5 }`;
    const betas = (...set: string[]): unknown[] =>
      parseRecipe(source, 'r.yaml', set).stages.map((stage) => 'beta' in stage && stage.beta);
    expect(betas()).toEqual([false, 0.3, 0.5]);
    expect(betas('beta=0.7')).toEqual([false, 0.7, 0.7]);
  });

  it.each([
    ['    learning_rat: 1', 'r.yaml: stages[0].learning_rat: unknown key, did you mean learning_rate?'],
    ['    learning_rate: fast', 'r.yaml: stages[0].learning_rate: found "fast", expected a positive number'],
    [
      '    target_modules: [q]',
      'r.yaml: stages[0].target_modules: found ["q"], expected a list of some of q_proj',
    ],
    ['    type: ppo', 'r.yaml: not YAML'],
  ])('refuses %s', (stage, message) => {
    expect(() => parseRecipe(recipe(stage), 'r.yaml')).toThrow(message);
  });

  it.each([
    ['beta: 0.1', 'sft', 'beta: a stage of type sft has none: it belongs to type dpo'],
    ['fp16: true', 'sft', 'fp16: not taken here: a step runs in float32'],
    ['learning_rate: .inf', 'sft', 'learning_rate: found .inf, expected a positive number up to 10'],
    ['learning_rate: .nan', 'sft', 'learning_rate: found .nan, expected a positive number up to 10'],
    ['learning_rate: 0', 'sft', 'learning_rate: found 0, expected a positive number up to 10'],
    ['r: 0', 'sft', 'r: found 0, expected a whole number from 1 to 4096'],
    ['r: 100000', 'sft', 'r: found 100000, expected a whole number from 1 to 4096'],
    ['max_steps: 0', 'sft', 'max_steps: found 0, expected −1 or a whole number from 1 to 1000000'],
    ['max_steps: -2', 'sft', 'max_steps: found -2, expected −1 or a whole number from 1 to 1000000'],
    ['max_length: 1', 'sft', 'max_length: found 1, expected a whole number from 2 to 131072'],
    ['adam_beta2: 1', 'sft', 'adam_beta2: found 1, expected a number of 0 or more and below 1'],
    ['seed: 1.0e+300', 'sft', 'seed: found 1e+300, expected a whole number from'],
    [
      'load_best_model_at_end: true',
      'sft',
      'load_best_model_at_end: found true, expected an eval_dataset with it',
    ],
    [
      'early_stopping_patience: 2',
      'dpo',
      'early_stopping_patience: found 2, expected an eval_dataset with it',
    ],
    [
      '{loss_type: robust, label_smoothing: 0.5}',
      'dpo',
      'label_smoothing: found 0.5, expected a number below 0.5',
    ],
    [
      '{loss_type: ipo, label_smoothing: 0.1}',
      'dpo',
      'label_smoothing: found 0.1, expected 0: loss_type ipo has none',
    ],
    ['simpo_gamma: 1', 'dpo', 'simpo_gamma: found 1, expected it with loss_type simpo only'],
    ['loss_type: dapo', 'dpo', 'loss_type: found "dapo", expected one of sigmoid, ipo'],
    ['{}', 'online_dpo', 'type: online_dpo is called iterative_dpo now'],
    ['{}', 'ppo', 'type: found "ppo", expected one of sft, dpo'],
  ])('refuses %s in a stage of type %s', (settings, type, message) => {
    const own = parse(settings) as Record<string, unknown>;
    const stage = { name: 'a', type, train_dataset: 'x.jsonl', ...own };
    const source = JSON.stringify({ model_name_or_path: 'm', stages: [stage] }, (_, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? `.${String(value)}` : value,
    ).replace(/"\.(Infinity|NaN)"/u, (_, name: string) => (name === 'NaN' ? '.nan' : '.inf'));
    expect(() => parseRecipe(source, 'r.yaml')).toThrow(`r.yaml: stages[0].${message}`);
  });

  it('says where a value was written', () => {
    const source = (defaults: string): string => `${recipe('')}\ndefaults: ${defaults}`;
    const read = (defaults: string, set: string[] = []) => parseRecipe(source(defaults), 'r.yaml', set);
    expect(() => read('{ r: 0 }')).toThrow('r.yaml: defaults.r: found 0');
    expect(() => read('{ beta: 1 }')).toThrow(
      'r.yaml: defaults.beta: no stage has it: it belongs to type dpo',
    );
    expect(() => read('{ early_stopping_patience: 3 }')).toThrow('r.yaml: defaults.early_stopping_patience');
    expect(() => read('{}', ['r=none'])).toThrow('--set: r: found "none"');
    expect(() => read('{}', ['name=b'])).toThrow('--set: name: expected in a stage only');
  });

  it('refuses two stages of one name', () => {
    const stage = '{ name: a, type: sft, train_dataset: x.jsonl }';
    const source = `model_name_or_path: m\nstages: [${stage}, ${stage}]`;
    expect(() => parseRecipe(source, 'r.yaml')).toThrow(
      'r.yaml: stages[1].name: found "a", the name of stages[0] too',
    );
  });

  it('completes a stage that a program writes, and checks it', () => {
    const stage = stageRecipe({ name: 'a', type: 'dpo', train_dataset: 'x.jsonl', beta: 0.2 });
    expect(stage).toMatchObject({ type: 'dpo', beta: 0.2, loss_type: 'sigmoid', r: 8 });
    expect(() => stageRecipe({ name: 'a', type: 'sft', train_dataset: 'x.jsonl', r: -1 })).toThrow(
      /^a: r: found -1/,
    );
  });

  it('refuses a wrong value for every key with one line that names it', () => {
    for (const type of TRAINER_TYPES) {
      for (const key of Object.keys(settingsOf(type))) {
        for (const wrong of [{ a: 1 }, Infinity, NaN, [[]], -1e308]) {
          const settings = { name: 'a', train_dataset: 'x.jsonl', type, [key]: wrong };
          expect(() => stageRecipe(settings as never), `${type} ${key}`).toThrow(
            new RegExp(`${key}: found .+, expected .+`),
          );
        }
      }
    }
  });

  it('takes the keys of TRL that have a meaning here', () => {
    const keys = [
      ...[
        'bf16: true',
        'optim: adamw_torch_fused',
        'packing: true',
        'warmup_steps: 0.1',
        'save_strategy: epoch',
      ],
      ...['eval_dataset: y.jsonl', 'eval_strategy: epoch', 'per_device_eval_batch_size: 16'],
      ...['metric_for_best_model: eval_loss', 'greater_is_better: false', 'load_best_model_at_end: true'],
      ...['save_total_limit: null', 'dataset_text_field: poem', 'target_modules: all-linear'],
      ...['lr_scheduler_type: cosine_with_min_lr', 'lr_scheduler_kwargs: { min_lr_rate: 0.1 }'],
    ];
    const source = `output_dir: poems\n${recipe(keys.map((key) => `    ${key}`).join('\n'))}`;
    const { output_dir, stages } = parseRecipe(source, 'r.yaml');
    expect(output_dir).toBe('poems');
    expect(stages[0]).toMatchObject({ save_total_limit: null, warmup_steps: 0.1, eval_strategy: 'epoch' });
  });

  it('has the defaults of Transformers for what is trained', () => {
    expect(stageRecipe({ name: 'a', type: 'sft', train_dataset: 'x' })).toMatchObject({
      ...{ learning_rate: 5e-5, per_device_train_batch_size: 8, gradient_accumulation_steps: 1 },
      ...{ num_train_epochs: 3, lr_scheduler_type: 'linear', warmup_steps: 0, weight_decay: 0 },
      ...{ adam_beta1: 0.9, adam_beta2: 0.999, adam_epsilon: 1e-8, max_grad_norm: 1, seed: 42 },
    });
  });

  it.each([
    [
      'lr_scheduler_kwargs: { power: 2 }',
      /lr_scheduler_kwargs: found power, which lr_scheduler_type linear has not/,
    ],
    [
      'lr_scheduler_kwargs: { speed: 2 }',
      /lr_scheduler_kwargs: found speed, which lr_scheduler_type linear has not/,
    ],
    ['target_modules: "(q"', /target_modules: found "\(q", expected a regular expression/],
    ['target_modules: ".*q_proj"\n    layers_to_transform: [0]', /layers_to_transform: found it with/],
    ['lr_scheduler_kwargs: 2', /lr_scheduler_kwargs: found 2, expected null or an object/],
    [
      'lr_scheduler_type: reduce_lr_on_plateau',
      /found "reduce_lr_on_plateau", expected one of linear, cosine/,
    ],
    ['lr_scheduler_type: greedy', /found "greedy".*each is a function of the step/],
    ['optim: adafactor', /optim: found "adafactor", expected one of adamw_torch/],
    ['metric_for_best_model: bleu', /metric_for_best_model: found "bleu"/],
  ])('refuses %s', (stage, message) => {
    expect(() => parseRecipe(recipe(`    ${stage}`), 'r.yaml')).toThrow(message);
  });

  it('has no reason against a key that it takes', () => {
    const taken = TRAINER_TYPES.flatMap((type) => Object.keys(settingsOf(type)));
    // What one trainer has another may explain the lack of.
    expect(Object.keys(FOREIGN_KEYS).filter((key) => taken.includes(key))).toEqual([]);
  });
});

describe('what is derived from the settings', () => {
  it('is current: the keys in docs/fine-tuning.md, and recipes/schema.json', async () => {
    for (const [file, text] of Object.entries(await reference())) {
      expect(readFileSync(file, 'utf8'), `${file}: run npm run reference`).toBe(text);
    }
  });

  it.each(RECIPES)('a schema for editors, which %s keeps', (file) => {
    const schema = Compile(recipeSchema());
    const read = parse(readFileSync(file, 'utf8')) as { stages: object[] };
    expect(schema.Check(read)).toBe(true);
    expect(schema.Check({ ...read, stages: [{ ...read.stages[0], lerning_rate: 1 }] })).toBe(false);
    expect(schema.Check({ ...read, stages: [{ ...read.stages[0], r: 0 }] })).toBe(false);
  });

  it('takes its model and its template from the command line too', () => {
    const yaml = JSON.stringify({
      model_name_or_path: 'a',
      stages: [{ name: 'stage', type: 'sft', train_dataset: 'x.jsonl' }],
    });
    const set = ['model_name_or_path=OWNER/NAME', 'base_model_name_or_path=base', 'r=4'];
    expect(parseRecipe(yaml, 'r.yaml', set)).toMatchObject({
      ...{ model_name_or_path: 'OWNER/NAME', base_model_name_or_path: 'base' },
      stages: [{ name: 'stage', r: 4 }],
    });
    for (const value of ['5', '', '[a]']) {
      expect(() => parseRecipe(yaml, 'r.yaml', [`model_name_or_path=${value}`])).toThrow(
        /^--set: model_name_or_path: found (5|null|\["a"\]), expected a string$/,
      );
    }
  });
});
