/** Poems in the script that the reader prefers. The tables of traditional characters are loaded when they are first asked for. */
import { useEffect, useState } from 'preact/hooks';

export type Script = 'simplified' | 'traditional';

let converter: Promise<(text: string) => string> | undefined;

function loadConverter(): Promise<(text: string) => string> {
  converter ??= import('opencc-js/cn2t').then(({ Converter }) => Converter({ from: 'cn', to: 't' }));
  return converter;
}

/** What turns a text into a script; the text itself until the tables are there. */
export function useScript(script: Script): (text: string) => string {
  const [convert, setConvert] = useState<(text: string) => string>();
  useEffect(() => {
    if (script === 'traditional') void loadConverter().then((loaded) => setConvert(() => loaded));
  }, [script]);
  return script === 'traditional' && convert ? convert : (text) => text;
}
