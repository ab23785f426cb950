/**
 * How many characters of each tone are left where none may come twice, against how many the places to come need. A model that knows
 * thousands never runs out; a small one would, in a long poem.
 */
import { LEVEL, OBLIQUE, toneBits } from '../../poetry/readings/tone-bits.js';
import { standardCharacter } from '../../poetry/script/variants.js';
import type { PoemPlan } from './poem-plan.js';
import { tonesAt } from './tonal-templates.js';
import type { VerseVocabulary } from './verse-vocabulary.js';

/** Level, oblique, and either: what a place may need. */
const NEEDS = [LEVEL, OBLIQUE, LEVEL + OBLIQUE] as const;

export class ToneSupply {
  /** For each need, how many characters could meet it. */
  private readonly supply: readonly number[];
  /** For each need and place, how many places from it on have the need or a narrower one. */
  private readonly needed: readonly (readonly number[])[];
  /** The tones that each character can have which is neither given nor forbidden, by its standard form, in whatever form. */
  private readonly free = new Map<string, number>();
  /** Whether it cannot be told that a poem of this shape is finished without using a character twice. */
  readonly isShort: boolean;
  /** Whether no poem of this shape can run out. */
  private readonly isAmple: boolean;

  constructor(plan: PoemPlan, vocabulary: VerseVocabulary) {
    const { fixed, forbidden, lifted, shape } = plan;
    const taken = new Set([...fixed.values(), ...forbidden].map(standardCharacter));
    for (const character of vocabulary.characters()) {
      const standard = standardCharacter(character);
      if (taken.has(standard)) continue;
      this.free.set(standard, (this.free.get(standard) ?? 0) | toneBits(character));
    }
    this.supply = NEEDS.map((need) => [...this.free.values()].filter((bits) => (bits & need) !== 0).length);
    this.isAmple = lifted.has('repeated-character') || Math.min(...this.supply) >= shape.places.length;
    this.needed = NEEDS.map((need) => (this.isAmple ? [] : needsFrom(plan, need)));
    this.isShort = !this.isAmple && this.left([]) < 0;
  }

  /** Characters left beyond those that the places to come need, of the scarcest tone, after these in their standard forms. */
  slack(standards: readonly string[]): number {
    return this.isAmple || this.isShort ? Infinity : this.left(standards);
  }

  private left(standards: readonly string[]): number {
    const written = standards.map((standard) => this.free.get(standard) ?? 0);
    const slacks = NEEDS.map((need, at) => {
      const used = written.filter((bits) => (bits & need) !== 0).length;
      return (this.supply[at] ?? 0) - used - (this.needed[at]?.[standards.length] ?? 0);
    });
    return Math.min(...slacks);
  }
}

/**
 * How many characters the places from each on need: those that must be met under the type of its line that asks for the most, and one for
 * each rhyme, whose characters cannot be spent on anything else.
 */
function needsFrom({ shape, fixed, tones, lifted }: PoemPlan, need: number): number[] {
  const counts = shape.lines.map((line, number) => {
    const types = tones?.open[number] ?? [undefined];
    const rhyme = line.rhymes === 'never' ? 0 : 1;
    const asks = types.map((type) =>
      Array.from({ length: line.length }, (_, index) => {
        const bits = type ? tonesAt(type, line.length, index, lifted) : LEVEL + OBLIQUE;
        return !fixed.has(line.start + index) && (bits & ~need) === 0;
      }),
    );
    return Array.from({ length: line.length }, (_, index) =>
      Math.max(...asks.map((all) => rhyme + all.slice(index).filter(Boolean).length)),
    );
  });
  const after = (line: number): number => counts.slice(line + 1).reduce((sum, all) => sum + (all[0] ?? 0), 0);
  return shape.places.map(({ line, index }) => (counts[line]?.[index] ?? 0) + after(line));
}
