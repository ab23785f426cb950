/** Words that prose has and verse hardly: how much of a text they are. Pure. */
import { MODERN_PROSE } from '../modern-words.js';
import { toSimplified } from '../script/script.js';
import { characters } from '../text.js';

/** Particles of prose, today's that verse has now and then, and the old ones, which old songs have too. */
const PARTICLES = /[了这那把被也矣焉者曰哉]/gu;

/** The little words of old prose, which verse has too, but not so many of them. */
const OLD = /[之而其以于所则乃乎也矣焉者曰哉]/gu;

const shareOf = (text: string, words: RegExp): number =>
  (text.match(words) ?? []).length / Math.max(1, characters(text).length);

/** Words that only today's language has, of a text's characters. */
export function modernShare(text: string): number {
  return shareOf(toSimplified(text), MODERN_PROSE);
}

/** Words and particles of prose of any time, of a text's characters. */
export function proseShare(text: string): number {
  return modernShare(text) + shareOf(toSimplified(text), PARTICLES);
}

/**
 * Whether a tenth of a text's characters are little words of old prose. Of paragraphs and poems of 30 characters and more: 97% of 孟子 and 论语,
 * 90% of 古文观止, none of 2,921 词; but half of 诗经, whose lines are told by their length.
 */
export function readsAsOldProse(text: string): boolean {
  return shareOf(toSimplified(text), OLD) >= 0.1;
}

/** The share of words from which a text of mixed lengths is prose. */
export const MUCH_PROSE = 0.04;
