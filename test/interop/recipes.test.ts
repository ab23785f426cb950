/** Recipes as projects of other trainers; whether they take the same steps there is in python.test.ts. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
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

  describe('with judged answers and rewards', () => {
    const recipe = path.join(folder, 'judged.yaml');
    const stage = (name: string, type: string, data: string, more = ''): string =>
      `  - { name: ${name}, type: ${type}, train_dataset: ${data}/train.jsonl, adapter_from: models/miniature-dpo ${more} }`;
    beforeAll(() => {
      const stages = [
        stage('judged', 'kto', 'preference'),
        stage('rewarded', 'grpo', 'clean', ', rewards: [rhyme, { module: ./winter.ts, weight: 2 }]'),
      ];
      writeFileSync(recipe, ['model_name_or_path: models/miniature', 'stages:', ...stages].join('\n'));
    });
    const lines = (...parts: string[]): Record<string, unknown>[] =>
      read(...parts)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);

    it('becomes a TRL project: labelled answers, prompts with what they ask for, rewards that shiren judges', () => {
      const args = ['export', 'trl', path.join(folder, 'judged'), '--recipe', recipe, '--data', data];
      expect(shiren(args).code).toBe(0);
      const [good, bad] = lines('judged/data/judged.jsonl');
      expect([good!['label'], bad!['label']]).toEqual([true, false]);
      expect(good!['prompt']).toEqual(bad!['prompt']);
      expect(Object.keys(lines('judged/data/rewarded.jsonl')[0]!)).toEqual([
        'prompt',
        'asked',
        'form',
        'themes',
      ]);
      // What it says can be read back: rewards.py asks for it so.
      const poems = path.join(folder, 'poems.jsonl');
      writeFileSync(
        poems,
        `${JSON.stringify({ text: '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。' })}\n`,
      );
      const project = path.join(folder, 'judged');
      const judged = shiren([
        'reward',
        poems,
        '--recipe',
        path.join(project, 'recipe.json'),
        '--data',
        path.join(project, 'data'),
      ]);
      expect(judged.err).toContain(`${path.resolve('winter.ts')}: no such file`);
      expect(existsSync(path.join(project, 'data/lines.txt'))).toBe(true);
      expect(existsSync(path.join(project, 'init/judged/adapter_config.json'))).toBe(true);
    });

    it('becomes files of LLaMA-Factory, which has no GRPO: that stage is left out, and refused alone', () => {
      const args = [
        'export',
        'llamafactory',
        path.join(folder, 'judged-lf'),
        '--recipe',
        recipe,
        '--data',
        data,
      ];
      expect(shiren(args).code).toBe(0);
      expect(parse(read('judged-lf/judged.yaml'))).toMatchObject({ stage: 'kto', pref_beta: 0.1 });
      expect(lines('judged-lf/data/judged.jsonl')[0]).toMatchObject({
        label: true,
        messages: [{ role: 'user' }, { role: 'assistant' }],
      });
      expect(JSON.parse(read('judged-lf/data/dataset_info.json'))).toMatchObject({
        judged: { columns: { kto_tag: 'label' } },
      });
      const alone = path.join(folder, 'alone.yaml');
      writeFileSync(
        alone,
        ['model_name_or_path: models/miniature', 'stages:', stage('g', 'grpo', 'clean')].join('\n'),
      );
      expect(
        shiren(['export', 'llamafactory', path.join(folder, 'none'), '--recipe', alone, '--data', data]).err,
      ).toContain('the recipe has stages of type grpo only, expected one of type sft, dpo, kto');
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
