/** What was made of the words of a request, a line for people. */
import type { SubjectPart } from '../poetry/subject.js';
import { say } from './language.js';

/** `夜景 → 夜 灯火` for each word that was led elsewhere, and those that lead nowhere; empty where nothing was led. */
export function formatUnderstood({
  understood = [],
}: {
  readonly understood?: readonly SubjectPart[];
}): string {
  if (understood.length === 0) return '';
  const shown = understood.flatMap(({ text, words }) => {
    if (words.length === 0) return [];
    return words.length === 1 && words[0] === text ? [text] : [`${text} → ${words.join(' ')}`];
  });
  const lost = understood.filter(({ words }) => words.length === 0).map(({ text }) => text);
  const led =
    shown.length > 0 ? say(`\n  ⇢ 题意：${shown.join('；')}`, `\n  ⇢ understood: ${shown.join('; ')}`) : '';
  const none =
    lost.length > 0
      ? say(`\n  ✗ 诗中无可对应：${lost.join('、')}`, `\n  ✗ leads to no word of poems: ${lost.join(', ')}`)
      : '';
  return `${led}${none}`;
}
