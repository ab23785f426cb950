/**
 * Rhyme in old-style verse (古体诗): level or oblique, one rhyme throughout or several in turn (换韵), every other line or every line
 * (柏梁体), neighbouring groups mixed. Lines are divided into stretches of one rhyme so that the fewest are left without.
 *
 * Source: 王力《汉语诗律学》第二章 古体诗的用韵.
 */
import { layoutOf, lineLayout } from '../forms/layout.js';
import type { RhymeGroup } from '../readings/pingshui.js';
import type { Reading } from '../readings/readings.js';
import { mixedNames } from './rhyme-patterns.js';
import { violation, type Violation } from './rules.js';
import { traditionalCandidates } from '../script/script.js';
import { usageOf } from '../readings/usage.js';
import { endOf, endWord, type Verse } from './verse.js';

/** Groups of 平水韵 that old-style verse mixes: level ones, rising and departing ones together, entering ones. */
const MIXED: Readonly<Record<'平' | '仄' | '入', readonly string[]>> = {
  平: [
    '东冬江',
    '江阳',
    '支微齐佳灰',
    '鱼虞',
    '真文元寒删先',
    '萧肴豪',
    '歌麻',
    '佳麻',
    '庚青蒸',
    '尤',
    '侵',
    '覃盐咸',
  ],
  仄: [
    '董肿讲送宋绛',
    '讲养绛漾',
    '纸尾荠蟹贿寘未霁泰卦队',
    '语麌御遇',
    '轸吻阮旱潸铣震问愿翰谏霰',
    '篠巧皓啸效号',
    '哿马箇祃',
    '梗迥敬径',
    '有宥',
    '寝沁',
    '感俭豏勘艳陷',
  ],
  入: ['屋沃觉', '觉药', '质物月曷黠屑', '质陌锡职缉', '合叶洽'],
};

/** What old-style verse takes for one rhyme: the sets of groups that a reading belongs to. */
function rhymesOf({ group, tone }: Reading): readonly string[] {
  const kind = group.category === '上' || group.category === '去' ? '仄' : group.category;
  const sets = MIXED[kind].filter((set) => set.includes(group.label.at(-1) ?? ''));
  return sets.length > 0 ? sets : [`${group.label}${tone}`];
}

/** Lines that share a rhyme, from `start` up to `end`. */
export interface RhymeStretch {
  readonly start: number;
  readonly end: number;
  /** Lines that rhyme, from 0. */
  readonly lines: readonly number[];
  /** Lines that should. */
  readonly unrhymed: readonly number[];
  /** The group that most of the rhymes share, and all that they need. */
  readonly group: RhymeGroup | undefined;
  readonly groups: readonly RhymeGroup[];
}

export interface OldStyleRhyme {
  readonly stretches: readonly RhymeStretch[];
  /** The group of most rhymes. */
  readonly group: RhymeGroup | undefined;
  readonly positions: readonly number[];
  /** Violations and notes. */
  readonly findings: readonly Violation[];
}

/** Lines without a rhyme, stretches, stretches that mix groups. */
type Cost = readonly [unrhymed: number, stretches: number, mixed: number];

interface Cut {
  readonly start: number;
  readonly rhyme: string | undefined;
  readonly cost: Cost;
}

const compare = (a: Cost, b: Cost): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

const FEWEST_RHYMES = 2;

/** Counts, for a stretch that grows line by line, which rhymes its lines take. */
class Tally {
  private readonly counts = new Map<string, number>();
  most = 0;
  rhyme: string | undefined;

  /** @param preferred what is taken of rhymes that are met equally often */
  constructor(private readonly preferred: readonly string[]) {}

  add(names: readonly string[]): void {
    for (const name of names) {
      const count = (this.counts.get(name) ?? 0) + 1;
      this.counts.set(name, count);
      const better = count === this.most && this.preferred.includes(name) && !this.isPreferred();
      if (count > this.most || better) [this.most, this.rhyme] = [count, name];
    }
  }

  private isPreferred(): boolean {
    return this.rhyme !== undefined && this.preferred.includes(this.rhyme);
  }
}

/** The stretches of a poem's rhymes. */
export function oldStyleRhyme(verse: Verse): OldStyleRhyme {
  const count = verse.lines.length;
  const readings = verse.lines.map((_, line) => endOf(verse, line)?.readings ?? []);
  const broad = readings.map((all) => [...new Set(all.flatMap(rhymesOf))]);
  const strict = readings.map((all) => all.map(({ group, tone }) => `${group.label}${tone}`));
  const roles = layoutOf(count).map(({ role }) => role);
  const best: (Cut | undefined)[] = [{ start: 0, rhyme: undefined, cost: [0, 0, 0] }];
  for (let start = 0; start < count; start += 1) {
    const before = best[start];
    if (!before) continue;
    const needed = new Tally(broad[start] ?? []);
    const exact = new Tally(strict[start] ?? []);
    for (let end = start + 1; end <= count; end += 1) {
      const line = end - 1;
      // The first line may rhyme: it decides nothing, unless the stretch is a single couplet.
      const isNeeded = (roles[line - start] ?? 'upper') === 'lower';
      if (isNeeded) {
        needed.add(broad[line] ?? []);
        exact.add(strict[line] ?? []);
      }
      const cost = stretchCost(start, end, needed, exact, broad);
      const total: Cost = [before.cost[0] + cost[0], before.cost[1] + cost[1], before.cost[2] + cost[2]];
      const known = best[end];
      if (!known || compare(total, known.cost) < 0) best[end] = { start, rhyme: needed.rhyme, cost: total };
    }
  }
  return describe(verse, cutsOf(best, count), broad);
}

