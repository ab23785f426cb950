/** Rhyme: which group a poem rhymes in, and which lines do not. */
import { areNeighbours, type RhymeGroup } from './pingshui.js';
import { levelGroups } from './readings.js';
import { violation, type Violation } from './rules.js';

export interface RhymeCheck {
  /** The group that most rhyme words share; undefined where there is none. */
  readonly group: RhymeGroup | undefined;
  /** Share of rhyme positions in that group. */
  readonly share: number;
  readonly ok: boolean;
  /** Whether the first line rhymes too (首句入韵), in the group or by licence. */
  readonly firstLine: boolean;
  readonly violations: readonly Violation[];
  readonly licences: readonly Violation[];
}

/** Checks the rhyme of the even lines, and of the first where it rhymes. Level-tone groups of 平水韵. */
export function checkRhyme(lines: readonly string[]): RhymeCheck {
  const words = lines.map((line) => Array.from(line).at(-1) ?? '');
  const positions = words.flatMap((_, index) => (index % 2 === 1 ? [index] : []));
  const votes = new Map<string, { group: RhymeGroup; count: number }>();
  for (const index of positions) {
    for (const group of levelGroups(words[index] ?? '')) {
      const vote = votes.get(group.label) ?? { group, count: 0 };
      vote.count += 1;
      votes.set(group.label, vote);
    }
  }
  const [best] = [...votes.values()].sort((a, b) => b.count - a.count);
  const group = best?.group;
  const rhymes = (index: number): boolean => levelGroups(words[index] ?? '').some((one) => one === group);
  const violations = positions
    .filter((index) => !rhymes(index))
    .map((index) => violation('rhyme', index + 1, words[index] ?? ''));
  for (const index of positions) {
    const word = words[index] ?? '';
    if (positions.some((other) => other < index && words[other] === word)) {
      violations.push(violation('repeated-rhyme', index + 1, word));
    }
  }
  const licences: Violation[] = [];
  const firstGroups = levelGroups(words[0] ?? '');
  const borrowed = group !== undefined && !rhymes(0) && firstGroups.some((one) => areNeighbours(one, group));
  if (borrowed) licences.push(violation('borrowed-rhyme', 1, words[0] ?? ''));
  return {
    group,
    share: positions.length === 0 ? 0 : (best?.count ?? 0) / positions.length,
    ok: positions.length > 0 && violations.length === 0,
    firstLine: group !== undefined && (rhymes(0) || borrowed),
    violations,
    licences,
  };
}
