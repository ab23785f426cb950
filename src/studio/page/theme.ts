/** Light or dark: as the reader chose on this page, or else as the system has it. */
import { useEffect, useState } from 'preact/hooks';

type Theme = 'light' | 'dark';

const KEY = 'shiren-theme';

function keptTheme(): Theme | undefined {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : undefined;
}

const systemTheme = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

/** @returns the theme that is shown, and what turns to the other */
export function useTheme(): [Theme, () => void] {
  const [chosen, choose] = useState(keptTheme);
  useEffect(() => {
    if (chosen === undefined) return;
    document.documentElement.dataset['theme'] = chosen;
    localStorage.setItem(KEY, chosen);
  }, [chosen]);
  const shown = chosen ?? systemTheme();
  return [shown, () => choose(shown === 'dark' ? 'light' : 'dark')];
}
