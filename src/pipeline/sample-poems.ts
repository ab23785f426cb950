/** Poems written while a stage trains, on fixed prompts, so that a person can watch it learn. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ModelFolder } from '../model/folder.js';
import type { Adapter } from '../model/lora.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { isRecord, readJsonLines, writeJsonLines } from '../support/files.js';
import type { RuntimeOptions } from '../tensor/device.js';
import type { SampledPoem } from '../training/metrics.js';
import { Decoder } from '../writing/decoding/decoder.js';
import { Generator } from '../writing/decoding/generate.js';
import { SAMPLING_DEFAULTS } from '../writing/decoding/generation-settings.js';

const MOST_TOKENS = 96;

/** Writes samples.jsonl of a stage's folder. The decoder is loaded when the first poem is asked for: it takes the model's memory once more. */
export class PoemSampler {
  private decoder: Decoder | undefined;

  constructor(
    private readonly model: ModelFolder,
    private readonly tokenizer: Tokenizer,
    private readonly folder: string,
    private readonly prompts: readonly string[],
    private readonly runtime: RuntimeOptions,
  ) {}

  /** A poem for each prompt by the adapter as it is now, unconstrained. */
  async sample(adapter: Adapter, step: number): Promise<SampledPoem[]> {
    this.decoder ??= await Decoder.create(this.model, {
      lora: adapter.config,
      positions: 512,
      ...this.runtime,
    });
    const generator = new Generator(this.decoder, this.tokenizer, { adapter });
    const poems = await Promise.all(
      this.prompts.map((content, seed) =>
        generator.generate({
          prompt: this.tokenizer.encodePrompt([{ role: 'user', content }]),
          seed,
          sampling: SAMPLING_DEFAULTS,
          maxNewTokens: MOST_TOKENS,
        }),
      ),
    );
    const sampled = poems.map(({ text }, index) => ({ step, prompt: this.prompts[index] ?? '', text }));
    const file = path.join(this.folder, 'samples.jsonl');
    await writeJsonLines(file, [...(await before(file, step)), ...sampled]);
    return sampled;
  }

  async release(): Promise<void> {
    await this.decoder?.release();
  }
}

/** The samples of earlier steps: those of a run that was killed after its last checkpoint are written anew. */
async function before(file: string, step: number): Promise<unknown[]> {
  const samples: unknown[] = [];
  if (!existsSync(file)) return samples;
  for await (const { value } of readJsonLines(file)) {
    if (isRecord(value) && Number(value['step']) < step) samples.push(value);
  }
  return samples;
}
