import { mkdtempSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate, type EvaluationOptions } from '../../src/evaluation/evaluate.js';
import { Yardstick } from '../../src/evaluation/yardstick.js';
import { ThemeMeasure } from '../../src/poetry/theme-measure.js';
import { ChatServer, completion } from '../chat-server.js';
import { tinyModel } from '../support-tiny-model.js';

describe('an evaluation', () => {
  it('goes on where it was stopped, and ends in the same poems', async () => {
    const model = (await tinyModel()).folder;
    const temporary = (): string => mkdtempSync(path.join(os.tmpdir(), 'shiren-evaluation-'));
    const options = (out: string): EvaluationOptions => ({
      candidates: [{ kind: 'model', name: 'base', model }],
      prompts: ['五言绝句', '七言绝句', '五言绝句'].map((form, index) => ({
        prompt: `写一首[${form}]`,
        form: form as '五言绝句' | '七言绝句',
        themes: index === 0 ? [] : ['山水'],
      })),
      yardstick: new Yardstick({ lines: [], themes: new ThemeMeasure({}) }),
      seeds: 2,
      temperature: 0.8,
      out,
      batchSize: 2,
    });
    const straight = await evaluate(options(temporary()));
    expect(straight?.[0]?.poems).toHaveLength(6);

    const out = temporary();
    const controller = new AbortController();
    const stopped = await evaluate({
      ...options(out),
      signal: controller.signal,
      onProgress: (_, done) => {
        if (done >= 2) controller.abort();
      },
    });
    expect(stopped).toBeUndefined();
    // What a crash in the middle of a line leaves behind.
    await appendFile(path.join(out, 'poems-base.jsonl'), '{"seed":2,"te');
    expect(await evaluate(options(out))).toEqual(straight);
  });

  it('holds a model to the form where asked', async () => {
    const candidate = { kind: 'model' as const, model: 'models/miniature' };
    const results = await evaluate({
      candidates: [
        { ...candidate, name: 'free' },
        { ...candidate, name: 'constrained', constrained: true },
      ],
      prompts: [{ prompt: '写一首[七言绝句] 主题为: 山水', form: '七言绝句', themes: ['山水'] }],
      yardstick: new Yardstick({ lines: [], themes: new ThemeMeasure({}) }),
      seeds: 3,
      temperature: 0.8,
      out: mkdtempSync(path.join(os.tmpdir(), 'shiren-evaluation-')),
    });
    for (const { metrics } of results?.[1]?.poems ?? []) {
      expect([metrics.format, metrics.rhyme, metrics.tone, metrics.adhesion]).toEqual([1, 1, 1, 1]);
    }
    expect(results?.[1]?.poems).toHaveLength(3);
    expect(results?.[0]?.poems.some(({ metrics }) => metrics.rhyme !== 1)).toBe(true);
  });

  it('compares models behind endpoints and poems written elsewhere', async () => {
    const poem = '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。';
    const server = new ChatServer(() => completion(poem));
    const endpoint = await server.start();
    const results = await evaluate({
      candidates: [
        { kind: 'endpoint', name: 'served', options: { endpoint, model: 'poet' } },
        { kind: 'texts', name: 'elsewhere', texts: ['月', poem] },
      ],
      prompts: ['山水', '离别'].map((theme) => ({
        prompt: `写一首[五言绝句] 主题为: ${theme}`,
        form: '五言绝句',
        themes: [theme],
      })),
      yardstick: new Yardstick({ lines: [], themes: new ThemeMeasure({}) }),
      seeds: 1,
      temperature: 0.8,
      out: mkdtempSync(path.join(os.tmpdir(), 'shiren-evaluation-')),
    });
    await server.stop();
    expect(results?.map(({ poems }) => poems.map(({ metrics }) => metrics.format))).toEqual([
      [1, 1],
      [0, 1],
    ]);
    expect(server.requests).toHaveLength(2);
  });
});
