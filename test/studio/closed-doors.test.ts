/** Names that are no paths, data sets that lie where they should, settings that a job may have. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileBelow } from '../../src/support/file-below.js';
import { parseRecipe } from '../../src/training/recipe.js';
import { listRuns, readRun } from '../../src/studio/runs.js';
import { shiren } from '../shiren.js';
import { post, startStudio, type TestStudio } from '../studio.js';

const SECRET = 'root:x:0:0:secret';

/** A folder with a secret beside the data folder, and a recipe. */
function prepare(stage: object): { folder: string; recipe: string; data: string; out: string } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-doors-'));
  const [data, out, recipe] = ['data', 'out', 'r.yaml'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(data);
  writeFileSync(path.join(folder, 'secret'), SECRET);
  symlinkSync(path.join(folder, 'secret'), path.join(data, 'link.jsonl'));
  mkdirSync(path.join(data, 'folder.jsonl'));
  writeFileSync(path.join(data, 'passwd.jsonl'), SECRET);
  const settings = { name: 'stage', type: 'sft', train_dataset: 'x.jsonl', ...stage };
  writeFileSync(recipe, JSON.stringify({ model_name_or_path: 'models/miniature', stages: [settings] }));
  return { folder, recipe, data, out };
}

const train = (stage: object, ...more: string[]) => {
  const { folder, recipe, data, out } = prepare(stage);
  return { ...shiren(['train', recipe, '--data', data, '--out', out, ...more]), folder, out };
};

describe('a recipe', () => {
  it.each(['../../x', 'a/b', '.', '..', 'a\\b', '', 'x\u0000y', '-x', '/tmp/x'])(
    'has no stage called %j',
    (name) => {
      const stages = [{ name, type: 'sft', train_dataset: 'x.jsonl' }];
      const source = JSON.stringify({ model_name_or_path: 'models/miniature', stages });
      expect(() => parseRecipe(source, 'r.yaml')).toThrow('r.yaml: stages[0].name: found');
    },
  );

  it('whose stage is called ../../x writes nothing', () => {
    const { code, err, folder } = train({ name: '../../x' });
    expect([code, err]).toEqual([2, expect.stringContaining('stages[0].name: found')]);
    expect(readdirSync(folder).sort()).toEqual(['data', 'r.yaml', 'secret']);
  });

  it.each([
    ['../secret', 'expected a file below'],
    ['link.jsonl', 'a link to another place'],
    ['/etc/hostname', 'expected a file below'],
    ['nowhere.jsonl', 'no such file'],
    ['folder.jsonl', 'not a regular file'],
    ['.', 'expected a file below'],
  ])('has no data set %s', async (name, message) => {
    await expect(fileBelow(prepare({}).data, name, 'train_dataset')).rejects.toThrow(message);
  });

  it('has data sets below a folder that is a link itself', async () => {
    const { folder, data } = prepare({});
    symlinkSync(data, path.join(folder, 'linked'));
    const file = path.join(folder, 'linked', 'passwd.jsonl');
    expect(await fileBelow(path.join(folder, 'linked'), 'passwd.jsonl', 'train_dataset')).toBe(file);
  });

  it.each([
    [{ train_dataset: 'link.jsonl' }, 'a link to another place'],
    [{ train_dataset: 'passwd.jsonl', eval_dataset: '../secret' }, 'expected a file below'],
    [{ train_dataset: 'passwd.jsonl' }, 'passwd.jsonl:1: not JSON'],
  ])('with %j is refused, and nothing of the file is shown', (stage, message) => {
    const { code, err } = train(stage);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(err).not.toMatch(/root|secret:/);
  });
});

describe('a run', () => {
  it('is not listed where its files are links to another place', async () => {
    const { folder } = prepare({});
    const run = path.join(folder, 'run');
    const linked = path.join(folder, 'linked');
    for (const one of [run, linked]) mkdirSync(one);
    writeFileSync(path.join(run, 'metrics.jsonl'), '{"step":1}\n');
    writeFileSync(path.join(folder, 'samples'), '{"step":1,"prompt":"secret","text":"secret"}\n');
    symlinkSync(path.join(folder, 'samples'), path.join(run, 'samples.jsonl'));
    symlinkSync(path.join(folder, 'samples'), path.join(linked, 'metrics.jsonl'));
    expect((await listRuns([folder])).map(({ id }) => id)).toEqual([run]);
    expect((await readRun([folder], run)).samples).toEqual([]);
    await expect(readRun([folder], linked)).rejects.toThrow('there is none');
  });
});

