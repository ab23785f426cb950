/**
 * A plan as a mask over the next token. The tonal template and the rhyme group are left to the model: whatever is still
 * possible stays open, and each character narrows it down. A token is allowed when all its characters are, and no choice is
 * offered from which the poem could not be finished.
 */
import { LINE_TYPES, type Template } from '../poetry/meter.js';
import type { LineIndex } from '../poetry/line-index.js';
import { levelGroups } from '../poetry/readings.js';
import { rhymesAt, rhymeSupply, type PoemPlan } from './plan.js';
import { fitsPlace, tonesAt } from './tonal-templates.js';
import { toneBits, type VerseToken, type VerseVocabulary } from './verse-vocabulary.js';

/** A poem so far. Never changed: each token gives a new one. */
export interface ConstraintState {
  /** Characters written, layout included. */
  readonly at: number;
  /** The Han characters written. */
  readonly text: readonly string[];
  /** Templates still possible; undefined where tones are not kept. */
  readonly templates: readonly Template[] | undefined;
  /** Rhyme groups still possible; undefined where rhyme is not kept. */
  readonly groups: readonly string[] | undefined;
  readonly rhymeWords: readonly string[];
  /** Tokens of given text that are still to come. */
  readonly pending: readonly number[];
}

type Slot =
  | { readonly kind: 'han'; readonly line: number; readonly index: number }
  | { readonly kind: 'mark'; readonly marks: string };

export interface ConstraintTokens {
  readonly vocabulary: VerseVocabulary;
  /** The token that ends the poem. */
  readonly endOfTurn: number;
  /** The tokens of a text: given characters may have none of their own. */
  encode(text: string): readonly number[];
}

