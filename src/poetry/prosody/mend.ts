/** Which single characters mend a fault of a poem: the rest of it stays, and nothing else breaks. Pure. */
import { checkLines, type CheckOptions, type PoemCheck } from './check.js';
import { PINGSHUI } from '../readings/readings.js';
import { characters } from '../text.js';
import type { Violation } from './rules.js';

/** One character in the place of another. */
export interface Mend {
  /** The place in the line, from 0. */
  readonly at: number;
  readonly was: string;
  readonly character: string;
  /** The line as it then is. */
  readonly text: string;
}

/** Lines with a character of one of them replaced. */
export function replaceAt(lines: readonly string[], line: number, at: number, character: string): string[] {
  return lines.map((text, index) => {
    if (index !== line) return text;
    return characters(text)
      .map((one, place) => (place === at ? character : one))
      .join('');
  });
}

const isSame = (left: Violation, right: Violation): boolean =>
  left.rule === right.rule && left.line === right.line;

/**
 * A test of whether a character at a place mends a fault: the fault is gone, no violation is new, the form is the same (or the poem
 * has become regulated), and the character does not stand in the poem already.
 *
 * @param fault a violation of `check`, which is the check of `lines`
 */
export function mendsFault(
  lines: readonly string[],
  check: PoemCheck,
  fault: Violation,
  options: CheckOptions = {},
): (at: number, character: string) => boolean {
  const { book = PINGSHUI } = options;
  const present = new Set(characters(lines.join('')));
  const tried = new Map<string, boolean>();
  const line = fault.line - 1;
  const holds = (at: number, character: string): boolean => {
    const after = checkLines(replaceAt(lines, line, at, character), options);
    return (
      !after.violations.some((one) => isSame(one, fault)) &&
      after.violations.every((one) => check.violations.some((before) => isSame(before, one))) &&
      (after.form === check.form || after.regulated)
    );
  };
  return (at, character) => {
    if (present.has(character)) return false;
    // Characters that are read alike do alike; only those of one reading are offered, so that what is mended stays so.
    const readings = book.readings(character).filter(({ rank }) => rank !== 'rare');
    const [reading] = readings;
    if (!reading || new Set(readings.map(({ tone }) => tone)).size > 1) return false;
    const groups = readings.map(({ group }) => group.label).sort();
    const isEnd = at === characters(lines[line] ?? '').length - 1;
    const key = `${at} ${isEnd ? groups.join(' ') : reading.tone}`;
    let mends = tried.get(key);
    if (mends === undefined) tried.set(key, (mends = holds(at, character)));
    return mends && holds(at, character);
  };
}
