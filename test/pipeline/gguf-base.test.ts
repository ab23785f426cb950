/** A recipe on a GGUF file: what its base is called, and that an adapter learns on weights of every type that we write. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportGguf, GGUF_TYPES } from '../../src/interop/gguf.js';
import { openModel } from '../../src/model/folder.js';
import { loadAdapter, type Adapter } from '../../src/model/lora.js';
import { runRecipe } from '../../src/pipeline/run-recipe.js';
import { parseRecipe } from '../../src/training/recipe.js';
import { Poet } from '../../src/writing/poet.js';
import { loudModel } from '../support-loud-model.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-gguf-base-'));
const POEMS = ['白日依山尽，黄河入海流。', '举头望明月，低头思故乡。', '夜来风雨声，花落知多少。'];
/** How far the first loss may be from that of the floats, by the type that they are rounded to. */
const APART = { f32: 1e-5, f16: 1e-3, q8_0: 0.01, q4_0: 0.2 };

interface Trained {
  readonly out: string;
  readonly losses: readonly number[];
}

/** Trains an adapter on a base, a folder or a file. */
async function trained(base: string, name: string, dtype = 'float32'): Promise<Trained> {
  const recipe = parseRecipe(
    `
model_name_or_path: ${base}
stages:
  - name: sft
    type: sft
    train_dataset: poems.jsonl
    base_dtype: ${dtype}
    target_modules: all-linear
    r: 4
    learning_rate: 1.0e-2
    per_device_train_batch_size: 3
    num_train_epochs: 8
    max_length: 64
    row_length: 64
`,
    'gguf.yaml',
  );
  const out = path.join(folder, name);
  expect(await runRecipe({ recipe, data: folder, out })).toBe(true);
  const lines = readFileSync(path.join(out, 'sft', 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n');
  return { out, losses: lines.map((line) => (JSON.parse(line) as { loss: number }).loss) };
}

describe('a LoRA on a frozen GGUF file', () => {
  let model: string;
  let onFloats: Trained;
  const fileOf = (type: string): string => path.join(folder, `${type}.gguf`);
  beforeAll(async () => {
    process.env['SHIREN_CACHE'] = path.join(folder, 'cache');
    const turn = (role: string, content: string) => [{ role, content }];
    const rows = POEMS.map((poem) => ({
      prompt: turn('user', '写一首'),
      completion: turn('assistant', poem),
    }));
    writeFileSync(path.join(folder, 'poems.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    model = await loudModel({ intermediate_size: 64 });
    const opened = await openModel(model);
    for (const type of GGUF_TYPES) await exportGguf(opened, fileOf(type), { type, name: 'tiny' });
    onFloats = await trained(model, 'floats');
  });

  it.each(GGUF_TYPES)('learns on %s from where its numbers are', async (type) => {
    const { losses, out } = await trained(fileOf(type), type);
    const [first = NaN] = onFloats.losses;
    expect(Math.abs(losses[0]! / first - 1)).toBeLessThan(APART[type]);
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
    const { config } = await openModel(fileOf(type));
    const { layers } = await loadAdapter(path.join(out, 'sft'), config);
    expect(layers.size).toBe(7 * config.numHiddenLayers);
    // What PEFT reads: the folder that the file was unpacked into.
    const written = readFileSync(path.join(out, 'sft', 'adapter_config.json'), 'utf8');
    const { base_model_name_or_path: base } = JSON.parse(written) as { base_model_name_or_path: string };
    expect((await openModel(base)).config).toEqual(config);
  });

  it('learns the same on unrounded numbers as on the folder that the file was made of', async () => {
    const { config } = await openModel(model);
    const adapterOf = (out: string): Promise<Adapter> => loadAdapter(path.join(out, 'sft'), config);
    const [file, own] = [
      await adapterOf((await trained(fileOf('f32'), 'f32 again')).out),
      await adapterOf(onFloats.out),
    ];
    for (const [name, { b }] of file.layers) {
      const apart = b.data.map((value, at) => Math.abs(value - own.layers.get(name)!.b.data[at]!));
      expect(Math.max(...apart), name).toBeLessThan(1e-4);
    }
  });

  it('learns in int8 too, and writes with what it learnt', async () => {
    const { losses, out } = await trained(fileOf('q8_0'), 'int8', 'int8');
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
    const poet = await Poet.load({ model: fileOf('q8_0'), adapter: path.join(out, 'sft') });
    const [poem] = await poet.writeAll([{ form: '五言绝句', prompt: '写一首', themes: [], seed: 1 }]);
    await poet.release();
    expect(poem!.lines).toHaveLength(4);
  });
});
