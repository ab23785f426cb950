/** What the command line can do, a program can. */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildDatasets, evaluateModels, exportModel, readRecipe, runRecipe } from '../../src/index.js';

describe('the library', () => {
  it('trains the three stages of the demo, compares them and exports the last', async () => {
    const out = mkdtempSync(path.join(os.tmpdir(), 'shiren-library-'));
    const data = path.join(out, 'data');
    await buildDatasets({
      source: 'data/starter',
      out: data,
      seed: 1,
      testShare: 0.1,
      validationShare: 0.05,
    });
    const recipe = await readRecipe('recipes/mini.yaml', ['max_steps=2']);
    const losses: number[] = [];
    const finished = await runRecipe({
      ...{ recipe, data, out },
      onProgress: (_, { metrics }) => metrics && losses.push(metrics.loss),
    });
    expect([finished, losses.length]).toEqual([true, 6]);
    const model = recipe.model_name_or_path;
    const candidates = recipe.stages.map(({ name }) => ({
      kind: 'model' as const,
      name,
      model,
      adapter: path.join(out, name),
    }));
    const outcome = await evaluateModels({ candidates, data, out, prompts: 2, seeds: 1, temperature: 0.8 });
    expect(outcome!.candidates.map(({ name }) => name)).toEqual(['stage1-raw', 'stage2-clean', 'stage3-dpo']);
    const adapter = candidates.at(-1)!.adapter;
    await exportModel(path.join(out, 'merged'), { format: 'merged', model, adapter, dtype: 'bfloat16' });
    expect(existsSync(path.join(out, 'merged', 'model.safetensors'))).toBe(true);
    expect(readFileSync(path.join(out, 'report.md'), 'utf8')).toContain('stage3-dpo');
  });
});
