/** The poet: a model with an adapter, loaded once, writing many poems. */
import { existsSync } from 'node:fs';
import type { DecodingDtype } from '../model/frozen-base.js';
import { openModelWithTokenizer } from '../model/folder.js';
import { loadAdapter, type Adapter } from '../model/lora.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { checkPoem, type PoemCheck } from '../poetry/check.js';
import { FORMS, type FormName } from '../poetry/forms.js';
import { formatPrompt } from '../poetry/prompt.js';
import { splitLines, isHan } from '../poetry/text.js';
import { themeCoverage } from '../poetry/themes.js';
import { InputError } from '../support/errors.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { PoemConstraint } from './constraint.js';
import { Decoder } from './decoder.js';
import { generate } from './generate.js';
import { SAMPLING_DEFAULTS, type SamplingOptions } from './sampler.js';

export interface PoetOptions extends RuntimeOptions {
  /** A Hugging Face model folder. */
  readonly model: string;
  /** A PEFT adapter folder. */
  readonly adapter?: string;
  /** Precision of the base; float32 where absent. */
  readonly dtype?: DecodingDtype;
}

/** One poem asked for. */
export interface PoemOrder {
  readonly form: FormName;
  readonly themes: readonly string[];
  readonly seed: number;
}

export interface WriteOptions extends BatchOptions {
  readonly form: FormName;
  readonly themes?: readonly string[];
  /** Poems to write, in one batch. */
  readonly count?: number;
  /** Candidates a poem, of which the best is kept. */
  readonly candidates?: number;
  readonly seed?: number;
}

export interface BatchOptions {
  readonly sampling?: Partial<SamplingOptions>;
  /** Switches all constraints off: the model alone decides. */
  readonly free?: boolean;
  /** Keep to a tonal template; on by default. */
  readonly tones?: boolean;
  /** Keep to one rhyme group; on by default. */
  readonly rhyme?: boolean;
  readonly onToken?: (poem: number, text: string) => void;
  readonly signal?: AbortSignal;
}

/** A poem as `shiren write --json` prints it. */
export interface WrittenPoem {
  readonly prompt: string;
  readonly form: FormName;
  readonly themes: readonly string[];
  readonly text: string;
  readonly lines: readonly string[];
  readonly check: PoemCheck;
  /** Mean log-probability a token under the model, plus twice the share of the themes asked for that the poem has a word of. */
  readonly score: number;
  readonly seed: number;
  readonly model: string;
}

/** The texts of the tokens that verse can be made of: Han characters, marks and line breaks. */
export function verseTokens(tokenizer: Tokenizer, vocabSize: number): Map<number, string> {
  const tokens = new Map<number, string>();
  for (let id = 0; id < vocabSize; id += 1) {
    const text = tokenizer.decode([id]);
    if (
      text !== '' &&
      Array.from(text).every((character) => isHan(character) || '，。？！\n'.includes(character))
    ) {
      tokens.set(id, text);
    }
  }
  return tokens;
}

/** Keeps the seeds of a poem's candidates apart from those of the next poems. */
const CANDIDATE_STRIDE = 1_000_003;

export class Poet {
  private readonly constraints = new Map<string, PoemConstraint>();

  private constructor(
    private readonly name: string,
    private readonly decoder: Decoder,
    private readonly tokenizer: Tokenizer,
    private readonly tokens: ReadonlyMap<number, string>,
    private readonly adapter: Adapter | undefined,
  ) {}

  /** Loads a model and its adapter. @throws InputError for a folder that is not what it should be */
  static async load(options: PoetOptions): Promise<Poet> {
    const { model, tokenizer } = await openModelWithTokenizer(options.model);
    if (options.adapter !== undefined && !existsSync(options.adapter)) {
      throw new InputError(`${options.adapter}: no such adapter folder`);
    }
    const adapter =
      options.adapter === undefined ? undefined : await loadAdapter(options.adapter, model.config);
    const decoder = await Decoder.create(model, {
      lora: adapter?.config,
      dtype: options.dtype,
      positions: 512,
      threads: options.threads,
      device: options.device,
    });
    const tokens = verseTokens(tokenizer, model.config.vocabSize);
    return new Poet(options.adapter ?? options.model, decoder, tokenizer, tokens, adapter);
  }

  private constraint(form: FormName, tones: boolean, rhyme: boolean): PoemConstraint {
    const key = `${form}/${tones}/${rhyme}`;
    let constraint = this.constraints.get(key);
    if (!constraint) {
      constraint = new PoemConstraint({ form, tones, rhyme }, this.tokens, this.tokenizer.endOfTurn);
      this.constraints.set(key, constraint);
    }
    return constraint;
  }

  /**
   * Writes poems, each the best of several candidates by {@link WrittenPoem.score}. The same seed gives the same poem.
   */
  async write(options: WriteOptions): Promise<WrittenPoem[]> {
    const { form, themes = [], count = 1, candidates = 1, seed = 0 } = options;
    const orders = Array.from({ length: count * candidates }, (_, index) => ({
      form,
      themes,
      seed: seed + Math.floor(index / candidates) + (index % candidates) * CANDIDATE_STRIDE,
    }));
    const poems = await this.writeAll(orders, options);
    return Array.from({ length: count }, (_, index) => {
      const group = poems.slice(index * candidates, (index + 1) * candidates);
      const best = group.reduce((a, b) => (b.score > a.score ? b : a));
      return { ...best, seed: seed + index };
    });
  }

  /** Writes a poem for each request, in one batch. */
  async writeAll(items: readonly PoemOrder[], options: BatchOptions = {}): Promise<WrittenPoem[]> {
    const { free = false, tones = true, rhyme = true } = options;
    const requests = items.map(({ form, themes, seed }) => ({
      prompt: this.tokenizer.encodePrompt([{ role: 'user', content: formatPrompt({ form, themes }) }]),
      seed,
      constraint: free ? undefined : this.constraint(form, tones, rhyme),
    }));
    const longest = Math.max(...items.map(({ form }) => FORMS[form].lines * (FORMS[form].length + 2)));
    const generations = await generate(this.decoder, this.tokenizer, requests, {
      sampling: { ...SAMPLING_DEFAULTS, ...options.sampling },
      maxNewTokens: longest + 24,
      adapter: this.adapter,
      onToken: options.onToken,
      signal: options.signal,
    });
    return generations.map(({ text, score }, index): WrittenPoem => {
      const { form, themes, seed } = items[index] as PoemOrder;
      const prompt = formatPrompt({ form, themes });
      const lines = splitLines(text);
      return {
        prompt,
        form,
        themes,
        text,
        lines,
        check: checkPoem(text),
        score: score + (themes.length > 0 ? 2 * themeCoverage(lines.join(''), themes) : 0),
        seed,
        model: this.name,
      };
    });
  }

  /** Frees the model's memory. */
  async release(): Promise<void> {
    await this.decoder.release();
  }
}
