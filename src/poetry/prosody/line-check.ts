/**
 * One line of regulated verse against a line type: the faults and licences of its places (拗救 included).
 *
 * Source: 王力《诗词格律》第二章第四节 律诗的平仄, 孤平和拗救.
 */
import type { LineLayout } from '../forms/layout.js';
import { HINGE, linePlaces, tailStart, type LineType, type Place } from './line-types.js';
import type { PlaceReadings } from '../readings/poem-readings.js';
import type { Tone } from '../readings/readings.js';
import { RULES, violation, type RuleId, type Violation } from './rules.js';
import { canRead, type Verse } from './verse.js';

/** The places of a line, counted from where its last five characters begin. */
class Tail {
  private readonly start: number;

  constructor(private readonly places: readonly PlaceReadings[]) {
    this.start = tailStart(places.length);
  }

  can(place: number, tone: Tone): boolean {
    return canRead(this.places[this.start + place], tone);
  }

  text(from: number, to?: number): string {
    const end = to === undefined ? undefined : this.start + to;
    return this.places
      .slice(this.start + from, end)
      .map(({ character }) => character)
      .join('');
  }
}

/** A line, and the one that answers it in its couplet. */
interface Line {
  readonly own: Tail;
  readonly answer: Tail | undefined;
}

/** When the other tone may stand: what makes up for it, or leaves it harmless. */
const EXCUSES: Readonly<Partial<Record<RuleId, (line: Line) => boolean>>> = {
  'self-rescue': ({ own }) => own.can(2, '平'),
  turn: ({ own }) => own.can(2, '仄') && own.can(3, '平'),
  'greater-turn': ({ answer }) => answer?.can(2, '平') ?? false,
  'lesser-turn': ({ own }) => own.can(3, '平'),
  'three-oblique': ({ own }) => own.can(3, '仄') && own.can(4, '仄'),
};

/** Faults that look at several places at once: whether they are all as the fault means them. */
const PATTERNS: Readonly<Partial<Record<RuleId, (line: Line) => boolean>>> = {
  'lone-level': ({ own }) => own.can(1, '平') && own.can(3, '仄') && own.can(4, '平'),
  'three-level': ({ own }) => own.can(3, '平') && own.can(4, '平'),
};

/** The characters that a finding is about, where it is about more than one. */
const EXTENTS: Readonly<Partial<Record<RuleId, readonly [from: number, to?: number]>>> = {
  turn: [2, 4],
  'three-oblique': [2],
  'three-level': [2],
};

/** Bends that the third character of the answering line makes up for. */
const RESCUED: ReadonlySet<RuleId> = new Set(['greater-turn', 'lesser-turn']);

/** What is found in a line of a poem, judged as this type: violations, licences and notes. */
export function judgeLine(verse: Verse, number: number, type: LineType, { role }: LineLayout): Violation[] {
  const places = verse.places[number] ?? [];
  const table = linePlaces(type, places.length);
  const next = role === 'upper' ? verse.places[number + 1] : undefined;
  const line: Line = { own: new Tail(places), answer: next && new Tail(next) };
  const found: Violation[] = [];
  for (const [at, place] of table.entries()) {
    const here = places[at];
    if (!here || canRead(here, place.tone)) continue;
    const rule = ruleOf(place, line);
    if (rule === undefined) continue;
    const named = rule === 'alternation' && at === HINGE && role === 'lower' ? 'opposition' : rule;
    found.push(...describe(named, place, here, line, number + 1));
  }
  if (endsInThreeLevels(line) && !found.some(({ rule }) => rule === 'three-level')) {
    found.push(violation('three-level', number + 1, line.own.text(2)));
  }
  return found;
}

/** A finding at a place, and what goes with it. */
function describe(rule: RuleId, place: Place, here: PlaceReadings, line: Line, number: number): Violation[] {
  const { own, answer } = line;
  const extent = EXTENTS[rule];
  const found = [violation(rule, number, extent ? own.text(...extent) : here.character)];
  if (RESCUED.has(rule) && answer?.can(2, '平')) {
    const rescue = `第${number + 1}句「${answer.text(2, 3)}」救「${here.character}」`;
    found.push(violation('couplet-rescue', number, here.character, rescue));
  }
  if (rule === 'turn' && !own.can(0, '平')) found.push(violation('turn-opening', number, own.text(0, 1)));
  if (RULES[rule].kind === 'violation' && here.rare.some(({ tone }) => tone === place.tone)) {
    found.push(violation('rare-reading', number, here.character, place.tone));
  }
  return found;
}

/** What the other tone at a place is: a licence, a fault, or nothing. */
function ruleOf({ licence, fault }: Place, line: Line): RuleId | undefined {
  if (licence && EXCUSES[licence]?.(line)) return licence;
  return fault && (PATTERNS[fault]?.(line) ?? true) ? fault : undefined;
}

function endsInThreeLevels({ own }: Line): boolean {
  return !own.can(2, '仄') && !own.can(3, '仄') && !own.can(4, '仄');
}
