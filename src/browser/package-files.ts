/** The package's files in a browser: there are none beside the bundle, and names mean what was fetched. */

/** Written in when the library is bundled. */
declare const SHIREN_VERSION: string;

export const packageVersion = (): string => SHIREN_VERSION;

export const resolvePath = (name: string): string => name;

export const displayPath = (file: string): string => file;

export function packaged(...parts: string[]): string {
  return `/package/${parts.join('/')}`;
}
