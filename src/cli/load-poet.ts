/** The poet of a command: the model that is named, with the adapter that belongs to it. */
import { existsSync } from 'node:fs';
import { Poet, type PoetOptions } from '../writing/poet.js';
import { resolveModel } from './model.js';
import { DEFAULT_ADAPTER, DEFAULT_MODEL, resolvePath } from './paths.js';

export interface PoetFlags {
  readonly model: string;
  readonly adapter?: string;
  /** Use no adapter. */
  readonly base?: boolean;
}

/** Loads a model and its adapter: the shipped one where the shipped model is meant and none is named. */
export async function loadPoet(
  flags: PoetFlags,
  options: Omit<PoetOptions, 'model' | 'adapter'> = {},
): Promise<Poet> {
  const shipped =
    flags.model === DEFAULT_MODEL && existsSync(resolvePath(DEFAULT_ADAPTER)) ? DEFAULT_ADAPTER : undefined;
  const adapter = flags.base ? undefined : (flags.adapter ?? shipped);
  return Poet.load({
    ...options,
    model: await resolveModel(flags.model),
    adapter: adapter === undefined ? undefined : resolvePath(adapter),
  });
}
