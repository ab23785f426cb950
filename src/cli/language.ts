/** Messages in Chinese or English: the locale decides, `--lang` overrides. */

export type Language = 'zh' | 'en';

// eslint-disable-next-line no-restricted-syntax -- one process speaks one language
let language: Language = fromLocale();

function fromLocale(): Language {
  const locale =
    process.env['LC_ALL'] ??
    process.env['LC_MESSAGES'] ??
    process.env['LANG'] ??
    Intl.DateTimeFormat().resolvedOptions().locale;
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function setLanguage(chosen: Language): void {
  language = chosen;
}

/** The message in the language of the user. */
export function say(chinese: string, english: string): string {
  return language === 'zh' ? chinese : english;
}
