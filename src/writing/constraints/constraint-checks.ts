/** What a poem is held to while it is written, a check each: whether a character may stand where it is about to, and what follows. */
import { endTone, type LineType } from '../../poetry/prosody/line-types.js';
import type { LineShape } from '../../poetry/forms/forms.js';
import type { LineIndex } from '../../poetry/line-index.js';
import { readPoem } from '../../poetry/readings/poem-readings.js';
import { countedGroups } from '../../poetry/readings/readings.js';
import { bitOf, givenBits, toneBits } from '../../poetry/readings/tone-bits.js';
import { standardCharacter } from '../../poetry/script/variants.js';
import type { PoemPlan } from './poem-plan.js';
import type { RhymeState } from './rhyme-supply.js';
import { nextTypes, tonesAt } from './tonal-templates.js';
import type { VerseVocabulary } from './verse-vocabulary.js';

/** A place of a poem that a character is about to take. */
export interface Place {
  readonly line: number;
  readonly shape: LineShape;
  readonly index: number;
  /** Its number in the poem. */
  readonly at: number;
  /** What is given there. */
  readonly given: string | undefined;
}

export const endsLine = ({ index, shape }: Place): boolean => index === shape.length - 1;

export interface Check {
  /** The state with a character at a place; undefined where it may not stand there. Its text is added by the caller. */
  step<State extends RhymeState>(state: State, place: Place, character: string): State | undefined;
  /** The state as the line after this one begins. */
  endLine?<State extends RhymeState>(state: State, line: number): State;
  /** Characters that may come nowhere from here on. */
  excluded?(state: RhymeState): Iterable<string>;
}

/** Given characters stand where they are given. */
export class GivenText implements Check {
  step<State extends RhymeState>(state: State, { given }: Place, character: string): State | undefined {
    return given === undefined || given === character ? state : undefined;
  }
}

/** No character comes twice, in whatever form, but those that are given so. */
export class Repetition implements Check {
  /** In their standard forms. */
  private readonly given: ReadonlySet<string>;

  constructor(
    { fixed }: PoemPlan,
    private readonly vocabulary: VerseVocabulary,
  ) {
    this.given = new Set(Array.from(fixed.values(), standardCharacter));
  }

  step<State extends RhymeState>(state: State, { given }: Place, character: string): State | undefined {
    if (given !== undefined) return state;
    const standard = standardCharacter(character);
    return state.standards.includes(standard) || this.given.has(standard) ? undefined : state;
  }

  excluded({ standards }: RhymeState): string[] {
    return [...standards, ...this.given].flatMap((standard) => this.vocabulary.formsOf(standard));
  }
}

/** Forbidden characters and words do not arise, from what is written and the given text that follows included. */
export class Forbidden implements Check {
  /** Forbidden words of several characters. */
  readonly words: readonly string[];

  constructor(private readonly plan: PoemPlan) {
    this.words = plan.forbidden.filter((word) => [...word].length > 1);
  }

  step<State extends RhymeState>(state: State, place: Place, character: string): State | undefined {
    if (place.given !== undefined) return state;
    if (this.plan.forbidden.includes(character)) return undefined;
    if (this.words.length === 0) return state;
    const line = [...state.text.slice(place.shape.start), character].join('');
    const following = endsLine(place) ? '' : givenRun(this.plan, place.at + 1).join('');
    const arises = (word: string): boolean =>
      line.endsWith(word) || (following !== '' && (line + following).includes(word));
    return this.words.some(arises) ? undefined : state;
  }

  excluded(): readonly string[] {
    return this.plan.forbidden;
  }
}

/** The line keeps a type that is open to it. */
export class Tones implements Check {
  constructor(private readonly plan: PoemPlan) {}

  step<State extends RhymeState>(
    state: State,
    { shape, index, given }: Place,
    character: string,
  ): State | undefined {
    const { types } = state;
    if (!types) return state;
    const bits = given === undefined ? toneBits(character) : givenBits(character);
    const fitting = types.filter(
      (type) => (tonesAt(type, shape.length, index, this.plan.lifted) & bits) !== 0,
    );
    if (fitting.length === types.length) return state;
    return fitting.length === 0 ? undefined : { ...state, types: fitting };
  }

  endLine<State extends RhymeState>(state: State, line: number): State {
    const { tones } = this.plan;
    return tones && state.types ? { ...state, types: nextTypes(tones, line, state.types) } : state;
  }
}

/** Lines that rhyme end in one group, by a word each. */
export class Rhymes implements Check {
  /** Given characters at the ends of lines, in their standard forms: as rhymes they are taken. */
  readonly given: ReadonlySet<string>;

  constructor(
    private readonly plan: PoemPlan,
    private readonly vocabulary: VerseVocabulary,
  ) {
    this.given = new Set(
      plan.shape.lines
        .flatMap(({ start, length }) => plan.fixed.get(start + length - 1) ?? [])
        .map(standardCharacter),
    );
  }

