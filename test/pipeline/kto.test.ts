import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runRecipe } from '../../src/pipeline/run-recipe.js';
import { parseRecipe } from '../../src/training/recipe.js';
import { labelsOf } from '../labels.js';

const data = mkdtempSync(path.join(os.tmpdir(), 'shiren-kto-'));
const [user, assistant] = ['user', 'assistant'].map((role) => (content: string) => [{ role, content }]);
const GOOD = '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。';
const BAD = '我们今天去看电影，你们觉得怎么样。';
const prompt = user!('写一首[五言绝句] 要求4句 主题为: 山水');
const write = (name: string, lines: object[]): string => {
  const file = path.join(data, name);
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
};

describe('a kto stage', () => {
  it('reads answers by themselves, and takes pairs apart', async () => {
    const file = write('mixed.jsonl', [
      { prompt, completion: assistant!(GOOD), label: true },
      { prompt, chosen: assistant!(GOOD), rejected: assistant!(BAD) },
    ]);
    expect(await labelsOf(file)).toEqual([true, true, false]);
    const wrong = write('wrong.jsonl', [{ prompt, completion: assistant!(GOOD), label: 'good' }]);
    await expect(labelsOf(wrong)).rejects.toThrow(
      /wrong\.jsonl:1: label: found "good", expected true or false/,
    );
    const none = write('none.jsonl', [{ prompt, completion: assistant!(GOOD) }]);
    await expect(labelsOf(none)).rejects.toThrow(
      /none\.jsonl:1: label: found nothing, expected true or false/,
    );
  });

  it('makes good answers likelier and bad ones less likely, against the reference', async () => {
    const lines = Array.from({ length: 8 }, (_, index) => ({
      ...{ prompt, completion: assistant!(index % 2 === 0 ? GOOD : BAD), label: index % 2 === 0 },
    }));
    write('votes.jsonl', lines);
    const out = path.join(data, 'out');
    const stage = {
      ...{ name: 'kto', type: 'kto', train_dataset: 'votes.jsonl', adapter_from: 'models/miniature-dpo' },
      ...{
        per_device_train_batch_size: 8,
        gradient_accumulation_steps: 1,
        num_train_epochs: 12,
        learning_rate: 1e-3,
      },
    };
    const recipe = parseRecipe(
      JSON.stringify({ model_name_or_path: 'models/miniature', stages: [stage] }),
      'r.yaml',
    );
    expect(await runRecipe({ recipe, data, out })).toBe(true);
    const steps = readFileSync(path.join(out, 'kto', 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const [first, last] = [steps[0]!, steps.at(-1)!].map(
      (line) => JSON.parse(line) as Record<string, number>,
    );
    // 1 − σ(0) at the start, where the model is its own reference.
    expect(first!['loss']).toBeCloseTo(0.5, 4);
    expect(last!['loss']).toBeLessThan(0.45);
    expect(last!['rewards/chosen']).toBeGreaterThan(0);
    expect(last!['rewards/rejected']).toBeLessThan(0);
    expect(last!['rewards/margins']).toBeCloseTo(last!['rewards/chosen']! - last!['rewards/rejected']!, 6);
  });
});
