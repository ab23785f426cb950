/**
 * How verse stands on the page: in couplets (联), an upper and a lower line each, a comma after the one and a full stop after the other.
 * What a couplet is, is said here and nowhere else.
 */

/** Where a line stands: the first (出句) or the second (对句) of its couplet. */
export interface LineLayout {
  readonly role: 'upper' | 'lower';
  /** The number of its couplet, from 0. */
  readonly couplet: number;
  /** The mark that follows it. */
  readonly mark: '，' | '。';
  /** All marks that may follow it, the plain one first. */
  readonly marks: string;
  /** Whether a new line of text begins after it. */
  readonly breakAfter: boolean;
}

const LINES_A_COUPLET = 2;

/** What ends a sentence in place of the plain mark: kept where a text has it. */
const SPEAKING = '？！';

/** The line of so many at this place, from 0. A last line without its partner ends like a lower one. */
export function lineLayout(line: number, lines: number): LineLayout {
  const lower = line % LINES_A_COUPLET === LINES_A_COUPLET - 1;
  const last = line === lines - 1;
  const mark = lower || last ? '。' : '，';
  return {
    role: lower ? 'lower' : 'upper',
    couplet: Math.floor(line / LINES_A_COUPLET),
    mark,
    marks: mark + SPEAKING,
    breakAfter: lower && !last,
  };
}

/** The layout of each of so many lines. */
export function layoutOf(lines: number): readonly LineLayout[] {
  return Array.from({ length: lines }, (_, line) => lineLayout(line, lines));
}

/** Whether so many lines are couplets, with none left over. */
export function areCouplets(lines: number): boolean {
  return lines > 0 && lineLayout(lines - 1, lines).role === 'lower';
}

/** Items of the lines of a poem, couplet by couplet; a last one may be alone. */
export function inCouplets<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const couplets: Item[][] = [];
  items.forEach((item, line) => (couplets[lineLayout(line, items.length).couplet] ??= []).push(item));
  return couplets;
}

/** The two halves of a poem, whole couplets each; the first has one more where they are odd. The second is empty where there is one couplet. */
export function halvesOf(lines: readonly string[]): readonly [readonly string[], readonly string[]] {
  const couplets = inCouplets(lines);
  const middle = Math.ceil(couplets.length / 2);
  return [couplets.slice(0, middle).flat(), couplets.slice(middle).flat()];
}

/** The text of a poem. Question and exclamation marks at the same place of `marks` are kept. */
export function layOut(lines: readonly string[], marks: readonly string[] = []): string {
  return layoutOf(lines.length)
    .map(({ mark, breakAfter }, line) => {
      const given = marks[line];
      const ends = given !== undefined && SPEAKING.includes(given) ? given : mark;
      return `${lines[line]}${ends}${breakAfter ? '\n' : ''}`;
    })
    .join('');
}
