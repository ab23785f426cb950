import { mkdtempSync, utimesSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { initialiseAdapter, saveAdapter } from '../../src/model/lora.js';
import { ModelShelf } from '../../src/studio/model-shelf.js';
import type { Poet } from '../../src/writing/poet.js';
import { tinyModel } from '../support-tiny-model.js';

describe('the shelf of models', () => {
  const output = mkdtempSync(path.join(os.tmpdir(), 'shiren-shelf-'));
  const folders: string[] = [];
  let adapter: string;
  beforeAll(async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const { folder, config } = await tinyModel(seed);
      folders.push(folder);
      adapter = path.join(output, 'run/stage1');
      const lora = { r: 2, loraAlpha: 4, loraDropout: 0, targetModules: ['q_proj'] } as const;
      await saveAdapter(adapter, initialiseAdapter(config, lora, seed), folder);
    }
  });
  const open = (): ModelShelf =>
    new ModelShelf({
      sources: folders.map((model) => ({ model })),
      adapterFolders: [output],
      resolve: async (name) => name,
      resolveAdapter: (name) => name,
    });
  const poetOf = async (shelf: ModelShelf, id: string): Promise<Poet> =>
    shelf.use(await shelf.find(id), async (poet) => poet);

  it('lists what it was given, then the adapters that it finds', async () => {
    const shelf = open();
    expect((await shelf.list()).map(({ id }) => id)).toEqual([...folders, adapter]);
    expect((await shelf.find()).id).toBe(folders[0]);
    await expect(shelf.find('none')).rejects.toThrow(/model none: expected one of/);
  });

  it('knows one base by any of its names, so that its adapters are compared', async () => {
    const shelf = open();
    const [model = ''] = folders;
    const names = [model, path.relative('.', model), `${model}/`];
    expect(new Set(await Promise.all(names.map((name) => shelf.baseOf({ model: name })))).size).toBe(1);
  });

  it('gives those who ask at the same time the same poet', async () => {
    const shelf = open();
    const poets = await Promise.all([1, 2, 3].map(() => poetOf(shelf, folders[0]!)));
    expect(new Set(poets).size).toBe(1);
    await shelf.release();
  });

  it('keeps three bases, frees the others, and loads them again', async () => {
    const shelf = open();
    const first = await poetOf(shelf, folders[0]!);
    for (const folder of folders.slice(1, 3)) await poetOf(shelf, folder);
    expect(await poetOf(shelf, folders[0]!)).toBe(first);
    for (const folder of folders.slice(3)) await poetOf(shelf, folder);
    expect(await poetOf(shelf, folders[0]!)).toBe(first);
    const second = await poetOf(shelf, folders[1]!);
    const [poem] = await second.write({ form: '五言绝句' });
    expect(poem!.lines).toHaveLength(4);
    await shelf.release();
  });

  it('loads an adapter anew that was trained anew', async () => {
    const shelf = open();
    const before = await poetOf(shelf, adapter);
    expect(await poetOf(shelf, adapter)).toBe(before);
    utimesSync(path.join(adapter, 'adapter_model.safetensors'), new Date(), new Date(Date.now() + 5000));
    expect(await poetOf(shelf, adapter)).not.toBe(before);
    await shelf.release();
  });

  it('adds a model that can be loaded, and no other', async () => {
    const shelf = open();
    await expect(shelf.add({ model: '/no/such/folder' })).rejects.toThrow(/no\/such\/folder/);
    expect(await shelf.list()).toHaveLength(6);
    const { folder } = await tinyModel(9);
    expect((await shelf.add({ model: folder })).id).toBe(folder);
    await shelf.release();
  });
});
