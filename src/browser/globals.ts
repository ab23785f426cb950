/** The names that Node.js has everywhere, as far as the library reads them. */
export { Buffer } from 'buffer';

export const process = {
  env: {},
  pid: 1,
  version: '',
  versions: {},
  cwd: (): string => '/',
  /** Nothing limits it further. */
  constrainedMemory: (): number => 0,
};
