/** What a stage will take, told before it is begun: steps, tokens, memory. */
import type { ModelFolder } from '../model/folder.js';
import type { RuntimeOptions } from '../tensor/device.js';
import type { TokenizedExample } from '../training/learning.js';
import { outlookOf, type StageOutlook } from '../training/outlook.js';
import type { StageRecipe } from '../training/recipe.js';
import { longestOf } from '../training/train-stage.js';
import { machineMemory, stageMemory, type StageMemory } from './memory.js';

/** What a stage will take. */
export interface StageEstimate extends Omit<StageOutlook, 'looked' | 'scored'> {
  readonly stage: string;
  readonly memory: StageMemory;
  /** Bytes that there are. */
  readonly machine: number;
  /** Seconds that the stage takes; absent where nothing of it was run. */
  readonly seconds?: number;
}

/** A stage's steps, tokens and memory, from its examples. */
export function estimateStage(
  stage: StageRecipe,
  model: ModelFolder,
  trees: readonly TokenizedExample[],
  runtime: RuntimeOptions = {},
): StageEstimate {
  const outlook = outlookOf(stage, trees);
  const { steps, examplesPerStep, tokens } = outlook;
  const memory = stageMemory(stage, model, outlook, longestOf(stage, trees), runtime);
  return { ...{ stage: stage.name, steps, examplesPerStep, tokens }, memory, machine: machineMemory() };
}
