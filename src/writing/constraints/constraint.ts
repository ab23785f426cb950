/**
 * A plan as a mask over the next token. The tonal template and the rhyme group are left to the model: whatever is still
 * possible stays open, and each character narrows it down. A token is allowed when all its characters are, and no choice is
 * offered from which the poem could not be finished.
 */
import { LRUCache } from 'lru-cache';
import type { LineIndex } from '../../poetry/line-index.js';
import type { LineType } from '../../poetry/prosody/line-types.js';
import { LEVEL, OBLIQUE, toneBits } from '../../poetry/readings/tone-bits.js';
import { standardCharacter } from '../../poetry/script/variants.js';
import { kept } from '../../support/kept.js';
import {
  endsLine,
  Forbidden,
  givenRun,
  GivenText,
  KnownLines,
  Repetition,
  Rhymes,
  Tones,
  WordReadings,
  type Check,
  type Place,
} from './constraint-checks.js';
import type { PoemPlan } from './poem-plan.js';
import { RhymeSupply, type RhymeState } from './rhyme-supply.js';
import { ToneSupply } from './tone-supply.js';
import { nextTypes, tonesAt } from './tonal-templates.js';
import type { Begun } from './token-pieces.js';
import type { TokenWindow, VerseVocabulary } from './verse-vocabulary.js';

/** A poem so far. Never changed: each token gives a new one. */
export interface ConstraintState extends RhymeState {
  /** Characters written, layout included. */
  readonly at: number;
  /** Tokens of given text that are still to come. */
  readonly pending: readonly number[];
  /** Tokens of a character that is not whole yet. */
  readonly begun: Begun;
}

/** What may come at a place of the text: a character of the poem, or one of some marks. */
type Slot =
  { readonly kind: 'han'; readonly place: Place } | { readonly kind: 'mark'; readonly marks: string };

export interface ConstraintTokens {
  readonly vocabulary: VerseVocabulary;
  /** The token that ends the poem. */
  readonly endOfTurn: number;
  /** The tokens of a text: given characters may have none of their own. */
  encode(text: string): readonly number[];
}

/** What is kept of a constraint: windows by place and types of the line, lists of tokens that reach a rhyme by the rhymes so far. */
const WINDOWS_KEPT = 1024;
const LISTS_KEPT = 256;

export class PoemConstraint {
  private readonly slots: readonly Slot[];
  private readonly rhymes: Rhymes;
  private readonly forbidden: Forbidden;
  private readonly checks: readonly Check[];
  private readonly supply: RhymeSupply;
  private readonly toneSupply: ToneSupply;
  private readonly known: KnownLines | undefined;
  private readonly words: WordReadings;
  private readonly windows = new LRUCache<string, TokenWindow>({ max: WINDOWS_KEPT });
  private readonly reachingPlaces = new LRUCache<string, Int32Array>({ max: LISTS_KEPT });
  private readonly unique: boolean;

  /** @param known lines that must not be written, word for word or nearly */
  constructor(
    readonly plan: PoemPlan,
    private readonly tokens: ConstraintTokens,
    known?: LineIndex,
  ) {
    const { vocabulary } = tokens;
    this.slots = slotsOf(plan);
    this.unique = !plan.lifted.has('repeated-character');
    this.rhymes = new Rhymes(plan, vocabulary);
    this.forbidden = new Forbidden(plan);
    this.checks = [
      new GivenText(),
      ...(this.unique ? [new Repetition(plan, vocabulary)] : []),
      this.forbidden,
      new Tones(plan),
      this.rhymes,
    ];
    this.supply = new RhymeSupply(plan, vocabulary);
    this.toneSupply = new ToneSupply(plan, vocabulary);
    this.known = known && new KnownLines(plan, known);
    this.words = new WordReadings(plan);
  }

  /** Whether the model knows too few characters to be sure of finishing the poem without using one twice. */
  get lacksCharacters(): boolean {
    return this.toneSupply.isShort;
  }

  start(): ConstraintState {
    const { tones, groups } = this.plan;
    const [types] = tones?.open ?? [];
    return {
      at: 0,
      text: [],
      standards: [],
      types,
      stretch: 0,
      groups: groups?.[0],
      rhymeWords: [],
      pending: [],
      begun: [],
    };
  }

  /** The ids that may come next; never empty. */
  allowed(state: ConstraintState): readonly number[] {
    if (state.at >= this.slots.length) return [this.tokens.endOfTurn];
    const pending = this.pendingTokens(state);
    if (pending.length > 0) return pending.slice(0, 1);
    return this.tokens.vocabulary.pieces.nextTokens(this.choices(state), state.begun);
  }

