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

/** What a free-text prompt says. What it leaves out is undefined. */
export interface ParsedPrompt {
  readonly form: FormName | undefined;
  /** The form as written, where it is in brackets or is one of the known ones. */
  readonly named: string | undefined;
  /** The number after 要求. */
  readonly lines: number | undefined;
  readonly themes: readonly string[];
}

/** Reads a free-text prompt. A form that is not known leaves `form` undefined and `named` set. */
export function parsePrompt(prompt: string): ParsedPrompt {
  const bracket = /[[［【]([^\]］】]+)[\]］】]/u.exec(prompt)?.[1];
  const named = bracket ?? /(五言绝句|七言绝句|五言律诗|七言律诗|五绝|七绝|五律|七律)/u.exec(prompt)?.[1];
  const lines = /(\d+)\s*句/u.exec(prompt)?.[1];
  const themes = /主题\s*(?:为|是)?\s*[:：]?\s*(.+)$/u.exec(prompt)?.[1] ?? '';
  return {
    form: named === undefined ? undefined : formByName(named),
    named,
    lines: lines === undefined ? undefined : Number(lines),
    themes: splitThemes(themes),
  };
}
