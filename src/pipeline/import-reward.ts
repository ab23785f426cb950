/** A reward function of the user's own, out of a module. */
import { existsSync } from 'node:fs';
import { createJiti } from 'jiti';
import type { RewardFunction } from '../evaluation/rewards.js';
import { InputError, messageOf } from '../support/errors.js';
import { isRecord } from '../support/files.js';

/** The function `reward`, or the default export, of a module in JavaScript or TypeScript. @throws InputError for one that has none */
export async function importReward(file: string): Promise<RewardFunction> {
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