function stretchCost(
  start: number,
  end: number,
  needed: Tally,
  exact: Tally,
  broad: readonly (readonly string[])[],
): Cost {
  const size = end - start;
  const wanted = Math.floor(size / 2);
  // A last line without its partner must rhyme as well.
  const odd = size % 2;
  const oddRhymes = size > 1 && odd === 1 && rhymesIn(broad[end - 1], needed.rhyme) ? 1 : 0;
  const found = needed.most + (rhymesIn(broad[start], needed.rhyme) ? 1 : 0) + oddRhymes;
  if (found < FEWEST_RHYMES) return [wanted + odd, 1, 0];
  return [wanted - needed.most + odd - oddRhymes, 1, exact.most < needed.most ? 1 : 0];
}

function rhymesIn(rhymes: readonly string[] | undefined, rhyme: string | undefined): boolean {
  return rhyme !== undefined && rhymes !== undefined && rhymes.includes(rhyme);
}

function cutsOf(best: readonly (Cut | undefined)[], count: number): (Cut & { readonly end: number })[] {
  const cuts: (Cut & { readonly end: number })[] = [];
  for (let end = count; end > 0;) {
    const cut = best[end];
    if (!cut) break;
    cuts.unshift({ ...cut, end });
    end = cut.start;
  }
  return cuts;
}

function stretchOf(
  verse: Verse,
  { start, end, rhyme }: Cut & { readonly end: number },
  broad: readonly (readonly string[])[],
): RhymeStretch {
  const all = Array.from({ length: end - start }, (_, at) => start + at);
  const inRhyme = (line: number): boolean => rhyme !== undefined && (broad[line]?.includes(rhyme) ?? false);
  const wanted = all.filter((line) => {
    const { role } = lineLayout(line - start, all.length);
    return role === 'lower' || (line === end - 1 && line > start);
  });
  const sure = wanted.filter(inRhyme);
  const own = new Set(rhyme === undefined ? [] : rankGroups(verse, sure, rhyme));
  // The first line rhymes where it shares a group with the others, or where there would be no rhyme without it.
  const shares = endOf(verse, start)?.readings.some(({ group }) => own.has(group)) ?? false;
  const opens = inRhyme(start) && !wanted.includes(start) && (shares || sure.length < FEWEST_RHYMES);
  const lines = all.every(inRhyme) ? all : opens ? [start, ...sure] : sure;
  const rhymed = lines.length >= FEWEST_RHYMES;
  const ranked = rhymed && rhyme !== undefined ? rankGroups(verse, lines, rhyme) : [];
  return {
    start,
    end,
    lines: rhymed ? lines : [],
    unrhymed: wanted.filter((line) => !rhymed || !inRhyme(line)),
    group: ranked[0],
    groups: fewestGroups(verse, lines, ranked),
  };
}

/** The groups of a rhyme, the one of most words first; of equal ones the one in which poets rhyme these words most, then the earlier. */
function rankGroups(verse: Verse, lines: readonly number[], rhyme: string): RhymeGroup[] {
  const votes = new Map<RhymeGroup, { words: number; used: number }>();
  for (const line of lines) {
    const used = usageOf(traditionalCandidates(endWord(verse, line))).rhymes;
    for (const reading of endOf(verse, line)?.readings ?? []) {
      if (!rhymesOf(reading).includes(rhyme)) continue;
      const vote = votes.get(reading.group) ?? { words: 0, used: 0 };
      vote.words += 1;
      vote.used += used.get(reading.group.label) ?? 0;
      votes.set(reading.group, vote);
    }
  }
  return [...votes].sort((a, b) => b[1].words - a[1].words || b[1].used - a[1].used).map(([group]) => group);
}

/** Groups that together hold all these rhymes, the best ones first. */
function fewestGroups(verse: Verse, lines: readonly number[], ranked: readonly RhymeGroup[]): RhymeGroup[] {
  const needed = new Set<RhymeGroup>();
  for (const line of lines) {
    const own = endOf(verse, line)?.readings.map(({ group }) => group) ?? [];
    const group = ranked.find((one) => own.includes(one));
    if (group) needed.add(group);
  }
  return [...needed];
}

function describe(
  verse: Verse,
  cuts: readonly (Cut & { readonly end: number })[],
  broad: readonly (readonly string[])[],
): OldStyleRhyme {
  const stretches = cuts.map((cut) => stretchOf(verse, cut, broad));
  const findings: Violation[] = [];
  stretches.forEach(({ start, end, lines, unrhymed, group, groups }, at) => {
    const first = lines[0] ?? start;
    if (at > 0 && group) {
      findings.push(violation('change-of-rhyme', start + 1, verse.lines[start] ?? '', group.label));
    }
    if (groups.length > 1) {
      const words = lines.map((line) => endWord(verse, line)).join('');
      findings.push(violation('neighbouring-rhymes', first + 1, words, mixedNames(groups)));
    }
    if (lines.length === end - start && lines.length > FEWEST_RHYMES) {
      findings.push(violation('rhyme-in-every-line', start + 1, verse.lines[start] ?? ''));
    }
    for (const line of unrhymed) findings.push(violation('unrhymed', line + 1, endWord(verse, line)));
  });
  const [longest] = [...stretches].sort((a, b) => b.lines.length - a.lines.length);
  return {
    stretches,
    group: longest?.group,
    positions: stretches.flatMap(({ lines, unrhymed }) => [...lines, ...unrhymed]).sort((a, b) => a - b),
    findings,
  };
}
