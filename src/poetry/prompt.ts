/** The prompt that asks for a poem, and reading one back. */
import { FORM_NAMES, FORMS, formByName, namesOf, type FormName } from './forms.js';

export interface PoemRequest {
  readonly form: FormName;
  readonly themes: readonly string[];
}

/** 写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静 */
export function formatPrompt({ form, themes }: PoemRequest): string {
  const asked = themes.length > 0 ? ` 主题为: ${themes.join('、')}` : '';
  return `写一首[${form}] 要求${FORMS[form].lines}句${asked}`;
}

/** Other ways to ask for the same: the wording must not matter to a model that was trained on them. */
const PARAPHRASES: readonly ((form: FormName, themes: string) => string)[] = [
  (form, themes) => `请写一首${form}，主题是${themes}`,
  (form, themes) => `以“${themes}”为题，作一首${form}`,
  (form, themes) => `来一首关于${themes}的${form}`,
  (form, themes) => `作${form}一首，${FORMS[form].lines}句，写${themes}`,
  (form, themes) => `请你扮演唐代诗人，用${form}写${themes}`,
];

/** One of the other ways, chosen by a number from 0 to 1. Without themes the plain prompt. */
export function paraphrasePrompt(request: PoemRequest, chosen: number): string {
  const { form, themes } = request;
  const write = PARAPHRASES[Math.floor(chosen * PARAPHRASES.length)];
  return write && themes.length > 0 ? write(form, themes.join('、')) : formatPrompt(request);
}

/** Theme words from a list written with any separator. */
export function splitThemes(text: string): string[] {
  return text
    .split(/[、，,;；\s]+/u)
    .map((theme) => theme.trim())
    .filter((theme) => theme !== '');
}

/** What a free-text prompt says. What it leaves out is undefined. */
export interface ParsedPrompt {
  readonly form: FormName | undefined;
  /** The form as written, where it is in brackets or is one of the known ones. */
  readonly named: string | undefined;
  /** The number after 要求. */
  readonly lines: number | undefined;
  readonly themes: readonly string[];
}

/** Any name of a form: the longer of two that begin alike. */
const FORM_NAME = new RegExp(
  FORM_NAMES.flatMap(namesOf)
    .sort((a, b) => b.length - a.length)
    .join('|'),
  'u',
);

/** Where the themes stand in the ways of asking. */
const THEME_PATTERNS = [
  /主题\s*(?:为|是)?\s*[:：]?\s*(.+)$/u,
  /[以用][“"「](.+?)[”"」]为题/u,
  /关于(.+?)的(?:[五七]言|[五七][绝律]|绝句|律诗|诗)/u,
  /关于(.+?)的/u,
  // What follows may be the request itself (写一首诗), but a theme may begin like it (一叶知秋, 首阳山).
  /[，句言绝律诗用]写(?![一二两三四五六七八九十几\d]*首(?:[[［【五七绝律诗]|.*(?:诗|绝句|律诗|[五七][绝律])$))(.+)$/u,
];

/** Reads a free-text prompt. A form that is not known leaves `form` undefined and `named` set. */
export function parsePrompt(prompt: string): ParsedPrompt {
  const bracket = /[[［【]([^\]］】]+)[\]］】]/u.exec(prompt)?.[1];
  const named = bracket ?? FORM_NAME.exec(prompt)?.[0];
  const lines = /(\d+)\s*句/u.exec(prompt)?.[1];
  const themes = THEME_PATTERNS.map((pattern) => pattern.exec(prompt)?.[1]).find(Boolean) ?? '';
  return {
    form: named === undefined ? undefined : formByName(named),
    named,
    lines: lines === undefined ? undefined : Number(lines),
    themes: splitThemes(themes),
  };
}