  /** Whether what ends a line may have to rhyme. A first line is asked only where tones are kept. */
  mayRhyme({ rhymes }: LineShape, types: readonly LineType[] | undefined): boolean {
    return (
      this.plan.groups !== undefined && (rhymes === 'always' || (rhymes === 'may' && types !== undefined))
    );
  }

  step<State extends RhymeState>(state: State, place: Place, character: string): State | undefined {
    const { types, groups } = state;
    if (!groups || !endsLine(place) || !this.mayRhyme(place.shape, types)) return state;
    // A first line that ends oblique does not rhyme; a level one opens the group.
    const oblique =
      place.shape.rhymes === 'may' ? types?.filter((type) => endTone(type) === '仄') : undefined;
    if (oblique && oblique.length > 0) return { ...state, types: oblique };
    return this.rhyme(state, groups, place, character);
  }

  /** Another stretch of lines takes another rhyme, where there is a choice. */
  endLine<State extends RhymeState>(state: State, line: number): State {
    const next = this.plan.shape.lines[line + 1]?.stretch ?? state.stretch;
    if (!state.groups || next === state.stretch) return state;
    const open = this.plan.groups?.[next] ?? [];
    const others = open.filter((label) => !state.groups?.includes(label));
    return { ...state, stretch: next, groups: others.length > 0 ? others : open, rhymeWords: [] };
  }

  private rhyme<State extends RhymeState>(
    state: State,
    open: readonly string[],
    place: Place,
    character: string,
  ): State | undefined {
    const standard = standardCharacter(character);
    if (state.rhymeWords.includes(standard)) return undefined;
    if (place.given === undefined && this.given.has(standard)) return undefined;
    const all =
      place.given === undefined
        ? this.vocabulary.rhymeLabels(character)
        : countedGroups(character).map(({ label }) => label);
    const groups = all.filter((label) => open.includes(label));
    if (groups.length === 0) return undefined;
    return { ...state, groups, rhymeWords: [...state.rhymeWords, standard] };
  }
}

/** Stands where nothing is written yet. */
const BLANK = '□';

/**
 * Words decide how a character of two tones is read (重阳, 山重): whether the line under way still keeps its tones and its rhyme as it is read
 * now. Asked of a token that was drawn, since few are refused.
 */
export class WordReadings {
  constructor(private readonly plan: PoemPlan) {}

  /** Whether a character would make a word that reads otherwise than the line needs. */
  misreads({ text, types, groups }: RhymeState, place: Place, character: string): boolean {
    const { shape } = place;
    const following = endsLine(place) ? [] : givenRun(this.plan, place.at + 1);
    const known = [...text.slice(shape.start), character, ...following];
    // Pauses stand where they do in the whole line.
    const blanks = Array.from({ length: shape.length - known.length }, () => BLANK);
    const [line = []] = readPoem([[...known, ...blanks].join('')]);
    const decided = line.flatMap(({ decidedBy, readings }, index) =>
      decidedBy === undefined ? [] : [{ index, tones: readings.map(({ tone }) => tone) }],
    );
    const takes = (type: LineType, index: number, bits: number): boolean =>
      (tonesAt(type, shape.length, index, this.plan.lifted) & bits) !== 0;
    // The character itself narrows the types: one that it leaves must keep the words, or no character could follow.
    const bits = place.given === undefined ? toneBits(character) : givenBits(character);
    const keeps = (type: LineType): boolean =>
      takes(type, place.index, bits) &&
      decided.every(({ index, tones }) => tones.some((tone) => takes(type, index, bitOf(tone))));
    if (types && !types.some(keeps)) return true;
    if (!groups || shape.rhymes !== 'always' || !endsLine(place)) return false;
    const read = line.at(-1)?.readings ?? [];
    return !read.some(({ group }) => groups.includes(group.label));
  }
}

/** Lines that are known, word for word or nearly: asked of a token that was drawn, since few are refused. */
export class KnownLines {
  constructor(
    private readonly plan: PoemPlan,
    private readonly known: LineIndex,
  ) {}

  /** Whether the line under way is a known one or nearly, or cannot be finished as another. */
  repeats(text: readonly string[]): boolean {
    const { fixed, shape } = this.plan;
    const line = shape.lines[shape.places[text.length - 1]?.line ?? 0];
    if (!line) return false;
    const { start, length } = line;
    const cells = Array.from({ length }, (_, index) => text[start + index] ?? fixed.get(start + index));
    const open = cells.filter((cell) => cell === undefined).length;
    if (open > 1) return false;
    if (open === 1) return this.known.hasPattern(cells);
    return this.known.nearness(cells.join('')) !== 'new';
  }
}

/** The given characters from a place on, up to the next free one or the end of the line. */
export function givenRun({ fixed, shape }: PoemPlan, start: number): string[] {
  const line = shape.places[start]?.line;
  const run: string[] = [];
  for (let at = start; shape.places[at]?.line === line; at += 1) {
    const character = fixed.get(at);
    if (character === undefined) break;
    run.push(character);
  }
  return run;
}
