/** The page's words, in Chinese or English, side by side where they are used: `say('写诗', 'Write')`. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export type Language = 'zh' | 'en';
export type Say = (chinese: string, english: string) => string;

const KEY = 'shiren-language';

/** What the reader chose before, or else what the browser prefers. */
export function initialLanguage(): Language {
  const chosen = localStorage.getItem(KEY);
  if (chosen === 'zh' || chosen === 'en') return chosen;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}

export const LanguageContext = createContext<Language>('zh');

export const useLanguage = (): Language => useContext(LanguageContext);

export function useSay(): Say {
  const language = useLanguage();
  return (chinese, english) => (language === 'zh' ? chinese : english);
}
