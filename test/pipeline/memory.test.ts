import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/model/folder.js';
import { leastMemory, machineMemory, requireMemory } from '../../src/pipeline/memory.js';
import { parseRecipe } from '../../src/training/recipe.js';

const { config } = await openModel('models/miniature');

const stage = (settings: object) =>
  parseRecipe(
    JSON.stringify({
      model_name_or_path: 'models/miniature',
      stages: [{ name: 'sft', type: 'sft', train_dataset: 'x.jsonl', ...settings }],
    }),
    'r.yaml',
  ).stages[0]!;

describe('the memory of a stage', () => {
  it('grows with the rank, and is smaller with an int8 base', () => {
    const [small, large] = [stage({ r: 8 }), stage({ r: 800 })].map((one) => leastMemory(one, config));
    expect(large!.adapter).toBe(100 * small!.adapter);
    expect(leastMemory(stage({ base_dtype: 'int8' }), config).base * 4).toBe(small!.base);
    expect(() => requireMemory(stage({}), config)).not.toThrow();
    expect(machineMemory()).toBeGreaterThan(0);
  });

  it('that no machine of this size has is told with what to change', () => {
    const { hiddenSize: hidden, numHiddenLayers: layers } = config;
    const huge = {
      ...config,
      hiddenSize: hidden * 16,
      intermediateSize: hidden * 64,
      numHiddenLayers: 8 * layers,
    };
    expect(() => requireMemory(stage({ r: 4096 }), huge, 8 * 2 ** 30)).toThrow(
      /^sft: needs [\d.]+ GB of memory at least \(base [\d.]+, adapter with r 4096 [\d.]+\), found 8\.0 GB, expected a smaller r, or fewer target_modules$/,
    );
    expect(() => requireMemory(stage({ r: 1 }), config, 1000)).toThrow(
      /expected base_dtype: int8, or a smaller model$/,
    );
  });
});