  /** What may come next whole: tokens, and characters that take several. */
  private choices(state: ConstraintState): readonly number[] {
    const barred = this.checks.flatMap((check) => [...(check.excluded?.(state) ?? [])]);
    const { vocabulary } = this.tokens;
    const excluded = vocabulary.excluding(barred, this.unique);
    const [settled, reaching] = this.candidates(state, excluded);
    // A character may be of both tones, and settle which of two types its line has.
    const room = Math.floor(this.toneSupply.slack(state.standards) / 2);
    const safe = (reaches: boolean): number => Math.min(room, this.supply.safeLength(state, reaches));
    const plain = this.whereSupplyLasts(state, settled, safe(false));
    const rhyming = this.whereSupplyLasts(state, reaching, safe(true));
    // The need of a line is that of its hungriest type: near the end of a small vocabulary it may ask for more than there is.
    if (plain.length + rhyming.length === 0) {
      return settled.concat(reaching).filter((id) => {
        const after = this.advance(state, vocabulary.charactersOf(id) ?? []);
        return after !== undefined && this.supply.keep(after) !== undefined;
      });
    }
    if (rhyming.length === 0) return plain;
    return plain.length === 0 ? rhyming : plain.concat(rhyming);
  }

  /** Looks one by one at tokens that are longer than is surely safe, and at all where words are forbidden. */
  private whereSupplyLasts(state: ConstraintState, ids: number[], safeLength: number): number[] {
    const { vocabulary } = this.tokens;
    const anyWord = this.forbidden.words.length > 0;
    if (!anyWord && safeLength >= vocabulary.longest) return ids;
    return ids.filter((id) => {
      if (!anyWord && vocabulary.lengthOf(id) <= safeLength) return true;
      const after = this.advance(state, vocabulary.charactersOf(id) ?? []);
      return after !== undefined && this.lasts(after) !== undefined;
    });
  }

  /** Drops what a poem could not be finished in; undefined where nothing is left. */
  private lasts(state: ConstraintState): ConstraintState | undefined {
    return this.toneSupply.slack(state.standards) < 0 ? undefined : this.supply.keep(state);
  }

  /** The state after an allowed token. */
  next(state: ConstraintState, token: number): ConstraintState {
    const [, ...rest] = this.pendingTokens(state);
    const given = this.givenRun(state.at);
    if (given.length > 0 && rest.length > 0) return { ...state, pending: rest };
    const { vocabulary } = this.tokens;
    const begun = [...state.begun, token];
    const choice = given.length > 0 ? token : vocabulary.pieces.whole(begun);
    if (choice === undefined) return { ...state, begun };
    const characters = given.length > 0 ? given : vocabulary.charactersOf(choice);
    const advanced = characters && this.advance(state, characters);
    const after = advanced && this.supply.keep(advanced);
    if (!after) throw new Error(`token ${token} is not allowed after "${state.text.join('')}"`);
    return { ...after, pending: [], begun: [] };
  }

  /**
   * Whether a token would write a known line, or leave no way round one, or make a word that reads otherwise than the line needs. Asked of
   * the token that was drawn, not of all that are allowed: few are refused.
   */
  refuses(state: ConstraintState, token: number): boolean {
    if (this.givenRun(state.at).length > 0) return false;
    const { pieces } = this.tokens.vocabulary;
    const begun = [...state.begun, token];
    const choice = pieces.whole(begun);
    if (choice !== undefined) return this.refusesChoice(state, choice);
    // Of a character that is not whole yet one must be left that is not refused.
    const open = pieces.beginningWith(this.choices(state), begun);
    return open.every((one) => this.refusesChoice(state, one));
  }

  private refusesChoice(state: ConstraintState, choice: number): boolean {
    let current: ConstraintState | undefined = state;
    for (const character of this.tokens.vocabulary.charactersOf(choice) ?? []) {
      const before: ConstraintState = current;
      const slot = this.slots[before.at];
      current = this.step(before, character);
      if (!current) return true;
      if (slot?.kind !== 'han') continue;
      if (this.words.misreads(before, slot.place, character) || this.known?.repeats(current.text))
        return true;
    }
    return false;
  }

  /** The tokens of given text that come next: those under way, or those of the run that begins here. */
  private pendingTokens(state: ConstraintState): readonly number[] {
    if (state.pending.length > 0) return state.pending;
    const given = this.givenRun(state.at);
    return given.length > 0 ? this.tokens.encode(given.join('')) : [];
  }

  /** The given characters that begin at a slot. */
  private givenRun(at: number): string[] {
    const slot = this.slots[at];
    return slot?.kind === 'han' ? givenRun(this.plan, slot.place.at) : [];
  }

  /**
   * The tokens that may come next as far as tones, rhyme, layout and excluded characters tell: those that reach no rhyme or given text,
   * and those that do. For the former what was written before does not matter.
   */
  private candidates(state: ConstraintState, excluded: Uint8Array): [settled: number[], reaching: number[]] {
    const { vocabulary } = this.tokens;
    const { at, types, groups, rhymeWords } = state;
    const key = `${at}|${types ? [...types].sort().join() : ''}`;
    const window = kept(this.windows, key, () => this.window(state));
    const fitting = vocabulary.fitting(window);
    // Longer tokens reach a rhyme or given text: they depend on the rhyme so far as well.
    const rhymeKey = `${key}|${groups?.join() ?? ''}|${rhymeWords.join('')}`;
    const make = (): Int32Array => Int32Array.from(this.reaching(state, window, fitting.beyond()));
    const reaching = kept(this.reachingPlaces, rhymeKey, make);
    return [fitting.settledIds(excluded), vocabulary.idsAt(reaching, excluded)];
  }

