/** Messages in Chinese or English: the locale decides, `--lang` overrides. */

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

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

/** The language that the arguments of a command ask for: before they are parsed, so that what is wrong with them is told in it. */
export function languageOf(argv: readonly string[]): Language | undefined {
  const at = argv.findLastIndex((word) => /^--lang(?:=|$)/u.test(word));
  const named = argv[at]?.split('=')[1] ?? argv[at + 1];
  return at < 0 ? undefined : LANGUAGES.find((one) => one === named);
}

export function setLanguage(chosen: Language): void {
  language = chosen;
}

/** The message in the language of the user. */
export function say(chinese: string, english: string): string {
  return language === 'zh' ? chinese : english;
}
