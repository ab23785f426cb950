/** What the meter asks of a place of a line. */
import type { PoemCheck } from '../../poetry/prosody/check.js';
import { LINE_TYPE_NAMES, linePlaces } from '../../poetry/prosody/line-types.js';
import type { RuleId } from '../../poetry/prosody/rules.js';

export type CheckedLine = PoemCheck['lines'][number];

/** Which character of a poem: its line and its place there, both from 0. */
export interface PoemPlace {
  readonly line: number;
  readonly at: number;
}

export interface AskedTone {
  /** The tone that the line's type has here. */
  readonly tone: '平' | '仄';
  /** must: the other is a fault; should: the other stands under a licence; may: either is as good. */
  readonly force: 'must' | 'should' | 'may';
  /** The fault, or the licence, that the other tone is. */
  readonly rule?: RuleId;
  /** Whether the character is read as is asked here; undefined where it can be read either way, or nobody knows. */
  readonly kept: boolean | undefined;
}

/** Undefined where the line has no type: old-style verse asks for no tones. */
export function askedTone(line: CheckedLine, at: number): AskedTone | undefined {
  const type = LINE_TYPE_NAMES.find((name) => name === line.type);
  const place = type && linePlaces(type, line.tones.length)[at];
  if (!place) return undefined;
  const { tone, fault, licence, free } = place;
  const found = line.tones[at]?.tone;
  const kept = found === '平' || found === '仄' ? found === tone : undefined;
  if (fault !== undefined) return { tone, force: 'must', rule: fault, kept };
  if (licence !== undefined && !free) return { tone, force: 'should', rule: licence, kept };
  return { tone, force: 'may', kept };
}
