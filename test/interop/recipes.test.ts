/** Recipes as projects of other trainers; whether they take the same steps there is in python.test.ts. */
import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadAdapter } from '../../src/model/lora.js';
import { readConfig } from '../../src/model/architectures/registry.js';
import { shiren } from '../shiren.js';

describe('a recipe', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-recipes-'));
  const data = path.join(folder, 'data');
  const read = (...parts: string[]): string => readFileSync(path.join(folder, ...parts), 'utf8');
  beforeAll(() => {
    expect(shiren(['data', 'build', '--out', data]).code).toBe(0);
  });

  it('becomes a TRL project with every example once an epoch, and the adapter before the first step', async () => {
    expect(shiren(['export', 'trl', path.join(folder, 'trl'), '--data', data]).code).toBe(0);
    const examples = read('trl/data/stage3-dpo.jsonl').trim().split('\n');
    const epochs = JSON.parse(read('trl/order/stage3-dpo.json')) as number[][];
    expect(epochs).toHaveLength(2);
    for (const order of epochs) {
      expect([...order].sort((a, b) => a - b)).toEqual([...examples.keys()]);
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
    const first = JSON.parse(examples[0]!) as Record<string, string>;
    expect(first['prompt']).toMatch(/^<\|im_start\|>user\n写一首.*<\|im_start\|>assistant\n$/s);
    expect(first['chosen']).toMatch(/。<\|im_end\|>$/);
    const adapter = await loadAdapter(
      path.join(folder, 'trl/init/stage1-raw'),
      await readConfig('models/miniature'),
    );
    expect(adapter.config.r).toBe(16);
  });

  it('becomes files of LLaMA-Factory under its names', () => {
    expect(shiren(['export', 'llamafactory', path.join(folder, 'lf'), '--data', data]).code).toBe(0);
    const stage = parse(read('lf/stage3-dpo.yaml')) as Record<string, unknown>;
    expect(stage).toMatchObject({
      stage: 'dpo',
      lora_rank: 16,
      lora_target: 'q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj',
      pref_beta: 0.1,
      pref_loss: 'sigmoid',
      dataset: 'stage3-dpo',
      adapter_name_or_path: 'output/stage2-clean',
      ref_model_adapters: 'output/stage2-clean',
    });
    const info = JSON.parse(read('lf/data/dataset_info.json')) as Record<string, { ranking?: boolean }>;
    expect(Object.keys(info)).toEqual(['stage1-raw', 'stage2-clean', 'stage3-dpo']);
    expect([info['stage1-raw']!.ranking, info['stage3-dpo']!.ranking]).toEqual([undefined, true]);
    const [pair] = read('lf/data/stage3-dpo.jsonl').split('\n');
    expect(JSON.parse(pair!)).toMatchObject({
      messages: [{ role: 'user' }],
      chosen: { role: 'assistant' },
      rejected: { role: 'assistant' },
    });
  });

  it('is refused where the other trainer has no such thing, or the folder is there', () => {
    const to = (name: string, ...more: string[]) =>
      shiren(['export', name, path.join(folder, 'new'), '--data', data, ...more]);
    expect(to('llamafactory', '--set', 'loss_type=apo_zero').err).toMatch(/stage3-dpo: loss_type apo_zero/);
    expect(to('trl', '--set', 'loss_type=simpo').err).toMatch(/stage3-dpo: loss_type simpo/);
    expect(to('trl', '--set', 'type=online_dpo')).toMatchObject({ code: 2 });
    const { code, err } = shiren(['export', 'trl', data, '--data', data]);
    expect([code, err]).toEqual([2, expect.stringContaining('is there already')]);
  });
});
