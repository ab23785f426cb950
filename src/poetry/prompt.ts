/** The prompt that asks for a poem, and reading one back. */
import { FORMS, formByName, type FormName } from './forms.js';

export interface PoemRequest {
  readonly form: FormName;
  readonly themes: readonly string[];
}

/** 写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静 */
export function formatPrompt({ form, themes }: PoemRequest): string {
  const asked = themes.length > 0 ? ` 主题为: ${themes.join('、')}` : '';
  return `写一首[${form}] 要求${FORMS[form].lines}句${asked}`;
}

/** Theme words from a list written with any separator. */
export function splitThemes(text: string): string[] {
  return text
    .split(/[、，,;；\s]+/u)
    .map((theme) => theme.trim())
    .filter((theme) => theme !== '');
}

/** What a free-text prompt asks for; the form is undefined where none is named. */
export function parsePrompt(prompt: string): { form: FormName | undefined; themes: string[] } {
  const bracket = /[[［【]([^\]］】]+)[\]］】]/u.exec(prompt)?.[1];
  const named = bracket ?? /(五言绝句|七言绝句|五言律诗|七言律诗|五绝|七绝|五律|七律)/u.exec(prompt)?.[1];
  const themes = /主题\s*(?:为|是)?\s*[:：]?\s*(.+)$/u.exec(prompt)?.[1] ?? '';
  return { form: named === undefined ? undefined : formByName(named), themes: splitThemes(themes) };
}
