/**
 * Parallelism (对仗): how far the two lines of a couplet answer each other, word for word. A score, no judgement: what a poet felt to
 * be a pair is wider than any list. Which characters answer which is learnt from couplets that were made parallel.
 */
import { once } from '../../support/kept.js';
import { canBe, PINGSHUI, type RhymeBook } from '../readings/readings.js';
import { simplifiedForm } from '../script/script.js';
import { characters } from '../text.js';
import { meanAnswer, readParallelClasses } from './parallel-classes.js';
import { CALIBRATION, CLASS_SHARES, CLASSES } from './parallel-table.js';

const classes = once(() => readParallelClasses(CLASS_SHARES, CLASSES));

/** The chance that a line was made to answer another, and not taken from elsewhere: from 0 to 1. */
function answering(upper: readonly string[], lower: readonly string[]): number {
  const mean = meanAnswer(classes(), upper.map(simplifiedForm), lower.map(simplifiedForm));
  return 1 / (1 + Math.exp(-CALIBRATION.intercept - CALIBRATION.slope * mean));
}

/**
 * The parallelism of two lines, from 0 to 1: three quarters for how surely their characters answer each other, a quarter for
 * opposite tones at the even places and the last.
 */
export function parallelism(upper: string, lower: string, book: RhymeBook = PINGSHUI): number {
  const [left, right] = [characters(upper), characters(lower)];
  if (left.length !== right.length || left.length === 0) return 0;
  const places = left.flatMap((_, at) => (at % 2 === 1 || at === left.length - 1 ? [at] : []));
  const opposed = places.filter((at) => {
    const [a, b] = [left[at] ?? '', right[at] ?? ''];
    return (canBe(a, '平', book) && canBe(b, '仄', book)) || (canBe(a, '仄', book) && canBe(b, '平', book));
  });
  return 0.75 * answering(left, right) + (0.25 * opposed.length) / places.length;
}
