/** A folder that one page or worker of this origin at a time works in: what is kept of runs is the origin's. */
import { InputError } from '../support/errors.js';

interface Locks {
  request<T>(
    name: string,
    options: { readonly ifAvailable: true },
    work: (lock: object | null) => Promise<T>,
  ): Promise<T>;
}

/** Absent where a page came without encryption. */
declare const navigator: { readonly locks?: Locks };

/** Does work in a folder that no other page works in. @throws InputError if one does */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (!navigator.locks) return work();
  return navigator.locks.request(`shiren ${folder}`, { ifAvailable: true }, (lock) => {
    if (lock) return work();
    throw new InputError(
      `${folder}: another page trains this run: wait for it or close it, or give this run another name`,
    );
  });
}
