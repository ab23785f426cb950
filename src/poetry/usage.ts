/** How poets use characters: counts over regulated Tang verse, learnt by scripts/usage-table.ts. */
import type { Tone } from './tone.js';
import { USAGE, WORDS } from './usage-table.js';
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

/** Entries of a table by their first character; read when they are first asked for. */
function entriesOf(table: string): () => ReadonlyMap<string, string> {
  let entries: Map<string, string> | undefined;
  return () => {
    entries ??= new Map(
      table
        .trim()
        .split(/\s+/u)
        .map((entry) => {
          const first = String.fromCodePoint(entry.codePointAt(0) ?? 0);
          return [first, entry.slice(first.length)];
        }),
    );
    return entries;
  };
}

const counts = entriesOf(USAGE);
const words = entriesOf(WORDS);

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

const TONES: readonly Tone[] = ['平', '仄'];

/** A word that decides the tone of a character in it. */
export interface DecidingWord {
  readonly tone: Tone;
  /** Whether it is the character with the one before it, or with the one after it. */
  readonly side: 'before' | 'after';
}

/** Neighbours of a character that tell its tone: those before it and after it that make it level, and those that make it oblique. */
type Neighbours = Readonly<Record<Tone, { readonly before: string; readonly after: string }>>;

function readNeighbours(entry: string): Neighbours {
  const [levelBefore = '', levelAfter = '', obliqueBefore = '', obliqueAfter = ''] = entry.split('|');
  return {
    平: { before: levelBefore, after: levelAfter },
    仄: { before: obliqueBefore, after: obliqueAfter },
  };
}

/**
 * The words that tell the tone of a character with usual readings in both: of the character with its neighbours, those that poets use in one
 * tone. All three are standard characters.
 */
export function decidingWords(
  character: string,
  before: string | undefined,
  after: string | undefined,
): DecidingWord[] {
  const entry = words().get(character);
  if (entry === undefined) return [];
  const neighbours = readNeighbours(entry);
  return TONES.flatMap((tone): DecidingWord[] => [
    ...(after !== undefined && neighbours[tone].after.includes(after)
      ? [{ tone, side: 'after' } as const]
      : []),
    ...(before !== undefined && neighbours[tone].before.includes(before)
      ? [{ tone, side: 'before' } as const]
      : []),
  ]);
}
