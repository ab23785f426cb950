/**
 * Rhymes of two neighbouring groups in one poem: the patterns that tradition knows and names.
 *
 * Source: 王力《汉语诗律学》第一章, 首句用邻韵 and 出韵; 《缃素杂记》 on 葫芦, 辘轳 and 进退.
 */
import { RHYME_GROUPS, type RhymeGroup } from '../readings/pingshui.js';
import { violation, type RuleId, type Violation } from './rules.js';
import { endReadings, endWord, type Verse } from './verse.js';

/** Rhyme words that a pattern needs to be told from a slip. */
const FEWEST_WORDS = 3;
const FEWEST_OF_TWO_GROUPS = 4;

export interface MixedRhymes {
  /** Lines off the group that a pattern allows. */
  readonly licensed: ReadonlySet<number>;
  readonly findings: readonly Violation[];
}

/** For each rhyme: whether it is in the poem's group, in a neighbour of it, or in neither. */
type Place = 'own' | 'near' | 'off';

const PATTERNS: readonly (readonly [rule: RuleId, fits: (near: readonly boolean[]) => boolean])[] = [
  ['pulley-rhyme', (near) => near.length === 4 && changesAt(near, 2)],
  ['alternating-rhyme', (near) => near.every((one, at) => at === 0 || one !== near[at - 1])],
  ['gourd-rhyme', (near) => near.some((_, at) => at > 0 && at < near.length / 2 && changesAt(near, at))],
];

/** Whether all before a place are alike, and all from it on the other. */
function changesAt(near: readonly boolean[], place: number): boolean {
  return near.every((one, at) => (one === near[0]) === at < place);
}

/**
 * The pattern of a poem's rhymes, where some of the lower lines are in neighbouring groups.
 *
 * @param opens whether the first line rhymes in the group
 */
export function mixedRhymes(
  verse: Verse,
  lower: readonly number[],
  group: RhymeGroup,
  opens: boolean,
): MixedRhymes | undefined {
  const near = new Map<number, RhymeGroup>();
  const places = lower.map((line): Place => {
    const groups = endReadings(verse, line, '平').map((reading) => reading.group);
    if (groups.includes(group)) return 'own';
    const neighbour = groups.find((one) => verse.book.areNeighbours(one, group));
    if (!neighbour) return 'off';
    near.set(line, neighbour);
    return 'near';
  });
  const [first] = near;
  if (!first) return undefined;
  const rule = patternOf(places, opens, new Set(near.values()).size);
  const words = [...near.keys()].map((line) => endWord(verse, line)).join('');
  const mixed = mixedNames([group, ...near.values()]);
  const found = violation(rule ?? 'neighbouring-rhymes', first[0] + 1, words, mixed);
  return { licensed: new Set(rule ? near.keys() : []), findings: [found] };
}

function patternOf(places: readonly Place[], opens: boolean, neighbours: number): RuleId | undefined {
  if (places.includes('off') || neighbours > 1) return undefined;
  const near = places.map((place) => place === 'near');
  const words = places.length + Number(opens);
  if (words >= FEWEST_WORDS && near.indexOf(true) === near.length - 1) return 'borrowed-last-rhyme';
  if (places.length < FEWEST_OF_TWO_GROUPS) return undefined;
  return PATTERNS.find(([, fits]) => fits(near))?.[0];
}

/** What a mixture of groups is called, their names in the order of the book: 寒删通押. */
export function mixedNames(groups: Iterable<RhymeGroup>): string {
  const names = [...new Set(groups)]
    .sort((a, b) => RHYME_GROUPS.indexOf(a) - RHYME_GROUPS.indexOf(b))
    .map(({ label }) => label.at(-1));
  return `${names.join('')}通押`;
}
