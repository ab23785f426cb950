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
