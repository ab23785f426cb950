/**
 * A second opinion on regulated verse, that shares nothing with the checker but the counts of use: each character has the one tone in which
 * poets nearly always use it, or none where use is divided, and the rules are spelled out place by place.
 */
import { traditionalCandidates } from '../src/poetry/script/script.js';
import { usageOf } from '../src/poetry/readings/usage.js';

type Tone = 'level' | 'oblique' | undefined;

/** Use is clear where so much of it is in one tone, and the character was counted so often. */
const CLEAR = 0.9;
const FEWEST = 20;

/** The one tone of a character; undefined where use does not tell. */
export function plainTone(character: string): Tone {
  const { level, oblique } = usageOf(traditionalCandidates(character));
  const all = level + oblique;
  if (all < FEWEST) return undefined;
  if (level >= CLEAR * all) return 'level';
  return oblique >= CLEAR * all ? 'oblique' : undefined;
}

/** What is broken in a poem of regulated verse, each character in its one tone; a tone that is not clear breaks nothing. */
export function plainFaults(lines: readonly string[]): string[] {
  const faults: string[] = [];
  const differ = (a: Tone, b: Tone): boolean => a !== undefined && b !== undefined && a !== b;
  const agree = (a: Tone, b: Tone): boolean => a !== undefined && a === b;
  const tones = lines.map((line) => [...line].map(plainTone));
  tones.forEach((line, number) => {
    const name = `line ${number + 1} ${lines[number]}`;
    const last = line.length - 1;
    const lower = number % 2 === 1;
    for (let at = 1; at + 2 < last; at += 2) {
      if (agree(line[at], line[at + 2])) faults.push(`${name}: ${at + 1} and ${at + 3} alike`);
    }
    if (lower && line[last] === 'oblique') faults.push(`${name}: ends oblique`);
    if (!lower && number > 0 && line[last] === 'level') faults.push(`${name}: ends level`);
    if (line.slice(-3).every((tone) => tone === 'level')) faults.push(`${name}: three levels at the end`);
    const lone = ['oblique', 'level', 'oblique', 'oblique', 'level'];
    if (line.slice(-5).every((tone, at) => tone === lone[at])) faults.push(`${name}: a lone level`);
    const before = tones[number - 1]?.[1];
    if (lower && agree(line[1], before)) faults.push(`${name}: opposes nothing`);
    if (!lower && number > 0 && differ(line[1], before)) faults.push(`${name}: does not adhere`);
  });
  return faults;
}
