/** The rewards that a recipe names: built-in ones, and functions of the user's own modules. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createJiti } from 'jiti';
import {
  BuiltInRewards,
  REWARD_NAMES,
  type RewardFunction,
  type RewardInput,
  type RewardName,
} from '../evaluation/rewards.js';
import type { Yardstick } from '../evaluation/yardstick.js';
import { InputError, messageOf } from '../support/errors.js';
import { isRecord } from '../support/files.js';
import { nearestName, shownValue } from '../support/schema.js';
import type { GrpoSettings, RewardSetting } from '../training/recipe/grpo-settings.js';

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
  { rewards, reward_weights: weights }: Pick<GrpoSettings, 'rewards' | 'reward_weights'>,
  corpus: Yardstick,
): Promise<OpenedReward[]> {
  const builtIn = new BuiltInRewards(corpus);
  const opened = await Promise.all(rewards.map((setting) => openReward(setting, builtIn)));
  const seen = new Map<string, number>();
  return opened.map((reward, index) => {
    const count = (seen.get(reward.name) ?? 0) + 1;
    seen.set(reward.name, count);
    const name = count === 1 ? reward.name : `${reward.name}-${count}`;
    return { ...reward, name, weight: weights?.[index] ?? reward.weight };
  });
}

async function openReward(setting: RewardSetting, builtIn: BuiltInRewards): Promise<OpenedReward> {
  if (typeof setting === 'string') return openBuiltIn(setting, 1, builtIn);
  const { weight = 1 } = setting;
  if ('name' in setting) return openBuiltIn(setting.name, weight, builtIn);
  const file = path.resolve(setting.module);
  const reward = await importReward(file);
  return { name: path.parse(file).name, weight, judge: (examples) => judgeBy(reward, file, examples) };
}

function openBuiltIn(name: string, weight: number, builtIn: BuiltInRewards): OpenedReward {
  const known = REWARD_NAMES.find((one) => one === name);
  if (!known) {
    const near = nearestName(name, REWARD_NAMES);
    throw new InputError(
      `rewards: ${name}: no reward of this name, did you mean ${near}? (${REWARD_NAMES.join(', ')}; a module of your own: {module: ./my-reward.ts})`,
    );
  }
  const reward = builtIn.function(known satisfies RewardName);
  return { name, weight, judge: async (examples) => reward(examples) };
}

async function importReward(file: string): Promise<RewardFunction> {
  if (!existsSync(file))
    throw new InputError(`${file}: no such file, expected a module with a function reward`);
  const jiti = createJiti(import.meta.url);
  const module: unknown = await jiti.import(file).catch((error: unknown) => {
    throw new InputError(`${file}: cannot be imported (${messageOf(error).split('\n')[0]})`);
  });
  const reward = isRecord(module) ? (module['reward'] ?? module['default']) : undefined;
  if (typeof reward !== 'function') {
    const names = isRecord(module) ? Object.keys(module).join(', ') : '';
    throw new InputError(`${file}: exports ${names || 'nothing'}, expected a function reward`);
  }
  return reward as RewardFunction;
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
