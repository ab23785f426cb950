/** The models that the studio can write with: those it was given, and the adapters that its runs have made. Loaded when first asked for. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { DecodingDtype } from '../model/frozen-base.js';
import { openModelWithTokenizer, type ModelFolder } from '../model/folder.js';
import { loadAdapter, type LoraConfig } from '../model/lora.js';
import type { LineIndex } from '../poetry/line-index.js';
import { InputError } from '../support/errors.js';
import { isRecord, readJson } from '../support/files.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { Decoder } from '../writing/decoding/decoder.js';
import { Poet } from '../writing/poet.js';
import { StudioError } from './errors.js';

/** A model as its user names it. */
export interface ModelSource {
  /** A folder, or an id of the hub. */
  readonly model: string;
  /** A PEFT adapter folder. */
  readonly adapter?: string;
}

export interface ModelListing extends ModelSource {
  readonly id: string;
  /** Milliseconds since 1970 at which it was made, as far as the file system tells. */
  readonly created: number;
}

export interface ShelfOptions extends RuntimeOptions {
  /** The first one is the default. */
  readonly sources: readonly ModelSource[];
  /** Folders in which adapters are looked for. */
  readonly adapterFolders: readonly string[];
  /** The folder of a model as it is named. */
  readonly resolve: (name: string) => Promise<string>;
  /** The folder of an adapter as it is named. */
  readonly resolveAdapter: (name: string) => string;
  readonly dtype?: DecodingDtype;
  readonly knownLines?: LineIndex;
  /** Poems decoded together. */
  readonly sequences?: number;
}

/** Base models in memory at the same time, each for adapters of one shape. */
const MOST_LOADED = 3;
const POSITIONS = 1024;
/** Levels below its folders that an adapter may lie: a job's stage lies at studio/jobs/ID/STAGE. */
const DEEPEST = 5;

interface Loaded {
  readonly base: string;
  readonly poet: Poet;
}

interface Shelved {
  readonly loaded: Promise<Loaded>;
  /** When the adapter's file was written: an adapter that was trained anew is loaded anew. */
  readonly written: number;
}

export class ModelShelf {
  private readonly sources: ModelSource[];
  private readonly decoders = new Map<string, Promise<Decoder>>();
  private readonly poets = new Map<string, Shelved>();
  private readonly inUse = new Map<string, number>();

  constructor(private readonly options: ShelfOptions) {
    this.sources = [...options.sources];
  }

  /** All models there are now, the default one first. */
  async list(): Promise<ModelListing[]> {
    const found = await Promise.all(this.options.adapterFolders.map(findAdapters));
    const sources = [...this.sources, ...found.flat()];
    const listed = new Map<string, ModelListing>();
    for (const source of sources) {
      if (!listed.has(idOf(source))) listed.set(idOf(source), await this.describe(source));
    }
    return [...listed.values()];
  }

  /** The model of an id, or the default one. @throws StudioError 404 */
  async find(id?: string): Promise<ModelListing> {
    // Folders are looked through only for what was not given: this is asked for every poem.
    const given = id === undefined ? this.sources[0] : this.sources.find((one) => idOf(one) === id);
    if (given) return this.describe(given);
    const all = await this.list();
    const found = all.find((one) => one.id === id);
    if (found) return found;
    const known = all.map((one) => one.id).join(', ');
    throw new StudioError(404, 'not_found_error', `model ${id}: expected one of ${known}`, {
      param: 'model',
      code: 'model_not_found',
    });
  }

  /** Adds a model to choose from; it is loaded, so that what is wrong with it is told now. @throws InputError, StudioError 404 where there is none */
  async add(source: ModelSource): Promise<ModelListing> {
    await this.requireThere(source);
    const listing = await this.describe(source);
    await this.use(listing, async () => undefined);
    this.sources.push(source);
    return listing;
  }

  private async requireThere({ model, adapter }: ModelSource): Promise<void> {
    const { resolve, resolveAdapter } = this.options;
    const missing = (message: string): StudioError => new StudioError(404, 'not_found_error', message);
    const folder = await resolve(model).catch((error: unknown) => {
      throw error instanceof InputError ? missing(error.message) : error;
    });
    if (!existsSync(path.join(folder, 'config.json')))
      throw missing(`${model}: no model there (config.json)`);
    if (adapter === undefined || existsSync(path.join(resolveAdapter(adapter), 'adapter_config.json')))
      return;
    throw missing(`${adapter}: no adapter there (adapter_config.json)`);
  }

  private async describe(source: ModelSource): Promise<ModelListing> {
    return { ...source, id: idOf(source), created: await timeOf(this.folderOf(source)) };
  }

