import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runRecipe } from '../../src/pipeline/run-recipe.js';
import { buildDatasets } from '../../src/corpus/build.js';
import { readPreferenceDataset } from '../../src/corpus/dataset.js';
import { loadAdapter } from '../../src/model/lora.js';
import { openModel, openModelWithTokenizer } from '../../src/model/folder.js';
import type { RecipeCallbacks } from '../../src/pipeline/callbacks.js';
import { parseRecipe, type Recipe } from '../../src/training/recipe.js';

const readLines = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const recipe = (stage: string) =>
  parseRecipe(
    `
model_name_or_path: models/miniature
defaults: { per_device_train_batch_size: 4, gradient_accumulation_steps: 1, max_length: 96, row_length: 96 }
stages:
  - ${stage}
`,
    'test.yaml',
  );

describe('running a recipe', () => {
  const out = mkdtempSync(path.join(os.tmpdir(), 'shiren-run-'));
  const data = path.join(out, 'data');
  beforeAll(async () => {
    await buildDatasets({ source: 'data/starter', out: data });
    cpSync('models/miniature-dpo', path.join(out, 'start'), { recursive: true });
  });

  it('keeps the last snapshots, writes event files and poems on the way', async () => {
    const stage = `{ name: watched, type: sft, train_dataset: clean/train.jsonl, max_steps: 6, save_steps: 1,
      save_total_limit: 2, report_to: tensorboard, sample_steps: 3, sample_prompts: [写一首, 来一首] }`;
    expect(await runRecipe({ recipe: recipe(stage), data, out })).toBe(true);
    const folder = path.join(out, 'watched');
    expect(readdirSync(folder).filter((name) => name.startsWith('checkpoint'))).toEqual([
      'checkpoint-5',
      'checkpoint-6',
    ]);
    const { config } = await openModel('models/miniature');
    const last = await loadAdapter(path.join(folder, 'checkpoint-6'), config);
    expect(last.layers).toEqual((await loadAdapter(folder, config)).layers);
    const samples = readLines(path.join(folder, 'samples.jsonl'));
    expect(samples.map(({ step, prompt }) => `${String(step)} ${String(prompt)}`)).toEqual([
      '3 写一首',
      '3 来一首',
      '6 写一首',
      '6 来一首',
    ]);
    expect(existsSync(path.join(folder, 'runs'))).toBe(true);
  });

  it('names the base so that PEFT finds it, and keeps the chat template that it trained with', async () => {
    const stage = '{ name: named, type: sft, train_dataset: clean/train.jsonl, max_steps: 1 }';
    const config = (name: string): Record<string, unknown> =>
      JSON.parse(readFileSync(path.join(out, name, 'adapter_config.json'), 'utf8')) as Record<
        string,
        unknown
      >;
    await runRecipe({ recipe: recipe(stage), data, out });
    expect(config('named')['base_model_name_or_path']).toBe(path.resolve('models/miniature'));
    expect(existsSync(path.join(out, 'named', 'chat_template.jinja'))).toBe(false);
    const chosen = {
      ...recipe(stage.replace('named', 'chosen')),
      base_model_name_or_path: 'poets/miniature',
      chat_template: "{{ messages[0]['content'] }}：",
    };
    await runRecipe({ recipe: chosen, data, out });
    expect(config('chosen')['base_model_name_or_path']).toBe('poets/miniature');
    const { tokenizer } = await openModelWithTokenizer('models/miniature', path.join(out, 'chosen'));
    expect(tokenizer.applyChatTemplate([{ role: 'user', content: '写' }])).toBe('写：');
  });

  it('alternates sampling and DPO for rounds, each on pairs of the model as it is then', async () => {
    const stage = `{ name: online, type: iterative_dpo, adapter_from: start, train_dataset: clean/train.jsonl,
      num_rounds: 2, prompts_per_round: 6, num_generations: 3, num_train_epochs: 1, learning_rate: 1.0e-4 }`;
    expect(await runRecipe({ recipe: recipe(stage), data, out })).toBe(true);
    const folder = path.join(out, 'online');
    const pairs = await Promise.all(
      [1, 2].map((round) => readPreferenceDataset(path.join(folder, `round-${round}`, 'pairs.jsonl'))),
    );
    for (const round of pairs) {
      for (const pair of round as unknown as Record<'chosen_score' | 'rejected_score', number>[]) {
        expect(pair.chosen_score - pair.rejected_score).toBeGreaterThanOrEqual(0.1);
      }
    }
    const { config } = await openModel('models/miniature');
    const adapter = await loadAdapter(folder, config);
    expect(adapter.layers).toEqual((await loadAdapter(path.join(folder, 'round-2'), config)).layers);
    expect(adapter.layers).not.toEqual((await loadAdapter(path.join(folder, 'round-1'), config)).layers);
    const steps = readLines(path.join(folder, 'metrics.jsonl'));
    expect(steps[0]).toHaveProperty('rewards/margins');
    // One run through both rounds: steps go on, and the learning rate falls to the end of the last.
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    steps.forEach(({ learning_rate: rate }, step) => expect(rate).toBeCloseTo(1e-4 * (1 - step / 4), 9));
    // At a round's first step the model is the round's reference.
    expect(steps[2]!['rewards/margins']).toBeCloseTo(0, 3);
  });

  describe('looks before it trains', () => {
    const sft = (name: string, more = ''): string =>
      `{ name: ${name}, type: sft, train_dataset: clean/train.jsonl, max_steps: 1 ${more} }`;
    const run = (stages: string[], into: string, stage?: string): Promise<boolean> =>
      runRecipe({ recipe: recipe(stages.join('\n  - ')), data, out: path.join(out, into), stage });

    it.each([
      [
        'an adapter that is not there',
        ', adapter_from: nowhere',
        /^late: adapter_from: nowhere: expected an earlier stage \(early\) or an adapter folder, found neither/,
      ],
      ['a folder that holds none', ', adapter_from: data', /^data: not an adapter folder/],
      ['itself', ', adapter_from: late', /^late: adapter_from: late: expected an earlier stage/],
      [
        'a data set that is not there',
        ', eval_dataset: none.jsonl',
        /^late: eval_dataset: .*none.jsonl: no such file/,
      ],
      [
        'a data set of another kind',
        ', eval_dataset: preference/train.jsonl',
        /preference\/train.jsonl:1: completion: found nothing/,
      ],
      [
        'a layer that the model has not',
        ', layers_to_transform: [0, 99]',
        /^late: layers_to_transform: the model has no layer 99/,
      ],
    ])('refuses a later stage with %s', async (name, more, message) => {
      const into = `refused-${name.replaceAll(' ', '-')}`;
      await expect(run([sft('early'), sft('late', more)], into)).rejects.toThrow(message);
      expect(existsSync(path.join(out, into, 'early'))).toBe(false);
    });

    it('refuses to start from a stage that was left out and never trained', async () => {
      const stages = [sft('early'), sft('late', ', adapter_from: early')];
      await expect(run(stages, 'left-out', 'late')).rejects.toThrow(
        /^late: adapter_from: early: this stage has not come to its end/,
      );
    });

    it('refuses a finished stage with other settings or data, and takes what may change', async () => {
      expect(await run([sft('a')], 'again')).toBe(true);
      expect(await run([sft('a', ', logging_steps: 5, save_total_limit: 2')], 'again')).toBe(true);
      await expect(run([sft('a', ', learning_rate: 1.0e-3')], 'again')).rejects.toThrow(
        /^a: learning_rate: found 0.001, expected 0.00005: the stage in .* is finished with that; set it back/,
      );
      await expect(run([sft('a', ', num_train_epochs: 9')], 'again')).rejects.toThrow(
        /^a: num_train_epochs: found 9, expected 3/,
      );
      await expect(
        run(['{ name: a, type: sft, train_dataset: raw/train.jsonl, max_steps: 1 }'], 'again'),
      ).rejects.toThrow(
        /^a: train_dataset: .*raw\/train.jsonl is not what it was when the stage in .* was begun/,
      );
    });

    it('goes on with longer training where a stage was stopped, and with nothing else that changed', async () => {
      const stop = new AbortController();
      const stages = (more: string): Recipe =>
        recipe(`{ name: a, type: sft, train_dataset: clean/train.jsonl, ${more} }`);
      const options = { data, out: path.join(out, 'stopped') };
      const stopped = await runRecipe({
        ...options,
        recipe: stages('max_steps: 3'),
        signal: stop.signal,
        onProgress: (_, { step }) => step === 1 && stop.abort(),
      });
      expect(stopped).toBe(false);
      await expect(runRecipe({ ...options, recipe: stages('max_steps: 3, seed: 1') })).rejects.toThrow(
        /^a: seed: found 1, expected 42/,
      );
      const seen: number[] = [];
      const onProgress: RecipeCallbacks['onProgress'] = (_, { step }) => seen.push(step);
      expect(await runRecipe({ ...options, recipe: stages('max_steps: 4'), onProgress })).toBe(true);
      expect(seen).toEqual([1, 2, 3, 4]);
    });
  });
});
