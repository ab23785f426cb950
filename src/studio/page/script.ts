/** Poems in the script that the reader prefers. The tables of traditional characters are loaded when they are first asked for. */
import { useEffect, useState } from 'preact/hooks';
import { once } from '../../support/kept.js';

export type Script = 'simplified' | 'traditional';

type Convert = (lines: readonly string[]) => readonly string[];

const loadConverter = once(async (): Promise<Convert> => {
  const { toTraditionalLines } = await import('../../poetry/script/traditional.js');
  return toTraditionalLines;
});

/**
 * What turns the lines of a poem into a script, or its text as one of them: themselves until the tables are there. A poem that is in
 * traditional script already stays.
 */
export function useScript(script: Script): Convert {
  const [convert, setConvert] = useState<Convert>();
  useEffect(() => {
    if (script === 'traditional') void loadConverter().then((loaded) => setConvert(() => loaded));
  }, [script]);
  return script === 'traditional' && convert ? convert : (lines) => lines;
}
