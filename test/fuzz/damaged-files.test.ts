/** Files cut short and with flipped bits, in each of their regions: refused in a line that names the file, or read; never anything else. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../src/pipeline/check-dataset.js';
import { readLineIndex } from '../../src/corpus/line-index-file.js';
import { openModelWithTokenizer } from '../../src/model/folder.js';
import { loadAdapter } from '../../src/model/lora.js';
import { readMetadata, readSafetensors } from '../../src/model/safetensors.js';
import { InputError } from '../../src/support/errors.js';
import { damage, damaged } from './damage.js';
import { runs } from './runs.js';

const MODEL = 'models/miniature';
const ADAPTER = 'models/miniature-dpo';

/** A folder like another, with one file of it damaged. */
function folderWith(source: string, name: string, content: Buffer): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-damaged-'));
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(source)) {
    if (file === name) writeFileSync(path.join(folder, file), content);
    else symlinkSync(path.resolve(source, file), path.join(folder, file));
  }
  return folder;
}

const { model: whole } = await openModelWithTokenizer(MODEL);

/** The files, and how each is read. */
const READERS: Readonly<
  Record<string, { source: string; name: string; read: (folder: string) => Promise<unknown>; usual: number }>
> = {
  config: { source: MODEL, name: 'config.json', read: openModelWithTokenizer, usual: 30 },
  weights: { source: MODEL, name: 'model.safetensors', read: openModelWithTokenizer, usual: 15 },
  tokenizer: { source: MODEL, name: 'tokenizer.json', read: openModelWithTokenizer, usual: 15 },
  'tokenizer’s configuration': {
    source: MODEL,
    name: 'tokenizer_config.json',
    read: openModelWithTokenizer,
    usual: 20,
  },
  'adapter’s configuration': {
    source: ADAPTER,
    name: 'adapter_config.json',
    read: (folder) => loadAdapter(folder, whole.config),
    usual: 30,
  },
  adapter: {
    source: ADAPTER,
    name: 'adapter_model.safetensors',
    read: (folder) => loadAdapter(folder, whole.config),
    usual: 40,
  },
  'file of tensors, as a checkpoint is': {
    source: ADAPTER,
    name: 'adapter_model.safetensors',
    read: async (folder) => {
      const file = path.join(folder, 'adapter_model.safetensors');
      return [await readMetadata(file), await readSafetensors(file)];
    },
    usual: 40,
  },
  'index of lines': {
    source: 'data',
    name: 'tang.index',
    read: (folder) => readLineIndex(path.join(folder, 'tang.index')),
    usual: 10,
  },
};

describe('a damaged file', () => {
  it.each(Object.entries(READERS))(
    'is refused in a line, or read: %s',
    async (_, { source, name, read, usual }) => {
      const bytes = readFileSync(path.join(source, name));
      await fc.assert(
        fc.asyncProperty(damage, async (one) => {
          const folder = folderWith(source, name, damaged(bytes, one));
          try {
            await read(folder);
          } catch (error) {
            expect(error, String((error as Error).stack)).toBeInstanceOf(InputError);
            expect((error as Error).message).toContain(folder);
            expect((error as Error).message).not.toContain('\n');
          } finally {
            rmSync(folder, { recursive: true });
          }
        }),
        { numRuns: runs(usual), seed: 16 },
      );
    },
  );

  it('is refused in a line, or read: data set', async () => {
    const line = (text: string): string =>
      JSON.stringify({
        prompt: [{ role: 'user', content: '写一首[五言绝句]' }],
        completion: [{ role: 'assistant', content: text }],
      });
    const bytes = Buffer.from(`${line('白日依山尽，黄河入海流。')}\n${line('床前明月光，疑是地上霜。')}\n`);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-damaged-'));
    const file = path.join(folder, 'train.jsonl');
    await fc.assert(
      fc.asyncProperty(damage, async (one) => {
        writeFileSync(file, damaged(bytes, one));
        const found = await checkDataset({ files: [file] }).catch((error: unknown) => error);
        if (!(found instanceof Error)) return;
        expect(found, String(found.stack)).toBeInstanceOf(InputError);
        expect(found.message).toContain(file);
      }),
      { numRuns: runs(200), seed: 16 },
    );
  });
});
