/**
 * One line of regulated verse against a line type: the faults and licences of its places (拗救 included).
 *
 * Source: 王力《诗词格律》第二章第四节 律诗的平仄, 孤平和拗救.
 */
import type { LineLayout } from './layout.js';
import { HINGE, linePlaces, tailStart, type LineType, type Place } from './line-types.js';
import type { PlaceReadings } from './poem-readings.js';
import type { Tone } from './readings.js';
import { violation, type RuleId, type Violation } from './rules.js';
import { canRead, type Verse } from './verse.js';

/** The places of a line counted from where its last five characters begin. */
interface Tail {
  readonly can: (place: number, tone: Tone) => boolean;
  readonly text: (from: number, to?: number) => string;
}

function tailOf(places: readonly PlaceReadings[]): Tail {
  const tail = places.slice(tailStart(places.length));
  return {
    can: (place, tone) => canRead(tail[place], tone),
    text: (from, to) =>
      tail
        .slice(from, to)
        .map(({ character }) => character)
        .join(''),
  };
}

/** A line, and the one that answers it in its couplet. */
interface Line extends Tail {
  readonly answer: Tail | undefined;
}

/** When the other tone may stand: what makes up for it, or leaves it harmless. */
const EXCUSES: Readonly<Partial<Record<RuleId, (line: Line) => boolean>>> = {
  'self-rescue': ({ can }) => can(2, '平'),
  turn: ({ can }) => can(2, '仄') && can(3, '平'),
  'greater-turn': ({ answer }) => answer?.can(2, '平') ?? false,
  'lesser-turn': ({ can }) => can(3, '平'),
  'three-oblique': ({ can }) => can(3, '仄') && can(4, '仄'),
};

/** Faults that look at several places at once: whether they are all as the fault means them. */
const PATTERNS: Readonly<Partial<Record<RuleId, (line: Line) => boolean>>> = {
  'lone-level': ({ can }) => can(1, '平') && can(3, '仄') && can(4, '平'),
  'three-level': ({ can }) => can(3, '平') && can(4, '平'),
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
export function judgeLine(verse: Verse, line: number, type: LineType, { role }: LineLayout): Violation[] {
  const places = verse.places[line] ?? [];
  const table = linePlaces(type, places.length);
  const next = role === 'upper' ? verse.places[line + 1] : undefined;
  const own: Line = { ...tailOf(places), answer: next && tailOf(next) };
  const found: Violation[] = [];
  const find = (rule: RuleId, chars: string, detail?: string): void =>
    void found.push(violation(rule, line + 1, chars, detail));
  table.forEach((place, at) => {
    const here = places[at];
    if (!here || canRead(here, place.tone)) return;
    const rule = ruleOf(place, own);
    if (rule === undefined) return;
    const extent = EXTENTS[rule];
    const named = rule === 'alternation' && at === HINGE && role === 'lower' ? 'opposition' : rule;
    find(named, extent ? own.text(...extent) : here.character);
    if (RESCUED.has(rule) && own.answer?.can(2, '平')) {
      const rescue = `第${line + 2}句「${own.answer.text(2, 3)}」救「${here.character}」`;
      find('couplet-rescue', here.character, rescue);
    }
    if (rule === 'turn' && !own.can(0, '平')) find('turn-opening', own.text(0, 1));
    if (rule === place.fault && here.rare.some(({ tone }) => tone === place.tone)) {
      find('rare-reading', here.character, place.tone);
    }
  });
  if (endsInThreeLevels(own) && !found.some(({ rule }) => rule === 'three-level')) {
    find('three-level', own.text(2));
  }
  return found;
}

/** What the other tone at a place is: a licence, a fault, or nothing. */
function ruleOf({ licence, fault }: Place, line: Line): RuleId | undefined {
  if (licence && EXCUSES[licence]?.(line)) return licence;
  return fault && (PATTERNS[fault]?.(line) ?? true) ? fault : undefined;
}

function endsInThreeLevels({ can }: Line): boolean {
  return [2, 3, 4].every((place) => !can(place, '仄'));
}