export class PoemConstraint {
  private readonly slots: readonly Slot[];
  private readonly given: ReadonlySet<string>;
  private readonly supply: ReadonlyMap<string, number>;
  private readonly cache = new Map<string, readonly VerseToken[]>();
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
      { kind: 'mark', marks: line % 2 === 0 ? '，？！' : '。？！' },
      ...(line % 2 === 1 && line < lines - 1 ? [{ kind: 'mark', marks: '\n' } as const] : []),
    ]).flat();
    this.given = new Set(plan.fixed.values());
    this.supply = new Map(
      (plan.groups ?? []).map((label) => [label, rhymeSupply(plan, label, tokens.vocabulary)]),
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
    const scarce = this.isScarce(state);
    const mustLook = scarce || this.words.length > 0;
    const used = new Set(state.text);
    const ids: number[] = [];
    for (const { id, characters } of this.candidates(state)) {
      if (this.unique && characters.some((character) => used.has(character))) continue;
      if (mustLook) {
        const after = this.advance(state, characters);
        if (!after || (scarce && !this.keepsRhyme(after))) continue;
      }
      ids.push(id);
    }
    return ids;
  }

  /** The state after an allowed token. */
  next(state: ConstraintState, token: number): ConstraintState {
    const [, ...rest] = this.pendingTokens(state);
    const given = this.givenRun(state.at);
    if (given.length > 0 && rest.length > 0) return { ...state, pending: rest };
    const characters = given.length > 0 ? given : this.tokens.vocabulary.charactersOf(token);
    const advanced = characters && this.advance(state, characters);
    const after = advanced && this.keepsRhyme(advanced);
    if (!after) throw new Error(`token ${token} is not allowed here`);
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

  /** The given characters from a slot on, up to the next free one or the end of the line. */
  private givenRun(at: number): string[] {
    const run: string[] = [];
    for (let slot = this.slots[at]; slot?.kind === 'han'; slot = this.slots[at + run.length]) {
      const character = this.plan.fixed.get(slot.line * this.plan.length + slot.index);
      if (character === undefined) break;
      run.push(character);
    }
    return run;
  }

  /** The tokens that may come next as far as tones, rhyme and layout tell; what was written before matters only beyond. */
  private candidates(state: ConstraintState): readonly VerseToken[] {
    const key = this.key(state);
    let tokens = this.cache.get(key);
    if (!tokens) {
      const fresh = { ...state, text: state.text.map(() => '') };
      const tones = this.possibleTones(state);
      const slot = this.slots[state.at];
      const isPlain = slot?.kind === 'han' && !this.endsLine(slot) && this.words.length === 0;
      tokens = this.tokens.vocabulary.tokens.filter(({ characters, tone }) => {
        if (tones !== undefined && (tone & tones) === 0) return false;
        // Most tokens are one character in the middle of a line: its tone has told already whether a template is left.
        if (isPlain && characters.length === 1 && tone !== 0) {
          return this.mayStand(fresh, state.text.length, characters[0] ?? '');
        }
        return this.advance(fresh, characters) !== undefined;
      });
      this.cache.set(key, tokens);
    }
    return tokens;
  }

  /** The tones that some open template has at the next place; undefined where any character may stand. */
  private possibleTones({ at, templates }: ConstraintState): number | undefined {
    const slot = this.slots[at];
    if (slot?.kind !== 'han' || !templates) return undefined;
    const { length, lifted } = this.plan;
    let tones = 0;
    for (const type of new Set(templates.map(({ types }) => types[slot.line]))) {
      if (type) tones |= tonesAt(type, length, slot.index, lifted);
    }
    return tones;
  }

  /** What the candidates depend on: the rhyme so far matters only where a token may reach the end of a rhyming line. */
  private key({ at, templates, groups, rhymeWords }: ConstraintState): string {
    const slot = this.slots[at];
    const line = slot?.kind === 'han' ? slot.line : 0;
    const near = templates?.map(({ types, firstLineRhymes }) =>
      [...types.slice(line, line + 2), line === 0 && firstLineRhymes].join(),
    );
    const reachable = this.slots.slice(at, at + this.tokens.vocabulary.longest);
    const rhymes = reachable.some((one) => this.endsLine(one) && (one.line === 0 || one.line % 2 === 1));
    return [
      at,
      [...new Set(near)].sort().join(';'),
      ...(rhymes ? [groups?.join() ?? '', rhymeWords.join('')] : []),
    ].join('|');
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
    const following = this.givenRunAt(place + 1);
    return following !== '' && (line + following).includes(word);
  }

  private givenRunAt(place: number): string {
    const { fixed, length } = this.plan;
    let run = '';
    for (let at = place; at % length !== 0 && fixed.has(at); at += 1) run += fixed.get(at) ?? '';
    return run;
  }

  /** A first line that ends oblique does not rhyme; a level one opens the group. With tones off it is free. */
  private endLine(state: ConstraintState, line: number, character: string): ConstraintState | undefined {
    if (!state.groups) return state;
    if (line % 2 === 1) return this.rhyme(state, character);
    if (line > 0 || !state.templates) return state;
    const oblique = state.templates.filter(({ types }) => types[0] && LINE_TYPES[types[0]][4] === '仄');
    const level = state.templates.filter((template) => !oblique.includes(template));
    if (oblique.length > 0) return { ...state, templates: oblique };
    return this.rhyme({ ...state, templates: level }, character);
  }

  private rhyme(state: ConstraintState, character: string): ConstraintState | undefined {
    if (state.rhymeWords.includes(character)) return undefined;
    const groups = levelGroups(character)
      .map(({ label }) => label)
      .filter((label) => state.groups?.includes(label));
    if (groups.length === 0) return undefined;
    return { ...state, groups, rhymeWords: [...state.rhymeWords, character] };
  }

  /** Drops the groups that have no longer enough characters for the lines to come; no state is left without one. */
  private keepsRhyme(state: ConstraintState): ConstraintState | undefined {
    if (!state.groups) return state;
    const groups = state.groups.filter((label) => this.slack(state, label) >= 0);
    return groups.length === 0 ? undefined : { ...state, groups };
  }

  /** Whether every open group could run out within a token. */
  private isScarce(state: ConstraintState): boolean {
    // A token may take so many of its characters, and settle that the first line rhymes too.
    const margin = this.tokens.vocabulary.longest + 1;
    return state.groups?.every((label) => this.slack(state, label) < margin) ?? false;
  }

  /** Characters left in a group beyond those that the lines to come need. */
  private slack({ text, templates, rhymeWords }: ConstraintState, label: string): number {
    const { fixed, forbidden, length, lines } = this.plan;
    const group = this.tokens.vocabulary.rhymes.get(label);
    let left = this.supply.get(label) ?? 0;
    for (const character of this.unique ? text : rhymeWords) {
      if (group?.has(character) && !this.given.has(character)) left -= 1;
    }
    const firstRhymes = templates?.every(({ firstLineRhymes }) => firstLineRhymes) ? templates[0] : undefined;
    for (let line = 0; line < lines; line += 1) {
      const end = line * length + length - 1;
      if (end >= text.length && !fixed.has(end) && rhymesAt(line, firstRhymes)) left -= 1;
    }
    return left - forbidden.length;
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
