/** The rewards that a recipe names: built-in ones, and functions of the user's own modules. */
import path from 'node:path';
import {
  BuiltInRewards,
  REWARD_NAMES,
  type RewardFunction,
  type RewardInput,
} from '../evaluation/rewards.js';
import type { Yardstick } from '../evaluation/yardstick.js';
import { InputError, messageOf } from '../support/errors.js';
import { nearestName, shownValue } from '../support/schema.js';
import type { RuntimeOptions } from '../tensor/device.js';
import { rewardWeights, type GrpoSettings, type RewardSetting } from '../training/recipe/grpo-settings.js';
import { importReward } from './import-reward.js';
import { ModelCoherence } from './model-coherence.js';
import { readReferenceCorpus } from './reference-corpus.js';

/** A reward function, checked: one finite number or NaN for each example. */
export interface OpenedReward {
  readonly name: string;
  readonly weight: number;
  readonly judge: (examples: readonly RewardInput[]) => Promise<readonly number[]>;
}

/**
 * Opens the rewards of a stage. Modules are found from the working folder, in JavaScript or TypeScript; each exports a function `reward` (or a
 * default one).
 *
 * @throws InputError for a name that is not built in, or a module that cannot be read or exports no function
 */
export async function openRewards(
  settings: Pick<GrpoSettings, 'rewards' | 'reward_weights'>,
  corpus: Yardstick,
): Promise<OpenedReward[]> {
  const builtIn = new BuiltInRewards(corpus);
  const weights = rewardWeights(settings);
  const judges = await Promise.all(settings.rewards.map((setting) => openReward(setting, builtIn)));
  const names = settings.rewards.map(rewardName);
  return judges.map((judge, index) => {
    const before = names.slice(0, index).filter((name) => name === names[index]).length;
    const name = `${names[index]}${before === 0 ? '' : `-${before + 1}`}`;
    return { name, weight: weights[index] ?? 1, judge };
  });
}

/** What the rewards of a stage are given by: the reference corpus of a data folder, and a judge of coherence where one is named. */
export async function rewardCorpus(
  settings: Pick<GrpoSettings, 'rewards'>,
  data: string,
  runtime?: RuntimeOptions,
): Promise<Yardstick> {
  const needsJudge = settings.rewards.some((setting) => rewardName(setting) === 'coherence');
  return readReferenceCorpus(data, {
    coherence: needsJudge ? await ModelCoherence.shipped(runtime) : undefined,
  });
}

/** What a reward is called in figures: by its name, or by its module's. */
function rewardName(setting: RewardSetting): string {
  if (typeof setting === 'string') return setting;
  return 'name' in setting ? setting.name : path.parse(setting.module).name;
}

async function openReward(setting: RewardSetting, builtIn: BuiltInRewards): Promise<OpenedReward['judge']> {
  if (typeof setting === 'object' && 'module' in setting) {
    const file = path.resolve(setting.module);
    const reward = await importReward(file);
    return (examples) => judgeBy(reward, file, examples);
  }
  const name = rewardName(setting);
  const known = REWARD_NAMES.find((one) => one === name);
  if (!known) {
    const near = nearestName(name, REWARD_NAMES);
    throw new InputError(
      `rewards: ${name}: no reward of this name, did you mean ${near}? (${REWARD_NAMES.join(', ')}; a module of your own: {module: ./my-reward.ts})`,
    );
  }
  const reward = builtIn.function(known);
  return async (examples) => reward(examples);
}

/** Calls a user's function and checks what it gives. @throws InputError naming file and example */
async function judgeBy(
  reward: RewardFunction,
  file: string,
  examples: readonly RewardInput[],
): Promise<readonly number[]> {
  let values: unknown;
  try {
    values = await reward(examples);
  } catch (error) {
    const at = await firstFailing(reward, examples);
    throw new InputError(`${file}: ${at}${messageOf(error).split('\n')[0]}`);
  }
  if (!Array.isArray(values) || values.length !== examples.length) {
    const found = Array.isArray(values) ? `${values.length} numbers` : shownValue(values);
    throw new InputError(
      `${file}: found ${found}, expected a number for each of ${examples.length} examples`,
    );
  }
  return values.map((value: unknown, index) => {
    if (value === null || value === undefined) return NaN;
    if (typeof value === 'number' && (Number.isFinite(value) || Number.isNaN(value))) return value;
    throw new InputError(
      `${file}: ${describe(examples[index], index)}found ${shownValue(value)}, expected a number, or null for none`,
    );
  });
}

/** Which example a function throws at, where it does so for one alone. */
async function firstFailing(reward: RewardFunction, examples: readonly RewardInput[]): Promise<string> {
  for (const [index, example] of examples.entries()) {
    try {
      await reward([example]);
    } catch {
      return describe(example, index);
    }
  }
  return '';
}

function describe(example: RewardInput | undefined, index: number): string {
  return `example ${index + 1} (${shownValue(example?.text ?? '')}): `;
}