describe('a job', () => {
  let studio: TestStudio;
  beforeAll(async () => {
    studio = await startStudio();
  });
  afterAll(() => studio.app.close());
  const start = async (body: object): Promise<[number, string]> => {
    const response = await post(`${studio.address}/api/jobs/train`, { recipe: 'recipes/mini.yaml', ...body });
    const { error } = (await response.json()) as { error?: { message: string } };
    return [response.status, error?.message ?? ''];
  };

  it.each([
    [{ settings: { name: '../../x' } }, 'settings.name: unknown key'],
    [{ settings: { type: 'dpo' } }, 'settings.type: unknown key'],
    [{ settings: { train_dataset: '/etc/passwd' } }, 'settings.train_dataset: unknown key'],
    [{ settings: { eval_dataset: '/etc/passwd' } }, 'settings.eval_dataset: unknown key'],
    [{ settings: { adapter_from: '/tmp' } }, 'settings.adapter_from: unknown key'],
    [{ settings: { sample_prompts: 'x' } }, 'settings.sample_prompts: unknown key'],
    [{ settings: { 'r=1 --out': '/tmp' } }, 'unknown key'],
    [{ settings: { max_steps: 0 } }, 'settings.max_steps'],
    [{ settings: { learning_rate: '1\nname: x' } }, 'settings.learning_rate'],
    [{ settings: { r: 10 ** 9 } }, 'settings.r'],
    [{ settings: { label_smoothing: 0.5, loss_type: 'robust' } }, 'label_smoothing: found 0.5'],
    [{ stage: '../x' }, 'stage'],
    [{ stage: '--out' }, 'stage'],
    [{ data: '/etc' }, 'data /etc: expected one of', 404],
    [{ data: '../..' }, 'data ../..: expected one of', 404],
    [{ recipe: '/etc/passwd' }, 'recipe /etc/passwd: expected one of recipes/', 404],
  ])('with %j is not started', async (body, message, expected = 400) => {
    const [status, found] = await start(body);
    expect([status, found]).toEqual([expected, expect.stringContaining(message)]);
    expect(readdirSync(path.join(studio.output, 'studio', 'jobs'))).toEqual([]);
  });

  it.each(['prompts.jsonl', 'lines.txt', 'clean/train.jsonl'])(
    'that compares models reads no %s of another place, and shows nothing of it',
    { timeout: 60_000 },
    async (name) => {
      const data = path.join(studio.output, name.replaceAll('/', '-'));
      mkdirSync(path.join(data, 'clean'), { recursive: true });
      writeFileSync(path.join(data, 'summary.json'), '{}');
      writeFileSync(path.join(data, 'prompts.jsonl'), '{"prompt":"写一首[五言绝句]","form":"五言绝句"}\n');
      rmSync(path.join(data, name), { force: true });
      symlinkSync(path.join(prepare({}).folder, 'secret'), path.join(data, name));
      const body = { models: ['models/miniature'], data, prompts: 1 };
      const { id } = (await (await post(`${studio.address}/api/jobs/eval`, body)).json()) as { id: string };
      const events = await (await fetch(`${studio.address}/api/jobs/${id}/events`)).text();
      expect(events).toContain(`data: ${path.join(data, name)}: a link to another place`);
      expect(events).not.toContain('secret');
      rmSync(path.join(studio.output, 'studio', 'jobs', id), { recursive: true });
    },
  );

  it('is no record that names another folder', async () => {
    const outside = path.join(studio.output, 'studio', 'jobs', 'x');
    mkdirSync(outside, { recursive: true });
    writeFileSync(
      path.join(outside, 'job.json'),
      JSON.stringify({
        id: '../../..',
        kind: 'eval',
        state: 'finished',
        key: 'k',
        created: '',
        commands: [],
      }),
    );
    await studio.app.close();
    const again = await startStudio({ output: studio.output, home: path.join(studio.output, 'studio') });
    const jobs = (await (await fetch(`${again.address}/api/jobs`)).json()) as unknown[];
    await again.app.close();
    expect(jobs).toEqual([]);
    expect(existsSync(outside)).toBe(true);
  });
});
