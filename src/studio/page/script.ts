/** Poems in the script that the reader prefers. The tables of traditional characters are loaded when they are first asked for. */
import { useEffect, useState } from 'preact/hooks';
import { once } from '../../support/kept.js';

export type Script = 'simplified' | 'traditional';

const loadConverter = once(async () => {
  const { Converter } = await import('opencc-js/cn2t');
  return Converter({ from: 'cn', to: 't' });
});

/** What turns a text into a script; the text itself until the tables are there. */
export function useScript(script: Script): (text: string) => string {
  const [convert, setConvert] = useState<(text: string) => string>();
  useEffect(() => {
    if (script === 'traditional') void loadConverter().then((loaded) => setConvert(() => loaded));
  }, [script]);
  return script === 'traditional' && convert ? convert : (text) => text;
}
