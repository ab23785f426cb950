/** How poets use characters: counts over regulated Tang verse, learnt by scripts/usage-table.ts. */
import { entriesOf } from './table-entries.js';
import { USAGE } from './usage-table.js';
import { RHYME_GROUPS } from './pingshui.js';

/** How often a character stood where the tone is level, where it is oblique, and as a rhyme in which group. */
export interface Usage {
  readonly level: number;
  readonly oblique: number;
  /** By label. */
  readonly rhymes: ReadonlyMap<string, number>;
}

/** Labels of rhyme groups by the last character of each, which stands for them in the table. */
const labels = new Map(RHYME_GROUPS.map(({ label }) => [label.at(-1) ?? '', label]));

const counts = entriesOf(USAGE);

/** The characters that were counted. */
export function usedCharacters(): Iterable<string> {
  return counts().keys();
}

/** What was counted of these characters, all together. */
export function usageOf(characters: Iterable<string>): Usage {
  let [level, oblique] = [0, 0];
  const rhymes = new Map<string, number>();
  for (const character of characters) {
    const [, levels = '', obliques = '', groups = ''] =
      /^(\d+)\/(\d+)(.*)$/u.exec(counts().get(character) ?? '') ?? [];
    level += Number(levels);
    oblique += Number(obliques);
    for (const [, group = '', count = ''] of groups.matchAll(/(\p{Script=Han})(\d+)/gu)) {
      const label = labels.get(group) ?? '';
      rhymes.set(label, (rhymes.get(label) ?? 0) + Number(count));
    }
  }
  return { level, oblique, rhymes };
}
