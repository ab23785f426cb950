/**
 * Meter (平仄): the four line types of regulated verse, and how far lines follow a template.
 *
 * A template is fixed by how the first line begins and whether it rhymes; adhesion and opposition give the rest. A poem is
 * judged under the template, and each character under the reading, that serve it best.
 */
import { canBe, PINGSHUI, type RhymeBook, type Tone } from './readings.js';
import { violation, type RuleId, type Violation } from './rules.js';

/** The four line types, named by their last five characters. */
export const LINE_TYPES = {
  仄仄平平仄: ['仄', '仄', '平', '平', '仄'],
  平平仄仄平: ['平', '平', '仄', '仄', '平'],
  平平平仄仄: ['平', '平', '平', '仄', '仄'],
  仄仄仄平平: ['仄', '仄', '仄', '平', '平'],
} as const satisfies Record<string, readonly Tone[]>;

export type LineType = keyof typeof LINE_TYPES;

/** The cycle of types that adhesion and opposition make, from any beginning. */
const CYCLE: readonly LineType[] = ['仄仄平平仄', '平平仄仄平', '平平平仄仄', '仄仄仄平平'];

/** A first line that rhymes takes the level-ending type of the same beginning. */
const RHYMING_FIRST: Readonly<Partial<Record<LineType, LineType>>> = {
  仄仄平平仄: '仄仄仄平平',
  平平平仄仄: '平平仄仄平',
};

export interface Template {
  readonly types: readonly LineType[];
  readonly firstLineRhymes: boolean;
}

/** The four templates of a poem of `lines` lines. */
export function templates(lines: number): Template[] {
  return [0, 2].flatMap((start) => {
    const types = Array.from({ length: lines }, (_, index) => CYCLE[(start + index) % 4] as LineType);
    const [first, ...rest] = types;
    const rhyming = first && RHYMING_FIRST[first];
    return [
      { types, firstLineRhymes: false },
      ...(rhyming ? [{ types: [rhyming, ...rest], firstLineRhymes: true }] : []),
    ];
  });
}

/** The tones of a whole line of five or seven: a seven-character line is a five-character one after an opposed pair. */
export function lineTones(type: LineType, length: number): readonly Tone[] {
  const tail = LINE_TYPES[type];
  if (length === 5) return tail;
  const opposite: Tone = tail[1] === '平' ? '仄' : '平';
  return [opposite, opposite, ...tail];
}

/** The places of a line (from 0) whose tone the rules look at: the even ones, the last, and those of 孤平 and 三平尾. */
export function judgedPlaces(type: LineType, length: number): ReadonlySet<number> {
  const tail = length - 5;
  const places = [1, 3, 4].map((place) => tail + place);
  if (length === 7) places.push(1);
  if (type === '仄仄仄平平') places.push(tail + 2);
  if (type === '平平仄仄平') places.push(tail);
  return new Set(places);
}

export interface LineCheck {
  readonly type: LineType;
  readonly violations: readonly Violation[];
  readonly licences: readonly Violation[];
}

export interface MeterCheck {
  readonly lines: readonly LineCheck[];
  /** Whether the first line was read as a rhyming one. */
  readonly firstLineRhymes: boolean;
}

/** A way to read a poem up to some couplet: the line types chosen, and what is wrong under them. */
interface Path {
  readonly checks: readonly LineCheck[];
  readonly firstLineRhymes: boolean;
  /** Where in the cycle the last couplet began. */
  readonly start: number;
  readonly cost: number;
}

/** A licence weighs far less than a violation, but decides between readings that are equal otherwise. */
const costOf = (checks: readonly LineCheck[]): number =>
  checks.reduce((sum, { violations, licences }) => sum + violations.length + licences.length / 100, 0);

/** Slightly more than one violation, so that a single odd character is not taken for a break of adhesion. */
const ADHESION_COST = 1.001;

/**
 * Judges lines (all of five, or all of seven) under the line types that serve them best. A couplet that does not adhere to the one
 * before it is one violation (失粘), and the poem is judged on from there. Of readings that serve equally well, the one is
 * taken that agrees with whether the first line rhymes.
 */
