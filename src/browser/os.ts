/** node:os, as far as the library needs it. */

/** Sessions are not run side by side: the threads that there are belong to the one runtime. */
export const availableParallelism = (): number => 1;

/** Bytes that WebAssembly can address. */
export const totalmem = (): number => 2 ** 32;

/** Where the cache would lie: in memory, as all files do. */
export const homedir = (): string => '/home';
