/** Models with figures that transformers, PEFT and TRL computed for them, and how near ours must come. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { openModel, type ModelFolder } from '../../src/model/folder.js';
import { loadAdapter, loraTensors, type Adapter } from '../../src/model/lora.js';
import { DEVICES, type Device, type RuntimeOptions } from '../../src/tensor/device.js';

const device = (process.env['GOLDEN_DEVICE'] ?? 'cpu') as Device;
if (!DEVICES.includes(device)) throw new Error(`GOLDEN_DEVICE=${device}: expected ${DEVICES.join(', ')}`);

/** Where the graphs run: GOLDEN_DEVICE, as `--device`. */
export const runtime: RuntimeOptions = { device };

/** How far figures may lie apart: absolutely for logits and log-probabilities, relatively for losses and norms. */
export interface Tolerances {
  readonly logits: number;
  readonly loss: number;
  readonly norm: number;
  /** Milliseconds that a test may take. */
  readonly time: number;
}

const RANDOM_MODEL: Tolerances = { logits: 1e-4, loss: 1e-5, norm: 1e-4, time: 180_000 };
/** Thirty layers of real weights, logits of size 30: what two correct implementations in float32 differ by. */
const REAL_MODEL: Tolerances = { logits: 5e-3, loss: 1e-4, norm: 1e-3, time: 1_800_000 };

/** A model and the folder of its figures. */
export class GoldenModel {
  constructor(
    readonly name: string,
    private readonly folder: string,
    private readonly model: string,
    readonly tolerances: Tolerances,
  ) {}

  has(name: string): boolean {
    return existsSync(path.join(this.folder, name));
  }

  /** The content of a figure file. */
  read<T>(name: string): T {
    return JSON.parse(readFileSync(path.join(this.folder, name), 'utf8')) as T;
  }

  open(): Promise<ModelFolder> {
    return openModel(this.model);
  }

  /** An adapter that stands beside the figures, for the opened model. */
  adapter(name: string, { config }: ModelFolder): Promise<Adapter> {
    return loadAdapter(path.join(this.folder, name), config);
  }
}

const list = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

/** Folders of small random models and of other figures: GOLDEN_DIR, several joined by `:`. */
export const goldenFolders: readonly string[] = (
  process.env['GOLDEN_DIR'] ?? '../shared/golden:../shared/golden-architectures'
)
  .split(':')
  .map((folder) => path.resolve(folder));

/** A file of the folders of figures, if one of them has it. */
export function goldenFile(name: string): string | undefined {
  return goldenFolders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

/** The random models that the folders hold. */
export function randomModels(): GoldenModel[] {
  return goldenFolders.flatMap((folder) =>
    list(folder)
      .map((name) => [name, path.join(folder, name)] as const)
      .filter(([, inner]) => existsSync(path.join(inner, 'model', 'config.json')))
      .map(([name, inner]) => new GoldenModel(name, inner, path.join(inner, 'model'), RANDOM_MODEL)),
  );
}

/** Pre-trained models whose figures are in GOLDEN_REAL_DIR and whose folders are in REAL_MODELS_DIR. */
export function realModels(): GoldenModel[] {
  const figures = path.resolve(process.env['GOLDEN_REAL_DIR'] ?? '../shared/golden-real');
  const models = process.env['REAL_MODELS_DIR'];
  if (models === undefined) return [];
  return list(figures)
    .filter((name) => existsSync(path.join(models, name, 'config.json')))
    .map((name) => new GoldenModel(name, path.join(figures, name), path.join(models, name), REAL_MODEL));
}

export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < expected.length; i += 1) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

export function expectAdapter(actual: Adapter, expected: Adapter, tolerance: number): void {
  const found = loraTensors(actual);
  for (const [name, { data }] of loraTensors(expected))
    expectClose(found.get(name)?.data ?? [], data, tolerance);
}

/** Items in groups of `size`. */
export const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/** A kind of figures: the file that holds them, and the tests of a model that has it. */
export interface FigureKind {
  readonly file: string;
  tests(golden: GoldenModel): void;
}
