/** Where poems begin and end among rows and blocks of verse. Pure. */
import type { Part } from './regular-verse.js';
import type { Row } from './text-rows.js';
import { isWholePoem, rhymesThroughout } from './verse-blocks.js';
import type { VerseLine } from './verse-shape.js';

export type Verse = Extract<Part, { kind: 'verse' }>;

/** Verse with nothing but blank rows and numbers above it. */
export interface VersePart {
  readonly verse: Verse;
  /** Blank rows above. */
  readonly gap: number;
  /** The number above; empty where there is none. */
  readonly number: string;
}

interface Segment {
  readonly rows: readonly Row[];
  /** Whether a poem begins here. */
  readonly cut: boolean;
}

/** A block cut where poems begin: at numbers, or at every row, where each part is a poem of its own. */
export function cutBlock(rows: readonly Row[]): Segment[] {
  const isPoem = (part: readonly Row[]): boolean => isWholePoem(part) || isWholePoem(part.slice(1));
  const starts = rows.flatMap((row, index) => (row.numbered ? [index] : []));
  const cuts = starts.map((start, index) => rows.slice(start, starts[index + 1] ?? rows.length));
  if (starts.length >= 2 && cuts.every(isPoem)) {
    const before = { rows: rows.slice(0, starts[0]), cut: true };
    return [...(before.rows.length > 0 ? [before] : []), ...cuts.map((cut) => ({ rows: cut, cut: true }))];
  }
  const eachOne = rows.length >= 2 && rows.every((row) => isWholePoem([row]));
  if (eachOne && !rhymesThroughout(rows)) return rows.map((row) => ({ rows: [row], cut: true }));
  return [{ rows, cut: false }];
}

/** Lines from which a part between blank rows is a poem of its own, where it is regular. */
const WHOLE = 3;

interface Gathered {
  readonly lines: VerseLine[];
  readonly number: string;
  readonly row: number;
}

/**
 * Which parts of a group are one poem. Numbers begin poems where there is one at each (or they number lines, or times). Couplets and
 * single lines between blank rows are one poem, and stanzas in mixed lines; regular parts of three lines and more are poems of their
 * own. Where some gaps are wider than others, poems end at the wide ones.
 */
export function poemsOf(parts: readonly VersePart[]): Gathered[] {
  const starts = parts.flatMap(({ number }, index) => (number === '' ? [] : [index]));
  const runs = starts.map((start, index) => parts.slice(start, starts[index + 1] ?? parts.length));
  const numbered = runs.map((run) => gather(run));
  if (starts.length > 0 && numbered.every((poems) => poems.some(({ lines }) => lines.length >= 4))) {
    return [...gather(parts.slice(0, starts[0])), ...numbered.flat()];
  }
  return gather(parts).map((poem) => ({ ...poem, number: '' }));
}

function gather(parts: readonly VersePart[]): Gathered[] {
  const poems: (Gathered & { small: boolean; mixed: boolean })[] = [];
  const narrow = Math.min(...parts.slice(1).map(({ gap }) => gap));
  for (const { verse, gap, number } of parts) {
    const small = verse.lines.length < WHOLE;
    const mixed = verse.length === undefined;
    const before = poems.at(-1);
    const apart = gap > narrow && before !== undefined && before.lines.length >= 4;
    const alike =
      before && ((small && before.small) || (mixed && before.mixed) || (gap === 0 && before.small));
    if (alike && !apart) before.lines.push(...verse.lines);
    else poems.push({ lines: [...verse.lines], small, mixed, number, row: verse.row });
  }
  return poems;
}
