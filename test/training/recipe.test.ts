import { describe, expect, it } from 'vitest';
import { parseRecipe, readRecipe } from '../../src/training/recipe.js';

const recipe = (stage: string): string =>
  `model_name_or_path: m\nstages:\n  - name: a\n    type: sft\n    train_dataset: x.jsonl\n${stage}`;

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
});
