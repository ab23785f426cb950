/** Trainings one after another, by a program that only waits for a file. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Jobs, type JobRecord } from '../../src/studio/jobs.js';
import { startStudio } from '../studio.js';

const newFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'shiren-queue-'));

/** Ends when the file is there that its argument names; stops as Ctrl-C stops a command. */
const WAITER = `
  const { existsSync } = require('node:fs');
  process.on('SIGINT', () => process.exit(130));
  setInterval(() => existsSync(process.argv[1]) && process.exit(0), 20);`;

async function openJobs(
  trainings?: number,
): Promise<{ jobs: Jobs; start: () => Promise<JobRecord>; end: (job: JobRecord) => void }> {
  const folder = newFolder();
  const jobs = await Jobs.open({ folder, command: [process.execPath, '-e', WAITER], trainings });
  let count = 0;
  return {
    jobs,
    start: () => jobs.start('train', `job ${(count += 1)}`, () => [[path.join(folder, `end ${count}`)]]),
    end: ({ title }) => writeFileSync(path.join(folder, title.replace('job', 'end')), ''),
  };
}

describe('trainings', () => {
  it('run one at a time; the others wait, with their places', async () => {
    const { jobs, start, end } = await openJobs();
    const all = [await start(), await start(), await start()];
    expect(all.map(({ state, place }) => [state, place])).toEqual([
      ['running', undefined],
      ['queued', 1],
      ['queued', 2],
    ]);
    const states = () => all.map(({ id }) => [jobs.find(id).state, jobs.find(id).place]);
    end(all[0]!);
    await expect.poll(states).toEqual([
      ['finished', undefined],
      ['running', undefined],
      ['queued', 1],
    ]);
    // An evaluation does not wait for a training.
    const evaluation = await jobs.start('eval', 'x', (folder) => [[folder]]);
    expect(evaluation.state).toBe('running');
    await expect(jobs.resume(all[2]!.id)).rejects.toThrow('it is queued');
    expect((await jobs.stop(all[2]!.id)).state).toBe('stopped');
    expect((await jobs.resume(all[2]!.id)).place).toBe(1);
    await jobs.close();
    expect(states()).toEqual([
      ['finished', undefined],
      ['stopped', undefined],
      ['stopped', undefined],
    ]);
  });

  it('run as many at a time as are allowed', async () => {
    const { jobs, start } = await openJobs(2);
    const all = [await start(), await start(), await start()];
    expect(all.map(({ state }) => state)).toEqual(['running', 'running', 'queued']);
    await jobs.close();
  });

  it('whose folder vanishes end with a line', async () => {
    const { jobs, start, end } = await openJobs();
    const job = await start();
    const folder = jobs.folderOf(job.id);
    rmSync(folder, { recursive: true });
    end(job);
    await expect
      .poll(() => jobs.find(job.id))
      .toMatchObject({
        state: 'failed',
        message: `${folder}: the job’s folder is gone`,
      });
    expect(existsSync(folder)).toBe(false);
    await jobs.close();
  });
});

describe('two studios on one folder', () => {
  it('are refused while the first is there', async () => {
    const output = newFolder();
    const options = { output, home: path.join(output, 'studio') };
    const first = await startStudio(options);
    await expect(startStudio(options)).rejects.toThrow(`${options.home}: another run works here`);
    await expect(startStudio({ ...options, token: '' })).rejects.toThrow('another run works here');
    await first.app.close();
    await expect(startStudio({ ...options, token: '' })).rejects.toThrow('--token');
    const second = await startStudio(options);
    await second.app.close();
  });
});
