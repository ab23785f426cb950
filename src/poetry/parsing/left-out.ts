/** What stood with a poem and is not part of it, in a line. */
import type { LeftOut } from './poem-text.js';

const KINDS: readonly (readonly [LeftOut['kind'], string, string])[] = [
  ['title', '题', 'title'],
  ['dynasty', '朝代', 'dynasty'],
  ['author', '作者', 'poet'],
  ['note', '注', 'notes'],
  ['script', '拼音与外文', 'pinyin and other scripts'],
  ['number', '序号', 'numbers'],
  ['prose', '文', 'prose'],
];

const LONGEST = 16;

/**
 * `left out: title 登鹳雀楼; notes (2) 一作没`; empty where nothing was.
 *
 * @param say chooses the reader's language
 */
export function formatLeftOut(
  leftOut: readonly LeftOut[],
  say: (chinese: string, english: string) => string,
): string {
  const kinds = KINDS.flatMap(([kind, chinese, english]) => {
    const found = leftOut.filter((item) => item.kind === kind).map(({ text }) => text.replace(/\s+/gu, ' '));
    const [first = ''] = found;
    if (found.length === 0) return [];
    const all = [...first];
    const shown = all.length > LONGEST ? `${all.slice(0, LONGEST).join('')}…` : first;
    return [`${say(chinese, english)}${found.length > 1 ? ` (${found.length})` : ''} ${shown}`];
  });
  return kinds.length === 0 ? '' : say(`略去：${kinds.join('；')}`, `left out: ${kinds.join('; ')}`);
}
