/** What an adapter changes, and by how much: the settings of PEFT's LoraConfig. */
import type { ModelConfig } from './config.js';
import {
  PROJECTIONS,
  projectionPath,
  projectionShape,
  targetMatcher,
  type TargetModules,
} from './projections.js';

export interface LoraConfig {
  /** Rank. */
  readonly r: number;
  readonly loraAlpha: number;
  readonly loraDropout: number;
  readonly targetModules: TargetModules;
  /** Layers that have adapters; all where absent. */
  readonly layersToTransform?: readonly number[];
  /** Scale by alpha / √r instead of alpha / r (rsLoRA, arXiv 2312.03732). */
  readonly useRslora?: boolean;
  /** Train the length of each weight row apart from its direction (DoRA, arXiv 2402.09353). */
  readonly useDora?: boolean;
  /** Biases of the base that are trained: all, or those of adapted projections. */
  readonly bias?: 'all' | 'lora_only';
  /** Other modules of the base that are trained whole, by the ends of their paths. */
  readonly modulesToSave?: readonly string[];
}

/** The projections that an adapter changes, with their shapes [out, in], in a fixed order. */
export function adaptedProjections(
  model: ModelConfig,
  lora: LoraConfig,
): { path: string; out: number; in: number }[] {
  const isTarget = targetMatcher(lora.targetModules);
  const layers = Array.from({ length: model.numHiddenLayers }, (_, layer) => layer).filter(
    (layer) => lora.layersToTransform?.includes(layer) ?? true,
  );
  return layers.flatMap((layer) =>
    PROJECTIONS.filter((projection) => isTarget(layer, projection)).map((projection) => {
      const [out, inner] = projectionShape(model, projection);
      return { path: projectionPath(layer, projection), out, in: inner };
    }),
  );
}

/** What an adapter's product is multiplied with. */
export function loraScaling({ loraAlpha, r, useRslora }: LoraConfig): number {
  return loraAlpha / (useRslora ? Math.sqrt(r) : r);
}
