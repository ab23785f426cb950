/** What the benchmarks share: medians, memory, and the arithmetic of a training step. */
import type { ModelConfig } from '../src/model/config.js';
import { adaptedProjections, type LoraConfig } from '../src/model/lora.js';
import { PROJECTIONS, projectionShape } from '../src/model/projections.js';
import type { PackedBatch } from '../src/training/packing.js';

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** The largest resident memory of this process so far, in GB. */
export const peakMemory = (): number => process.resourceUsage().maxRSS / 1e6;

/**
 * Floating-point operations of a LoRA step's matrix products: frozen matrices forward and back to their inputs, the output head on
 * the rows with loss, attention, and the adapters with their gradients. Everything else is left out.
 */
export function stepArithmetic(config: ModelConfig, lora: LoraConfig, batch: PackedBatch): number {
  const tokens = batch.rows * batch.length;
  const matrices = PROJECTIONS.map((projection) => projectionShape(config, projection))
    .map(([out, inner]) => out * inner * config.numHiddenLayers)
    .reduce((sum, size) => sum + size, 0);
  const adapters = adaptedProjections(config, lora)
    .map(({ out, in: inner }) => lora.r * (out + inner))
    .reduce((sum, size) => sum + size, 0);
  const head = config.vocabSize * config.hiddenSize;
  const attention =
    config.numHiddenLayers * config.numAttentionHeads * config.headDim * batch.length * batch.length;
  return (
    4 * tokens * matrices +
    6 * tokens * adapters +
    4 * batch.lossRows.length * head +
    12 * batch.rows * attention
  );
}
