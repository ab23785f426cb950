import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/model/folder.js';
import { attentionHeads, pretrainModel } from '../../src/pipeline/pretrain-model.js';

const folder = (): string => mkdtempSync(path.join(os.tmpdir(), 'shiren-pretrain-'));
const LINES = ['白日依山尽', '黄河入海流', '欲穷千里目', '更上一层楼', '春眠不觉晓', '处处闻啼鸟'];
const text = path.join(folder(), 'poems.txt');
writeFileSync(
  text,
  Array.from({ length: 40 }, (_, index) => `${LINES[index % 6]}，${LINES[(index * 5 + 1) % 6]}。\n`).join(
    '\n',
  ),
);

const settings = {
  text: [text],
  validation: 4,
  tokensPerStep: 64,
  learningRate: 3e-3,
  hiddenSize: 64,
  layers: 1,
  intermediateSize: 64,
  minCount: 1,
  seed: 1,
};

describe('pre-training a model', () => {
  it.each([
    [384, 6, 2],
    [448, 7, 1],
    [640, 10, 2],
    [1024, 16, 4],
    [64, 1, 1],
  ])('gives a width of %i %i query heads over %i that each serve as many', (width, queries, keyValues) => {
    expect(attentionHeads(width)).toEqual({ queries, keyValues });
  });

  it('has heads that divide for every width that it takes, and refuses the others', () => {
    for (let width = 64; width <= 4096; width += 64) {
      const { queries, keyValues } = attentionHeads(width);
      expect(queries % keyValues).toBe(0);
    }
    for (const width of [0, 100, -64, 63.5]) expect(() => attentionHeads(width)).toThrow(/multiple of 64/);
  });

  it('writes a model that learns, and one that was stopped ends in the same bytes', async () => {
    const [straight, broken] = [folder(), folder()];
    expect(await pretrainModel({ ...settings, out: straight, steps: 12 })).toBe(true);
    const stop = new AbortController();
    const callbacks = { onProgress: ({ step }: { step: number }) => void (step === 5 && stop.abort()) };
    expect(await pretrainModel({ ...settings, out: broken, steps: 12, callbacks, signal: stop.signal })).toBe(
      false,
    );
    expect(await pretrainModel({ ...settings, out: broken, steps: 12 })).toBe(true);
    for (const file of ['model.safetensors', 'metrics.jsonl']) {
      const [a, b] = [straight, broken].map((one) => readFileSync(path.join(one, file)));
      expect(a!.equals(b!)).toBe(true);
    }
    const metrics = readFileSync(path.join(straight, 'metrics.jsonl'), 'utf8').trim().split('\n');
    const lines = metrics.map((line) => JSON.parse(line) as { loss?: number; eval_loss?: number });
    expect(lines.at(-1)!.eval_loss).toBeLessThan(lines[0]!.loss!);
    expect((await openModel(straight)).config.numAttentionHeads).toBe(1);
  });
});
