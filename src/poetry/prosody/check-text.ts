/** The check of a text as people paste it: its first poem, and what stood around it. Pure. */
import { checkLines, type CheckOptions, type PoemCheck } from './check.js';
import { readPoemText, type LeftOut } from '../parsing/poem-text.js';
import { splitLines } from '../text.js';

export interface TextCheck extends PoemCheck {
  readonly title?: string;
  readonly author?: string;
  readonly dynasty?: string;
  /** What stood with the poem and is not part of it. */
  readonly leftOut: readonly LeftOut[];
  /** Poems of the text after the first, which is the one that was checked. */
  readonly more: number;
}

/** Checks the first poem of a text; of one that holds no verse, what stands between its marks. */
export function checkText(text: string, options: CheckOptions = {}): TextCheck {
  const { poems, leftOut } = readPoemText(text);
  const [first, ...more] = poems;
  if (!first) return { ...checkLines(splitLines(text), options), leftOut: [], more: 0 };
  const { title, author, dynasty, lines } = first;
  const around = [...leftOut, ...first.leftOut];
  return { title, author, dynasty, ...checkLines(lines, options), leftOut: around, more: more.length };
}
