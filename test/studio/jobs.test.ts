/** Jobs as real processes of the command line. */
import { existsSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRecord } from '../../src/support/files.js';
import { Jobs, type JobEvent } from '../../src/studio/jobs.js';
import { readRun } from '../../src/studio/runs.js';
import type { StageEstimate } from '../../src/pipeline/estimate.js';
import { shiren } from '../shiren.js';
import { post, startStudio } from '../studio.js';

describe('a job', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-jobs-'));
  const data = path.join(folder, 'data');
  const open = (): Promise<Jobs> =>
    Jobs.open({
      folder: path.join(folder, 'jobs'),
      command: [process.execPath, '--import', 'tsx', 'test/run-cli.ts'],
    });
  const train = (jobs: Jobs, ...more: string[]) =>
    jobs.start('train', 'mini', (out) => [
      ['data', 'build', '--out', data],
      [
        'train',
        'recipes/mini.yaml',
        '--stage',
        'stage1-raw',
        '--data',
        data,
        '--out',
        out,
        '--json',
        ...more,
      ],
    ]);
  let jobs: Jobs;
  beforeAll(async () => {
    jobs = await open();
  });
  afterAll(() => jobs.close());

  /** The steps of a job until `enough` of them, or its end. */
  const steps = (id: string, enough = Infinity): Promise<number[]> =>
    new Promise((resolve) => {
      const seen: number[] = [];
      const unwatch = jobs.watch(id, (event: JobEvent) => {
        if ('line' in event && isRecord(event.line)) seen.push(Number(event.line['step']));
        const ended = 'job' in event && event.job.state !== 'running';
        if (!ended && seen.length < enough) return;
        unwatch();
        resolve(seen);
      });
    });

  it('is stopped after its step, outlives its studio, and goes on where it was', async () => {
    const { id } = await train(jobs, '--set', 'max_steps=6', '--set', 'sample_steps=3');
    expect(await steps(id, 2)).toEqual([1, 2]);
    expect((await jobs.stop(id)).state).toBe('stopped');
    jobs = await open();
    expect(jobs.list('train')).toMatchObject([{ id, state: 'stopped', title: 'mini' }]);
    const following = steps(id);
    await jobs.resume(id);
    const seen = await following;
    expect(seen.at(0)).toBeGreaterThan(2);
    expect(seen.at(-1)).toBe(6);
    expect(jobs.find(id).state).toBe('finished');
    const stage = path.join(jobs.folderOf(id), 'stage1-raw');
    expect(existsSync(path.join(stage, 'adapter_model.safetensors'))).toBe(true);
    const { metrics, samples } = await readRun([folder], stage);
    expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(samples.map(({ step }) => step))).toEqual(new Set([3, 6]));
    await expect(jobs.resume('nothing')).rejects.toThrow(/there is none/);
  });

  it('says why it failed', async () => {
    const { id } = await train(jobs, '--set', 'learning_rat=1');
    await steps(id);
    expect(jobs.find(id)).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('learning_rate') as string,
    });
  });

  it('trains on votes from the shipped adapter', async () => {
    const { VoteBook } = await import('../../src/studio/votes.js');
    const votes = new VoteBook(folder);
    for (const better of ['白日依山尽，黄河入海流。', '床前明月光，疑是地上霜。']) {
      await votes.add({
        prompt: '写一首[五言绝句] 要求4句',
        chosen: better,
        rejected: '一二三四五，六七八九十。',
        chosenModel: 'a',
        rejectedModel: 'b',
      });
    }
    expect(await votes.tally()).toEqual([{ chosen: 'a', rejected: 'b', votes: 2 }]);
    const out = path.join(folder, 'votes-out');
    const { code, err } = shiren(['train', 'recipes/votes.yaml', '--data', folder, '--out', out]);
    expect([code, err]).toEqual([0, expect.stringContaining('votes 2/2')]);
    const { metrics } = await readRun([out], path.join(out, 'votes'));
    expect(metrics.at(-1)!['rewards/margins']).toBeGreaterThan(0);
  });
});

describe('a job over HTTP that is a dry run', () => {
  it('says what each stage would take, and trains none', { timeout: 120_000 }, async () => {
    const studio = await startStudio();
    const body = {
      ...{ recipe: 'recipes/mini.yaml', stage: 'stage1-raw' },
      ...{ settings: { max_steps: 2 }, dry_run: true },
    };
    const { id } = (await (await post(`${studio.address}/api/jobs/train`, body)).json()) as { id: string };
    const events = await (await fetch(`${studio.address}/api/jobs/${id}/events`)).text();
    await studio.app.close();
    const lines = events.split('\n').flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []));
    const estimates = lines.flatMap((line) => {
      const { estimate } = JSON.parse(line) as { estimate?: StageEstimate };
      return estimate ? [estimate] : [];
    });
    expect(estimates).toMatchObject([{ stage: 'stage1-raw', steps: 2 }]);
    expect(estimates[0]?.seconds).toBeGreaterThan(0);
    expect(existsSync(path.join(studio.output, 'studio', 'jobs', id, 'stage1-raw'))).toBe(false);
  });
});
