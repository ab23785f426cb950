/**
 * Learning what leads from words to poems: the words and characters that poems have, and for the words of titles the words that their
 * poems have more often than others.
 */
import type { LearntSubjects } from '../poetry/subject.js';
import { characters, isHan } from '../poetry/text.js';
import { Keywords, pairsOf } from './keywords.js';

export interface TitledPoem {
  readonly title: string;
  /** Simplified. */
  readonly lines: readonly string[];
}

/** Poems that have a word, at least, for it to be known. */
const FEWEST_POEMS = 12;
/** Poems that have a character. */
const FEWEST_WITH_CHARACTER = 400;
/** Poems whose titles have a word. */
const FEWEST_TITLES = 12;
/** Words that a title's word leads to. */
const LED_TO = 4;
/** A word of fewer poems with the title's word is chance. */
const FEWEST_TOGETHER = 4;
/** Chance would pass this log-likelihood ratio once in ten thousand words (chi-square of one degree of freedom). */
const LEAST_RATIO = 15.1;

export function learnSubjects(poems: readonly TitledPoem[]): LearntSubjects {
  const keywords = new Keywords(poems.map(({ lines }) => lines));
  const words = keywords.words(FEWEST_POEMS);
  const known = new Set(words);
  const inPoems = new Map<string, number>();
  const withCharacter = new Map<string, number>();
  const inTitles = new Map<string, { poems: number; readonly together: Map<string, number> }>();
  for (const { title, lines } of poems) {
    const own = [...new Set(pairsOf(lines))].filter((pair) => known.has(pair));
    for (const word of own) add(inPoems, word);
    for (const character of new Set(characters(lines.join('')))) add(withCharacter, character);
    for (const word of new Set(titleWords(title))) {
      const entry = inTitles.get(word) ?? { poems: 0, together: new Map<string, number>() };
      inTitles.set(word, entry);
      entry.poems += 1;
      for (const one of own) add(entry.together, one);
    }
  }
  const led: Record<string, readonly string[]> = {};
  for (const [word, { poems: titled, together }] of [...inTitles].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (titled < FEWEST_TITLES || known.has(word)) continue;
    const telling = [...together]
      .filter(([, count]) => count >= FEWEST_TOGETHER)
      .map(([one, count]) => ({
        one,
        ratio: logLikelihoodRatio(count, titled, inPoems.get(one) ?? 0, poems.length),
      }))
      .filter(({ ratio }) => ratio >= LEAST_RATIO)
      .sort((a, b) => b.ratio - a.ratio || (a.one < b.one ? -1 : 1));
    if (telling.length > 0) led[word] = telling.slice(0, LED_TO).map(({ one }) => one);
  }
  const common = [...withCharacter].filter(([, count]) => count >= FEWEST_WITH_CHARACTER);
  return {
    characters: common
      .map(([one]) => one)
      .sort()
      .join(''),
    words,
    led,
  };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** How many poems there are, and of what form: what they are about is something else. */
const COUNTING = /^[一二三四五六七八九十百]|[首言韵]$/u;

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** Words of a title, of two characters or more. */
function titleWords(title: string): string[] {
  return [...segmenter.segment(title)]
    .map(({ segment }) => segment)
    .filter((word) => characters(word).length > 1 && characters(word).every(isHan) && !COUNTING.test(word));
}

/**
 * How much likelier the counts are if poems with a title's word have another word at a share of their own (Dunning 1993, "Accurate methods for
 * the statistics of surprise and coincidence"); 0 where they have it no more often than others.
 */
function logLikelihoodRatio(together: number, titled: number, withWord: number, all: number): number {
  if (together / titled <= withWord / all) return 0;
  const cells = [
    [together, titled, withWord],
    [titled - together, titled, all - withWord],
    [withWord - together, all - titled, withWord],
    [all - titled - withWord + together, all - titled, all - withWord],
  ] as const;
  return (
    2 *
    cells.reduce(
      (sum, [seen, row, column]) => sum + (seen > 0 ? seen * Math.log((seen * all) / (row * column)) : 0),
      0,
    )
  );
}
