/** Lines of poems that show how a character is read. */
import { checkLines } from '../poetry/prosody/check.js';
import type { ExampleLine } from '../poetry/readings/lookup.js';
import { characters } from '../poetry/text.js';
import { readCleanPoems } from './read-clean.js';

/** Lines of each reading that are shown. */
const MOST = 2;

/**
 * Up to two lines for each tone and each rhyme of a character, from regulated poems of these sources: where the meter or the rhyme tells how it
 * is read. In the order of the poems.
 */
export async function findExampleLines(
  character: string,
  sources: readonly string[],
): Promise<ExampleLine[]> {
  const found: ExampleLine[] = [];
  const counts = new Map<string, number>();
  for await (const { lines, traditional, title, author } of readCleanPoems(sources)) {
    if (![...lines, ...traditional].some((line) => line.includes(character))) continue;
    const check = checkLines(lines);
    if (!check.regulated) continue;
    check.lines.forEach(({ text, tones, rhymes }, index) => {
      const at = Math.max(
        characters(text).lastIndexOf(character),
        characters(traditional[index] ?? '').lastIndexOf(character),
      );
      const tone = tones[at]?.tone;
      if (tone !== '平' && tone !== '仄') return;
      const group = rhymes && at === tones.length - 1 ? (check.rhyme.group ?? undefined) : undefined;
      const key = `${tone} ${group ?? ''}`;
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      if (count < MOST)
        found.push({ tone, ...(group === undefined ? {} : { group }), line: text, title, author });
    });
  }
  return found;
}