export function checkMeter(
  lines: readonly string[],
  firstLineRhymes: boolean,
  book: RhymeBook = PINGSHUI,
): MeterCheck {
  let paths = templates(2).map((template): Path => {
    const checks = template.types.map((type, index) => checkLine(lines, index, type, book));
    const disagreement = template.firstLineRhymes === firstLineRhymes ? 0 : 1 / 1000;
    const start = CYCLE.indexOf(template.types[1] as LineType) - 1;
    return { checks, start, firstLineRhymes: template.firstLineRhymes, cost: costOf(checks) + disagreement };
  });
  for (let line = 2; line < lines.length; line += 2) {
    paths = [0, 2].map((start) => {
      const couplet = [0, 1].map((offset) =>
        checkLine(lines, line + offset, CYCLE[start + offset] as LineType, book),
      );
      const costFrom = (path: Path): number => path.cost + (path.start === start ? ADHESION_COST : 0);
      const before = paths.reduce((best, path) => (costFrom(path) < costFrom(best) ? path : best));
      if (before.start === start) addAdhesion(couplet, lines, line);
      return {
        checks: [...before.checks, ...couplet],
        start,
        firstLineRhymes: before.firstLineRhymes,
        cost: costFrom(before) + costOf(couplet) - (before.start === start ? 1 : 0),
      };
    });
  }
  const best = paths.reduce((a, b) => (b.cost < a.cost ? b : a));
  return { lines: best.checks, firstLineRhymes: best.firstLineRhymes };
}

/** Adds 失粘 to the first line of a couplet. */
function addAdhesion(couplet: LineCheck[], lines: readonly string[], line: number): void {
  const [first] = couplet;
  if (!first) return;
  const fault = violation('adhesion', line + 1, Array.from(lines[line] ?? '')[1] ?? '');
  couplet[0] = { ...first, violations: [fault, ...first.violations] };
}

/** Judges one line of a poem against the type that its place asks for. */
export function checkLine(
  lines: readonly string[],
  index: number,
  type: LineType,
  book: RhymeBook = PINGSHUI,
): LineCheck {
  const line = Array.from(lines[index] ?? '');
  const tail = line.slice(-5);
  const expected = LINE_TYPES[type];
  const violations: Violation[] = [];
  const licences: Violation[] = [];
  const fault = (rule: RuleId, chars: string): void =>
    void violations.push(violation(rule, index + 1, chars));
  const licence = (rule: RuleId, chars: string): void =>
    void licences.push(violation(rule, index + 1, chars));
  const fits = (position: number, tone: Tone = expected[position] as Tone): boolean =>
    canBe(tail[position] ?? '', tone, book);
  const answer = Array.from(lines[index + 1] ?? '').slice(-5);

  // The second character of a line carries opposition; the ones after it, alternation.
  const second: RuleId = index % 2 === 1 ? 'opposition' : 'alternation';
  if (line.length === 7 && !canBe(line[1] ?? '', expected[1] === '平' ? '仄' : '平', book))
    fault(second, line[1] ?? '');
  if (!fits(1)) fault(line.length === 7 ? 'alternation' : second, tail[1] ?? '');
  if (!fits(3)) {
    if (type === '平平平仄仄' && fits(2, '仄') && fits(3, '平')) licence('turn', tail.slice(2, 4).join(''));
    else if (type === '仄仄平平仄' && canBe(answer[2] ?? '', '平', book))
      licence('couplet-rescue', tail[3] ?? '');
    else fault('alternation', tail[3] ?? '');
  }
  if (!fits(4)) fault('ending', tail[4] ?? '');
  if (type === '平平仄仄平' && !fits(0)) {
    if (canBe(tail[2] ?? '', '平', book)) licence('self-rescue', tail[0] ?? '');
    else fault('lone-level', tail[0] ?? '');
  }
  if (type === '仄仄仄平平' && !fits(2)) fault('three-level', tail.slice(2).join(''));
  if (type === '平平平仄仄' && !fits(2) && fits(3)) licence('three-oblique', tail.slice(2).join(''));
  return { type, violations, licences };
}
