/** Memory that a stage cannot do without, before it is begun. */
import os from 'node:os';
import type { ModelConfig } from '../model/config.js';
import { adaptedProjections } from '../model/lora.js';
import { weightShapes } from '../model/weights.js';
import { InputError } from '../support/errors.js';
import type { StageRecipe } from '../training/recipe.js';
import { loraConfig } from '../training/train-stage.js';

const GIGABYTE = 2 ** 30;
/** Bytes of an adapter's weight in float32, of its gradient, and of Adam's two moments. */
const BYTES_A_TRAINED_WEIGHT = 16;
const BYTES_A_FROZEN_WEIGHT = { float32: 4, int8: 1 } as const;

/** Bytes that this machine has, or that the process may have of it (cgroup). */
export function machineMemory(): number {
  // Zero, or more than there is, where nothing limits it.
  return Math.min(os.totalmem(), process.constrainedMemory() || Infinity);
}

/** Bytes that the base and the adapter of a stage take alone, with what Adam keeps; activations, which depend on the data, come on top. */
export function leastMemory(stage: StageRecipe, model: ModelConfig): { base: number; adapter: number } {
  const frozen = [...weightShapes(model).values()].map((shape) => shape.reduce((a, b) => a * b, 1));
  const trained = adaptedProjections(model, loraConfig(stage)).map((one) => stage.r * (one.in + one.out));
  return {
    base: sum(frozen) * BYTES_A_FROZEN_WEIGHT[stage.base_dtype],
    adapter: sum(trained) * BYTES_A_TRAINED_WEIGHT,
  };
}

/**
 * Refuses a stage that no luck makes fit.
 *
 * @param memory bytes that there are
 * @throws InputError with what it needs, what there is, and what to change
 */
export function requireMemory(stage: StageRecipe, model: ModelConfig, memory = machineMemory()): void {
  const { base, adapter } = leastMemory(stage, model);
  if (base + adapter <= memory) return;
  const [needed, there, ofBase, ofAdapter] = [base + adapter, memory, base, adapter].map(gigabytes);
  const change =
    adapter > base ? 'a smaller r, or fewer target_modules' : 'base_dtype: int8, or a smaller model';
  throw new InputError(
    `${stage.name}: needs ${needed} GB of memory at least (base ${ofBase}, adapter with r ${stage.r} ${ofAdapter}), found ${there} GB, expected ${change}`,
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const gigabytes = (bytes: number): string => (bytes / GIGABYTE).toFixed(1);