  /** The folder of a model's base, absolute: adapters may name one base in several ways. */
  async baseOf({ model }: ModelSource): Promise<string> {
    return path.resolve(await this.options.resolve(model));
  }

  /** Where what tells a model from others lies: its adapter, or the model itself. */
  private folderOf({ model, adapter }: ModelSource): string {
    return this.options.resolveAdapter(adapter ?? model);
  }

  /** Works with a model, which stays in memory meanwhile. */
  async use<T>(listing: ModelListing, work: (poet: Poet) => Promise<T>): Promise<T> {
    const { base, poet } = await this.load(listing);
    this.inUse.set(base, (this.inUse.get(base) ?? 0) + 1);
    try {
      return await work(poet);
    } finally {
      this.inUse.set(base, (this.inUse.get(base) ?? 1) - 1);
      await this.makeRoom();
    }
  }

  /** The poet of a model: those who ask at the same time get the same one. */
  private async load(listing: ModelListing): Promise<Loaded> {
    const { id, adapter } = listing;
    const written = adapter === undefined ? 0 : await timeOf(this.folderOf(listing));
    const before = this.poets.get(id);
    const shelved = before?.written === written ? before : { written, loaded: this.open(listing) };
    // Last in the map is what was used last.
    this.poets.delete(id);
    this.poets.set(id, shelved);
    try {
      return await shelved.loaded;
    } catch (error) {
      if (this.poets.get(id) === shelved) this.poets.delete(id);
      throw error;
    }
  }

  private async open(listing: ModelListing): Promise<Loaded> {
    const folder = await this.baseOf(listing);
    const own = listing.adapter === undefined ? undefined : this.folderOf(listing);
    const { model, tokenizer } = await openModelWithTokenizer(folder, own);
    const adapter = own === undefined ? undefined : await loadAdapter(own, model.config);
    const base = JSON.stringify([folder, adapter && shapeOf(adapter.config)]);
    const decoder = await this.decoder(base, model, adapter?.config);
    const { knownLines, sequences } = this.options;
    return { base, poet: new Poet({ name: listing.id, decoder, tokenizer, adapter, knownLines, sequences }) };
  }

  /** The decoder of a base, for adapters of one shape. */
  private decoder(base: string, model: ModelFolder, lora: LoraConfig | undefined): Promise<Decoder> {
    const { dtype, threads, device } = this.options;
    let decoder = this.decoders.get(base);
    if (!decoder) {
      decoder = Decoder.create(model, { lora, dtype, threads, device, positions: POSITIONS });
      this.decoders.set(base, decoder);
      decoder.catch(() => this.decoders.delete(base));
    }
    return decoder;
  }

  /** Frees the bases that were not used for longest and that nobody uses now. */
  private async makeRoom(): Promise<void> {
    if (this.decoders.size <= MOST_LOADED) return;
    const all = [...this.poets].map(async ([id, { loaded }]) => ({ id, base: (await loaded).base }));
    const settled = await Promise.allSettled(all);
    const shelved = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const latest = [...new Set(shelved.map(({ base }) => base).reverse())].slice(0, MOST_LOADED);
    for (const [base, decoder] of [...this.decoders]) {
      if (latest.includes(base) || (this.inUse.get(base) ?? 0) > 0) continue;
      this.decoders.delete(base);
      for (const one of shelved) if (one.base === base) this.poets.delete(one.id);
      await decoder.then((created) => created.release());
    }
  }

  /** Frees all models. */
  async release(): Promise<void> {
    const all = [...this.decoders.values()];
    this.decoders.clear();
    this.poets.clear();
    for (const decoder of all) await decoder.then((one) => one.release()).catch(() => undefined);
  }
}

/** A model goes by its adapter where it has one. */
const idOf = ({ model, adapter }: ModelSource): string => adapter ?? model;

/** What a decoder's graph depends on; dropout does nothing while writing. */
function shapeOf(config: LoraConfig): object {
  return { ...config, loraDropout: 0 };
}

async function timeOf(folder: string): Promise<number> {
  const file = path.join(folder, 'adapter_model.safetensors');
  const found = existsSync(file) ? file : existsSync(folder) ? folder : undefined;
  return found === undefined ? 0 : Math.floor((await stat(found)).mtimeMs);
}

/** Adapters below a folder, by their own word about their base. */
async function findAdapters(folder: string): Promise<ModelSource[]> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const found: ModelSource[] = [];
  for (const file of files.sort()) {
    if (path.basename(file) !== 'adapter_config.json' || file.split(path.sep).length > DEEPEST) continue;
    const config = await readJson(path.join(folder, file)).catch(() => undefined);
    const base = isRecord(config) ? config['base_model_name_or_path'] : undefined;
    if (typeof base === 'string') found.push({ model: base, adapter: path.join(folder, path.dirname(file)) });
  }
  return found;
}
