/** The slices of the font of poems that a text needs, as rules that carry their bytes: what a picture by itself has no other way to. */
import { once } from '../../support/kept.js';

const FAMILY = 'Noto Serif SC';

/** Loads the rules of the font, where the page has not yet. */
const loadRules = once(async (): Promise<CSSFontFaceRule[]> => {
  await import('./poem-font.js');
  const rules = Array.from(document.styleSheets).flatMap((sheet) => Array.from(sheet.cssRules));
  return rules.filter(
    (rule): rule is CSSFontFaceRule =>
      rule instanceof CSSFontFaceRule &&
      rule.style.getPropertyValue('font-family').replace(/["']/g, '') === FAMILY,
  );
});

/** @throws Error where a slice cannot be fetched */
export async function fontFaces(text: string): Promise<string> {
  const points = [...new Set(text)].map((character) => character.codePointAt(0) ?? 0);
  const needed = (await loadRules()).filter((rule) => {
    const covers = readRanges(rule.style.getPropertyValue('unicode-range'));
    return points.some(covers);
  });
  const faces = needed.map(async (rule) => {
    const path = /url\(["']?([^"')]+)/.exec(rule.style.getPropertyValue('src'))?.[1] ?? '';
    const url = new URL(path, rule.parentStyleSheet?.href ?? location.href);
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
    const data = await toDataUrl(await response.blob());
    const range = rule.style.getPropertyValue('unicode-range');
    return `@font-face{font-family:'${FAMILY}';src:url(${data}) format('woff2');unicode-range:${range}}`;
  });
  return (await Promise.all(faces)).join('');
}

/** Whether a code point is in a list like `U+4E00-4E10, U+4E2D`; without a list all are. */
export function readRanges(list: string): (point: number) => boolean {
  const ranges = list
    .split(',')
    .map((range) => range.trim().replace(/^U\+/i, ''))
    .filter((range) => range !== '')
    .map((range) => {
      const [from = '', to = from] = range.split('-');
      return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const;
    });
  if (ranges.length === 0) return () => true;
  return (point) => ranges.some(([from, to]) => from <= point && point <= to);
}

function toDataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error('unreadable font'));
    reader.readAsDataURL(blob);
  });
}
