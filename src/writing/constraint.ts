/**
 * A plan as a mask over the next token. The tonal template and the rhyme group are left to the model: whatever is still
 * possible stays open, and each character narrows it down. A token is allowed when all its characters are, and no choice is
 * offered from which the poem could not be finished.
 */
import { endTone } from '../poetry/line-types.js';
import type { LineIndex } from '../poetry/line-index.js';
import type { PoemPlan } from './plan.js';
import { RhymeSupply, type RhymeState } from './rhyme-supply.js';
import { fitsPlace, tonesAt } from './tonal-templates.js';
import {
  kept,
  LEVEL,
  OBLIQUE,
  toneBits,
  type TokenWindow,
  type VerseVocabulary,
} from './verse-vocabulary.js';

/** A poem so far. Never changed: each token gives a new one. */
export interface ConstraintState extends RhymeState {
  /** Characters written, layout included. */
  readonly at: number;
  /** Tokens of given text that are still to come. */
  readonly pending: readonly number[];
}

type Slot =
  | { readonly kind: 'han'; readonly line: number; readonly index: number }
  | { readonly kind: 'mark'; readonly line: number; readonly marks: string };

export interface ConstraintTokens {
  readonly vocabulary: VerseVocabulary;
  /** The token that ends the poem. */
  readonly endOfTurn: number;
  /** The tokens of a text: given characters may have none of their own. */
  encode(text: string): readonly number[];
}

/** Lists of tokens that reach a rhyme, kept by the rhymes so far: of these there is no end. */
const LISTS_KEPT = 256;

export class PoemConstraint {
  private readonly slots: readonly Slot[];
  private readonly given: ReadonlySet<string>;
  /** Given characters at the ends of lines: as rhymes they are taken. */
  private readonly givenRhymes: ReadonlySet<string>;
  private readonly supply: RhymeSupply;
  private readonly windows = new Map<string, TokenWindow>();
  private readonly reachingPlaces = new Map<string, Int32Array>();
  private readonly unique: boolean;
  private readonly words: readonly string[];

  /** @param known lines that must not be written, word for word or nearly */
  constructor(
    readonly plan: PoemPlan,
    private readonly tokens: ConstraintTokens,
    private readonly known?: LineIndex,
  ) {
    const { lines, length } = plan;
    this.slots = Array.from({ length: lines }, (_, line): Slot[] => [
      ...Array.from({ length }, (__, index): Slot => ({ kind: 'han', line, index })),
      { kind: 'mark', line, marks: line % 2 === 0 ? '，？！' : '。？！' },
      ...(line % 2 === 1 && line < lines - 1 ? [{ kind: 'mark', line, marks: '\n' } as const] : []),
    ]).flat();
    this.given = new Set(plan.fixed.values());
    this.supply = new RhymeSupply(plan, tokens.vocabulary);
    this.givenRhymes = new Set(
      [...plan.fixed].flatMap(([at, character]) => (at % length === length - 1 ? [character] : [])),
    );
    this.unique = !plan.lifted.has('repeated-character');
    this.words = plan.forbidden.filter((word) => [...word].length > 1);
  }

  start(): ConstraintState {
    const { templates, groups } = this.plan;
    return { at: 0, text: [], templates, groups, rhymeWords: [], pending: [] };
  }

  /** The ids that may come next; never empty. */
  allowed(state: ConstraintState): readonly number[] {
    if (state.at >= this.slots.length) return [this.tokens.endOfTurn];
    const pending = this.pendingTokens(state);
    if (pending.length > 0) return pending.slice(0, 1);
    const written = this.unique ? [...state.text, ...this.given] : [];
    const excluded = this.tokens.vocabulary.excluding([...this.plan.forbidden, ...written], this.unique);
    const [settled, reaching] = this.candidates(state, excluded);
    const plain = this.whereRhymesLast(state, settled, this.supply.safeLength(state, false));
    const rhyming = this.whereRhymesLast(state, reaching, this.supply.safeLength(state, true));
    if (rhyming.length === 0) return plain;
    return plain.length === 0 ? rhyming : plain.concat(rhyming);
  }

  /** Looks one by one at tokens that are longer than is surely safe, and at all where words are forbidden. */
  private whereRhymesLast(state: ConstraintState, ids: number[], safeLength: number): number[] {
    const { vocabulary } = this.tokens;
    const anyWord = this.words.length > 0;
    if (!anyWord && safeLength >= vocabulary.longest) return ids;
    return ids.filter((id) => {
      if (!anyWord && vocabulary.lengthOf(id) <= safeLength) return true;
      const after = this.advance(state, vocabulary.charactersOf(id) ?? []);
      return after !== undefined && this.supply.keep(after) !== undefined;
    });
  }

