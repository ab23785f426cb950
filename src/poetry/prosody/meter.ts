/**
 * Meter (平仄): how far lines follow the line types of regulated verse.
 *
 * A poem is a path through the line types: opposition leads from the upper line of a couplet to the lower one, adhesion on to the next
 * couplet. It is judged along the path, and each character under the reading, that serve it best (a Viterbi pass).
 */
import { layoutOf, type LineLayout } from '../forms/layout.js';
import { judgeLine } from './line-check.js';
import {
  adheringTo,
  endTone,
  HINGE,
  LINE_TYPE_NAMES,
  opposedTo,
  typesEnding,
  type LineType,
} from './line-types.js';
import { RULES, violation, type RuleId, type Violation } from './rules.js';
import type { Verse } from './verse.js';

export interface LineCheck {
  readonly type: LineType;
  /** Violations, licences and notes. */
  readonly findings: readonly Violation[];
}

export interface MeterCheck {
  readonly lines: readonly LineCheck[];
  /** Whether the first line was read as a rhyming one. */
  readonly firstLineRhymes: boolean;
}

/**
 * What a path costs, the weightiest first: faults of any kind; faults inside a line, so that of equal explanations the one that finds the
 * lines regular and only their order wrong is taken; licences; disagreement with how the first line rhymes.
 */
type Cost = readonly [faults: number, inside: number, licences: number, disagreements: number];

const FREE: Cost = [0, 0, 0, 0];

function add(a: Cost, b: Cost): Cost {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]];
}

/** Negative where `a` is the lesser one. */
function compare(a: Cost, b: Cost): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}

/** A path that ends in a line of some type. */
interface Path extends LineCheck {
  readonly cost: Cost;
  readonly before: Path | undefined;
}

/** A step from one line to the next, and the fault that it is: 失对 or 失粘. */
interface Step {
  readonly cost: Cost;
  readonly fault?: RuleId;
}

const BROKEN: Cost = [1, 0, 0, 0];

function stepTo(type: LineType, before: LineType, { role }: LineLayout): Step {
  const expected = role === 'lower' ? opposedTo(before) : adheringTo(before);
  if (type === expected) return { cost: FREE };
  return { cost: BROKEN, fault: role === 'lower' ? 'opposition' : 'adhesion' };
}

/** The types that a line can be judged as: a first line may rhyme or not, after it the lower lines do. */
function typesAt(line: number, { role }: LineLayout): readonly LineType[] {
  return line === 0 ? LINE_TYPE_NAMES : typesEnding(role === 'lower' ? '平' : '仄');
}

function costOf(findings: readonly Violation[]): Cost {
  const faults = findings.filter(({ rule }) => RULES[rule].kind === 'violation').length;
  const rescues = findings.filter(({ rule }) => rule === 'couplet-rescue').length;
  const licences = findings.filter(({ rule }) => RULES[rule].kind === 'licence').length;
  return [faults, faults, licences - rescues, 0];
}

/** Judges lines of `length` characters; lines of any other length are left out. */
export function checkMeter(verse: Verse, length: number, firstLineRhymes: boolean): MeterCheck {
  const { lines, places } = verse;
  let paths: readonly Path[] = [];
  layoutOf(lines.length).forEach((layout, line) => {
    const judged = places[line]?.length === length;
    paths = typesAt(line, layout).map((type): Path => {
      const findings = judged ? judgeLine(verse, line, type, layout) : [];
      const own = costOf(findings);
      if (line === 0) {
        const agrees = (endTone(type) === '平') === firstLineRhymes;
        return { type, findings, cost: add(own, [0, 0, 0, Number(!agrees)]), before: undefined };
      }
      const steps = paths.map((before) => {
        const step = stepTo(type, before.type, layout);
        return { before, fault: step.fault, cost: add(add(before.cost, step.cost), own) };
      });
      const best = steps.reduce((a, b) => (compare(b.cost, a.cost) < 0 ? b : a));
      const hinge = places[line]?.[HINGE]?.character ?? '';
      const fault = best.fault && judged ? [violation(best.fault, line + 1, hinge)] : [];
      return { type, findings: [...fault, ...findings], cost: best.cost, before: best.before };
    });
  });
  const [best] = [...paths].sort((a, b) => compare(a.cost, b.cost));
  const checks = withDoubleRescues(verse, trace(best));
  const [first] = checks;
  return { lines: checks, firstLineRhymes: first !== undefined && endTone(first.type) === '平' };
}

function trace(end: Path | undefined): LineCheck[] {
  const checks: LineCheck[] = [];
  for (let path: Path | undefined = end; path; path = path.before) {
    checks.unshift({ type: path.type, findings: path.findings });
  }
  return checks;
}

/** Names the lines whose third character makes up for their own first and for the line before. */
function withDoubleRescues(verse: Verse, checks: readonly LineCheck[]): LineCheck[] {
  const has = (line: number, rule: RuleId): boolean =>
    checks[line]?.findings.some((one) => one.rule === rule) ?? false;
  return checks.map((check, line) => {
    if (!has(line, 'self-rescue') || !has(line - 1, 'couplet-rescue')) return check;
    const rescue = verse.places[line]?.at(-3)?.character ?? '';
    return { ...check, findings: [...check.findings, violation('double-rescue', line + 1, rescue)] };
  });
}
