/** A plan of a poem: what of it is fixed, and what is left open. */
import type { PoemShape } from '../../poetry/forms/forms.js';
import { characters } from '../../poetry/text.js';
import { standardCharacter } from '../../poetry/script/variants.js';
import type { LiftableRule, ToneLattice } from './tonal-templates.js';
import type { VerseVocabulary } from './verse-vocabulary.js';

export interface PoemPlan {
  readonly shape: PoemShape;
  /** Characters that are fixed, by their number in the poem. */
  readonly fixed: ReadonlyMap<number, string>;
  /** Templates still possible; undefined where tones are not kept. */
  readonly tones: ToneLattice | undefined;
  /** For each stretch of one rhyme the labels of the groups still possible; undefined where rhyme is not kept. */
  readonly groups: readonly (readonly string[])[] | undefined;
  readonly lifted: ReadonlySet<LiftableRule>;
  readonly forbidden: readonly string[];
}

/**
 * Characters given in two places: where each stands first and again. Doubled ones (青青) are left out where what was asked for, a word or a line
 * each, has them so.
 */
export function givenTwice(
  { places }: PoemShape,
  fixed: ReadonlyMap<number, string>,
  asked: readonly string[],
): { character: string; first: number; second: number } | undefined {
  const seen = new Map<string, number>();
  for (const [at, character] of [...fixed].sort((a, b) => a[0] - b[0])) {
    const standard = standardCharacter(character);
    const first = seen.get(standard);
    const beside = first === at - 1 && places[first]?.line === places[at]?.line;
    const doubled = beside && asked.some((text) => text.includes(`${fixed.get(first)}${character}`));
    if (first !== undefined && !doubled) return { character, first, second: at };
    seen.set(standard, at);
  }
  return undefined;
}

/** The fixed characters of a line with their places in it. */
export function fixedOfLine(
  { shape, fixed }: PoemPlan,
  line: number,
): (readonly [index: number, character: string])[] {
  const { start = 0, length = 0 } = shape.lines[line] ?? {};
  return Array.from({ length }, (_, index) => index).flatMap((index) => {
    const character = fixed.get(start + index);
    return character === undefined ? [] : [[index, character] as const];
  });
}

/** The lines of a stretch that rhyme, as the numbers of their last characters. */
export function rhymeEnds({ shape }: PoemPlan, stretch: number, firstRhymes: boolean): number[] {
  return shape.lines
    .filter(
      (line) =>
        line.stretch === stretch && (line.rhymes === 'always' || (firstRhymes && line.rhymes === 'may')),
    )
    .map(({ start, length }) => start + length - 1);
}

/** Characters of a group that are neither fixed somewhere nor forbidden, in whatever form: in their standard forms. */
export function freeRhymes(plan: PoemPlan, label: string, vocabulary: VerseVocabulary): Set<string> {
  const free = new Set(vocabulary.rhymeStandards.get(label));
  for (const taken of [...plan.fixed.values(), ...plan.forbidden]) free.delete(standardCharacter(taken));
  return free;
}

/** A line as it is given, □ for what is open. */
export function textOfLine({ shape, fixed }: PoemPlan, line: number): string {
  const { start = 0, length = 0 } = shape.lines[line] ?? {};
  return Array.from({ length }, (_, index) => fixed.get(start + index) ?? '□').join('');
}

/** Where a word stands among the fixed characters. */
export function placeOf(word: string, fixed: ReadonlyMap<number, string>): number | undefined {
  return [...fixed.keys()].find((at) =>
    characters(word).every((character, offset) => fixed.get(at + offset) === character),
  );
}
