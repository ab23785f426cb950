/** The forms that a prompt can ask for, and the shapes they have. */
import { characters } from './text.js';

/** The forms that can be asked for, with their lines and the characters of each. */
export const FORMS = {
  五言绝句: { lines: 4, length: 5, english: 'five-character quatrain' },
  七言绝句: { lines: 4, length: 7, english: 'seven-character quatrain' },
  五言律诗: { lines: 8, length: 5, english: 'five-character regulated verse' },
  七言律诗: { lines: 8, length: 7, english: 'seven-character regulated verse' },
} as const;

/** 五言绝句, 七言绝句, 五言律诗 or 七言律诗. */
export type FormName = keyof typeof FORMS;

/** The names of all forms. */
export const FORM_NAMES = Object.keys(FORMS) as FormName[];

/** The short names that people also use. */
const ALIASES: Readonly<Record<string, FormName>> = {
  五绝: '五言绝句',
  七绝: '七言绝句',
  五律: '五言律诗',
  七律: '七言律诗',
};

/** A form by its name or short name. */
export function formByName(name: string): FormName | undefined {
  const trimmed = name.trim();
  return FORM_NAMES.find((form) => form === trimmed) ?? ALIASES[trimmed];
}

/** The form whose shape these lines have (tones not looked at). */
export function formOfShape(lines: readonly string[]): FormName | undefined {
  return FORM_NAMES.find((name) => {
    const form = FORMS[name];
    return lines.length === form.lines && lines.every((line) => characters(line).length === form.length);
  });
}
