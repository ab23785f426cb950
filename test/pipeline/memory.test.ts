import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/model/folder.js';
import {
  leastMemory,
  machineMemory,
  requireMemory,
  requireRoom,
  stageMemory,
} from '../../src/pipeline/memory.js';
import { parseRecipe } from '../../src/training/recipe.js';

const model = await openModel('models/miniature');
const { config } = model;

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

  it.each(['olora', 'pissa'] as const)('has twice the rank in a new adapter that begins with %s', (start) => {
    const begun = leastMemory(stage({ r: 8, init_lora_weights: start }), config);
    expect(begun.adapter).toBe(leastMemory(stage({ r: 16 }), config).adapter);
    const goesOn = stage({ r: 8, init_lora_weights: start, adapter_from: 'models/miniature-dpo' });
    expect(leastMemory(goesOn, config).adapter).toBe(leastMemory(stage({ r: 8 }), config).adapter);
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

describe('the memory of a stage whose micro-batches are known', () => {
  const size = { rows: 2, length: 96, losses: 100 };
  const of = (settings: object, batch: object = {}) =>
    stageMemory(stage(settings), model, { looked: [[{ ...size, ...batch }]] }, 512, { threads: 1 });
  const base = of({});

  it.each([
    ['rows', of({}, { rows: 4 })],
    ['longer rows', of({}, { length: 192 })],
    ['more tokens with loss', of({}, { losses: 190 })],
    ['a higher rank', of({ r: 64 })],
    ['dropout, whose masks are fed', of({ lora_dropout: 0.1 })],
    ['poems on the way', of({ sample_steps: 5 })],
  ])('grows with %s', (_, more) => {
    expect(more.total).toBeGreaterThan(base.total);
  });

  it('is smaller with an int8 base and with gradient checkpointing', () => {
    expect(of({ base_dtype: 'int8' }).base).toBeLessThan(base.base);
    expect(of({ gradient_checkpointing: true }).batch).toBeLessThan(base.batch);
  });

  it('is that of the micro-batch that takes most', () => {
    const looked = [[size], [{ ...size, rows: 3 }, size]];
    expect(stageMemory(stage({}), model, { looked }, 512, { threads: 1 })).toEqual(of({}, { rows: 3 }));
  });

  it('holds more where answers are sampled: a decoder, and keys and values', () => {
    const grpo = of({ type: 'grpo' });
    expect(grpo.sampling).toBeGreaterThan(2 * base.base);
    expect(of({ type: 'grpo', beta: 0.1 }).sampling).toBe(grpo.sampling + base.base);
  });

  it('that clearly is not there is refused, with what takes most and what to change', () => {
    const refuse = (settings: object, batch: object, memory: number): unknown => {
      const one = stage(settings);
      try {
        requireRoom(one, of(settings, batch), memory);
      } catch (error) {
        return (error as Error).message;
      }
      return undefined;
    };
    expect(refuse({}, {}, 2 ** 30)).toBeUndefined();
    expect(
      refuse({ per_device_train_batch_size: 64, max_length: 4096 }, { rows: 64, length: 4096 }, 2 ** 34),
    ).toMatch(
      /^sft: needs about [\d.]+ GB of memory \(base 0\.0, adapter with r 8 0\.0, a micro-batch of 64 × 4096 tokens [\d.]+\), found 16\.0 GB, expected a per_device_train_batch_size below 64, or a max_length below 4096, or gradient_checkpointing: true$/,
    );
    expect(refuse({ r: 4096 }, {}, 2 ** 30)).toMatch(/expected a smaller r, or fewer target_modules$/);
    expect(refuse({ type: 'grpo' }, {}, 2 ** 27)).toMatch(/sampling [\d.]+\), found 0\.1 GB/);
  });
});
