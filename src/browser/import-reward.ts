/** In a browser rewards are the built-in ones; modules of one's own are not imported there. */
import { InputError } from '../support/errors.js';

export function importReward(file: string): Promise<never> {
  return Promise.reject(
    new InputError(`${file}: a module is not imported in a browser, expected a built-in reward`),
  );
}