  /** The state after an allowed token. */
  next(state: ConstraintState, token: number): ConstraintState {
    const [, ...rest] = this.pendingTokens(state);
    const given = this.givenRun(state.at);
    if (given.length > 0 && rest.length > 0) return { ...state, pending: rest };
    const characters = given.length > 0 ? given : this.tokens.vocabulary.charactersOf(token);
    const advanced = characters && this.advance(state, characters);
    const after = advanced && this.supply.keep(advanced);
    if (!after) throw new Error(`token ${token} is not allowed after "${state.text.join('')}"`);
    return { ...after, pending: [] };
  }

  /**
   * Whether a token would write a known line, or leave no way round one. Asked of the token that was drawn, not of all that are
   * allowed: few are refused.
   */
  refuses(state: ConstraintState, token: number): boolean {
    if (!this.known || this.givenRun(state.at).length > 0) return false;
    let current: ConstraintState | undefined = state;
    for (const character of this.tokens.vocabulary.charactersOf(token) ?? []) {
      const before: ConstraintState = current;
      current = this.step(before, character);
      if (!current) return true;
      if (current.text.length > before.text.length && this.repeatsKnownLine(current.text)) return true;
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
    return slot?.kind === 'han' ? this.givenFrom(slot.line * this.plan.length + slot.index) : [];
  }

  /** The given characters from a place on, up to the next free one or the end of the line. */
  private givenFrom(place: number): string[] {
    const { fixed, length } = this.plan;
    const run: string[] = [];
    for (let at = place; at === place || at % length !== 0; at += 1) {
      const character = fixed.get(at);
      if (character === undefined) break;
      run.push(character);
    }
    return run;
  }

  /**
   * The tokens that may come next as far as tones, rhyme, layout and excluded characters tell: those that reach no rhyme or given text,
   * and those that do. For the former what was written before does not matter.
   */
  private candidates(state: ConstraintState, excluded: Uint8Array): [settled: number[], reaching: number[]] {
    const { vocabulary } = this.tokens;
    const { at, templates, groups, rhymeWords } = state;
    const slot = this.slots[at];
    const line = slot?.line ?? 0;
    const near = templates?.map(({ types, firstLineRhymes }) =>
      [...types.slice(line, line + 2), line === 0 && firstLineRhymes].join(),
    );
    const key = `${at}|${[...new Set(near)].sort().join(';')}`;
    const window = kept(this.windows, key, () => this.window(state));
    const fitting = vocabulary.fitting(window);
    // Longer tokens reach a rhyme or given text: they depend on the rhyme so far as well.
    const rhymeKey = `${key}|${groups?.join() ?? ''}|${rhymeWords.join('')}`;
    const make = (): Int32Array => Int32Array.from(this.reaching(state, window, fitting.beyond()));
    const reaching = kept(this.reachingPlaces, rhymeKey, make, LISTS_KEPT);
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
    const fresh = { ...state, text: state.text.map(() => '') };
    const advances = (place: number): boolean =>
      this.advance(fresh, vocabulary.tokens[place]?.characters ?? []) !== undefined;
    const slot = this.slots[state.at + settled];
    if (!this.endsLine(slot) || this.plan.fixed.has(slot.line * this.plan.length + slot.index)) {
      return places.filter(advances);
    }
    const words = (state.groups ?? []).flatMap((label) => [...(vocabulary.rhymes.get(label) ?? [])]);
    const rhymes = vocabulary.flags(
      words.filter((word) => !state.rhymeWords.includes(word) && !this.givenRhymes.has(word)),
    );
    // A first line that ends oblique does not rhyme.
    const oblique = slot.line === 0 ? rows.filter((row) => row[settled] === OBLIQUE) : [];
    const free = vocabulary.fitting({ ...window, rows: oblique });
    return places.filter((place) => {
      const codes = vocabulary.tokens[place]?.codes ?? [];
      if (rhymes[codes[settled] ?? 0] === 0 && !free.reachesBeyond(place)) return false;
      return codes.length === settled + 1 || advances(place);
    });
  }

  /** What the next slots take, as far as that can be told for all tokens at once. */
  private window({ at, templates }: ConstraintState): TokenWindow {
    const { fixed, length, lifted } = this.plan;
    const slots = this.slots.slice(at, at + this.tokens.vocabulary.longest);
    const rows = new Map<string, number[]>();
    for (const template of templates ?? [undefined]) {
      const row = slots.map((slot): number => {
        const type = slot.kind === 'han' ? template?.types[slot.line] : undefined;
        return slot.kind === 'han' && type ? tonesAt(type, length, slot.index, lifted) : LEVEL + OBLIQUE;
      });
      rows.set(row.join(), row);
    }
    const rhyme = slots.findIndex((slot) => this.isRhymeSlot(slot, templates));
    const given = slots.findIndex(
      (slot) => slot.kind === 'han' && fixed.has(slot.line * length + slot.index),
    );
    const ends = [rhyme, given].filter((end) => end >= 0);
    return {
      rows: [...rows.values()],
      marks: slots.map((slot) => (slot.kind === 'mark' ? slot.marks : undefined)),
      settled: Math.min(...ends, slots.length),
    };
  }

  /** Whether what stands here may have to rhyme. */
  private isRhymeSlot(slot: Slot, templates: ConstraintState['templates']): boolean {
    if (!this.plan.groups || !this.endsLine(slot)) return false;
    return slot.line % 2 === 1 || (slot.line === 0 && templates !== undefined);
  }

  private endsLine(slot: Slot | undefined): slot is Slot & { kind: 'han' } {
    return slot?.kind === 'han' && slot.index === this.plan.length - 1;
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
    if (slot.kind === 'mark')
      return slot.marks.includes(character) ? { ...state, at: state.at + 1 } : undefined;
    if (
      toneBits(character) === 0 ||
      !this.mayStand(state, slot.line * this.plan.length + slot.index, character)
    ) {
      return undefined;
    }
    const { length, lifted } = this.plan;
    const templates = state.templates?.filter(({ types }) => {
      const type = types[slot.line];
      return type !== undefined && fitsPlace(type, length, slot.index, character, lifted);
    });
    if (templates?.length === 0) return undefined;
    const next: ConstraintState = {
      ...state,
      at: state.at + 1,
      text: [...state.text, character],
      templates,
    };
    return this.endsLine(slot) ? this.endLine(next, slot.line, character) : next;
  }

  /** Whether a character may stand at a place as far as the rest of the text goes. */
  private mayStand(state: ConstraintState, place: number, character: string): boolean {
    const { fixed, forbidden, length } = this.plan;
    const given = fixed.get(place);
    if (given !== undefined) return given === character;
    if (this.unique && (state.text.includes(character) || this.given.has(character))) return false;
    if (forbidden.includes(character)) return false;
    if (this.words.length === 0) return true;
    const line = [...state.text.slice(place - (place % length)), character].join('');
    return !this.words.some((word) => line.endsWith(word) || this.meetsGiven(line, place, word));
  }

  /** Whether a forbidden word arises from what is written and the given characters that follow. */
  private meetsGiven(line: string, place: number, word: string): boolean {
    if ((place + 1) % this.plan.length === 0) return false;
    const following = this.givenFrom(place + 1);
    return following.length > 0 && (line + following.join('')).includes(word);
  }

  /** A first line that ends oblique does not rhyme; a level one opens the group. With tones off it is free. */
  private endLine(state: ConstraintState, line: number, character: string): ConstraintState | undefined {
    if (!state.groups) return state;
    if (line % 2 === 1) return this.rhyme(state, character);
    if (line > 0 || !state.templates) return state;
    const oblique = state.templates.filter(({ types }) => types[0] && endTone(types[0]) === '仄');
    const level = state.templates.filter((template) => !oblique.includes(template));
    if (oblique.length > 0) return { ...state, templates: oblique };
    return this.rhyme({ ...state, templates: level }, character);
  }

  private rhyme(state: ConstraintState, character: string): ConstraintState | undefined {
    const isGiven = this.plan.fixed.has(state.text.length - 1);
    if (state.rhymeWords.includes(character) || (!isGiven && this.givenRhymes.has(character)))
      return undefined;
    const groups = this.tokens.vocabulary
      .rhymeLabels(character)
      .filter((label) => state.groups?.includes(label));
    if (groups.length === 0) return undefined;
    return { ...state, groups, rhymeWords: [...state.rhymeWords, character] };
  }

  /** Whether the line under way is a known one or nearly, or cannot be finished as another. */
  private repeatsKnownLine(text: readonly string[]): boolean {
    const { fixed, length } = this.plan;
    const start = text.length - 1 - ((text.length - 1) % length);
    const cells = Array.from({ length }, (_, index) => text[start + index] ?? fixed.get(start + index));
    const open = cells.flatMap((cell, index) => (cell === undefined ? [index] : []));
    if (open.length > 1) return false;
    if (open.length === 1) return this.known?.hasPattern(cells) ?? false;
    return this.known?.nearness(cells.join('')) !== 'new';
  }
}
