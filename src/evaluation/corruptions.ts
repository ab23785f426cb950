/** True poems corrupted on purpose, each in one dimension: a metric that does not fall measures something else. */
import { corrupt, type CorruptiblePoem, type CorruptionName } from '../poetry/corruptions.js';
import { layOut } from '../poetry/forms/layout.js';
import { splitLines } from '../poetry/text.js';
import type { Random } from '../support/random.js';
import type { MetricName } from './metrics.js';

interface SanityCheck {
  readonly english: string;
  /** The figure that must fall. */
  readonly lowers: MetricName;
}

export const SANITY_CHECKS = {
  lines_permuted: { english: 'lines shuffled', lowers: 'adhesion' },
  characters_permuted: { english: 'characters permuted', lowers: 'tone' },
  rhyme_words_replaced: { english: 'rhyme words replaced', lowers: 'rhyme' },
  another_poem: { english: 'another poem', lowers: 'theme' },
  one_line_repeated: { english: 'one line over and over', lowers: 'variety' },
  line_missing: { english: 'a line missing', lowers: 'format' },
} as const satisfies Partial<Record<CorruptionName, SanityCheck>>;

export type SanityCheckName = keyof typeof SANITY_CHECKS;
export const SANITY_CHECK_NAMES = Object.keys(SANITY_CHECKS) as SanityCheckName[];

const poemOf = (text: string): CorruptiblePoem => ({
  poem: { id: text, lines: splitLines(text) },
  themes: [],
});

/** A poem's text, corrupted. @param others true poems of the same form */
export function corruptText(
  name: SanityCheckName,
  text: string,
  others: readonly string[],
  random: Random,
): string {
  const around = { others: others.map(poemOf), famous: [], random };
  return layOut(corrupt(name, poemOf(text), around) ?? []);
}