  /** Of tokens that go beyond what a window settles, by their places, those that keep the rhyme or the given text that they reach. */
  private reaching(
    state: ConstraintState,
    window: TokenWindow,
    places: readonly number[],
  ): readonly number[] {
    const { settled, rows } = window;
    const { vocabulary } = this.tokens;
    const blank = state.text.map(() => '');
    const fresh = { ...state, text: blank, standards: blank };
    const advances = (place: number): boolean =>
      this.advance(fresh, vocabulary.tokens[place]?.characters ?? []) !== undefined;
    const slot = this.slots[state.at + settled];
    if (slot?.kind !== 'han' || !endsLine(slot.place) || slot.place.given !== undefined) {
      return places.filter(advances);
    }
    const words = (state.groups ?? []).flatMap((label) => [...(vocabulary.rhymes.get(label) ?? [])]);
    const isTaken = (standard: string): boolean =>
      state.rhymeWords.includes(standard) || this.rhymes.given.has(standard);
    const rhymes = vocabulary.flags(words.filter((word) => !isTaken(standardCharacter(word))));
    // A first line that ends oblique does not rhyme.
    const mayEndOblique = slot.place.shape.rhymes === 'may';
    const oblique = mayEndOblique ? rows.filter((row) => row[settled] === OBLIQUE) : [];
    const free = vocabulary.fitting({ ...window, rows: oblique });
    return places.filter((place) => {
      const codes = vocabulary.tokens[place]?.codes ?? [];
      if (rhymes[codes[settled] ?? 0] === 0 && !free.reachesBeyond(place)) return false;
      return codes.length === settled + 1 || advances(place);
    });
  }

  /** What the next slots take, as far as that can be told for all tokens at once. */
  private window({ at, types }: ConstraintState): TokenWindow {
    const slots = this.slots.slice(at, at + this.tokens.vocabulary.longest);
    const ends = slots.findIndex(
      (slot) =>
        slot.kind === 'han' &&
        (slot.place.given !== undefined ||
          (endsLine(slot.place) && this.rhymes.mayRhyme(slot.place.shape, types))),
    );
    return {
      rows: this.rows(slots, types),
      marks: slots.map((slot) => (slot.kind === 'mark' ? slot.marks : undefined)),
      settled: ends < 0 ? slots.length : ends,
    };
  }

  /** The tones of these slots under each template that is open, as bits; marks count as both. */
  private rows(slots: readonly Slot[], types: readonly LineType[] | undefined): number[][] {
    const rows = new Map<string, number[]>();
    const { tones, lifted } = this.plan;
    const extend = (row: readonly number[], type: LineType | undefined): void => {
      const slot = slots[row.length];
      if (!slot) {
        rows.set(row.join(), [...row]);
      } else if (slot.kind === 'mark' || !tones || !types) {
        extend([...row, LEVEL + OBLIQUE], type);
      } else {
        const { line, index, shape } = slot.place;
        // The types of the first line in sight are those of the state; each has its followers.
        const open = type === undefined ? types : index > 0 ? [type] : nextTypes(tones, line - 1, [type]);
        for (const one of open) extend([...row, tonesAt(one, shape.length, index, lifted)], one);
      }
    };
    extend([], undefined);
    return [...rows.values()];
  }

  /** The state after these characters; undefined if one of them is not allowed. */
  advance(state: ConstraintState, characters: readonly string[]): ConstraintState | undefined {
    let current: ConstraintState | undefined = state;
    for (const character of characters) {
      current = current && this.step(current, character);
      if (!current) return undefined;
    }
    return current;
  }

  private step(state: ConstraintState, character: string): ConstraintState | undefined {
    const slot = this.slots[state.at];
    if (!slot) return undefined;
    if (slot.kind === 'mark') {
      return slot.marks.includes(character) ? { ...state, at: state.at + 1 } : undefined;
    }
    const { place } = slot;
    if (toneBits(character) === 0) return undefined;
    let next: ConstraintState | undefined = state;
    for (const check of this.checks) {
      next = next && check.step(next, place, character);
      if (!next) return undefined;
    }
    next = {
      ...next,
      at: state.at + 1,
      text: [...state.text, character],
      standards: [...state.standards, standardCharacter(character)],
    };
    if (!endsLine(place)) return next;
    return this.checks.reduce((after, check) => check.endLine?.(after, place.line) ?? after, next);
  }
}

/** The text of a poem place by place: its characters, a mark after each line, a break after each couplet. */
function slotsOf({ shape, fixed }: PoemPlan): Slot[] {
  return shape.lines.flatMap((line, number): Slot[] => [
    ...Array.from({ length: line.length }, (_, index): Slot => {
      const at = line.start + index;
      return { kind: 'han', place: { line: number, shape: line, index, at, given: fixed.get(at) } };
    }),
    { kind: 'mark', marks: line.marks },
    ...(line.breakAfter ? [{ kind: 'mark', marks: '\n' } as const] : []),
  ]);
}
