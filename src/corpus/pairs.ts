/** Preference pairs: the true poem against one that breaks what was asked, each verified to break what it claims. */
import { corrupt, type CorruptionName } from '../poetry/corruptions.js';
import { layOut } from '../poetry/forms/layout.js';
import type { Random } from '../support/random.js';
import type { CleanPoem } from './poem.js';

/** How often each way to corrupt a poem is tried; the share of the whole is its number over the sum. */
export const REJECTION_SHARES = {
  wrong_form: 5,
  wrong_line_count: 2,
  wrong_line_length: 2,
  broken_rhyme: 3,
  broken_tones: 3,
  off_theme: 2,
  repeated: 1,
  vernacular: 1,
  shuffled_lines: 2,
  recited: 2,
} as const satisfies Partial<Record<CorruptionName, number>>;

type RejectionReason = keyof typeof REJECTION_SHARES;

/** Each reason as often as its share says. */
const REASONS = Object.entries(REJECTION_SHARES).flatMap(([reason, share]) =>
  new Array<RejectionReason>(share).fill(reason as RejectionReason),
);

export interface PairSource {
  readonly poem: CleanPoem;
  readonly themes: readonly string[];
}

/** The kind to try for a pair. */
export function pickReason(random: Random): RejectionReason {
  return random.pick(REASONS);
}

/** What rejected answers are made of. */
export interface PairPool {
  readonly all: readonly PairSource[];
  /** Well-known poems, that a model recites. */
  readonly famous: readonly PairSource[];
}

/** Poems looked at for one pair, so that time grows with the poems and not with their square. */
const SAMPLE = 40;

/** A rejected answer of the kind asked for; undefined where this poem does not lend itself to it. */
export function rejectedAnswer(
  source: PairSource,
  pool: PairPool,
  reason: RejectionReason,
  random: Random,
): string | undefined {
  const sampleOf = (from: readonly PairSource[]): PairSource[] =>
    Array.from({ length: SAMPLE }, () => random.pick(from));
  const around = { others: sampleOf(pool.all), famous: sampleOf(pool.famous), random };
  const lines = corrupt(reason, source, around);
  if (!lines || lines.join() === source.poem.lines.join()) return undefined;
  return layOut(lines, source.poem.marks);
}
