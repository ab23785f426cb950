/**
 * The form as a constraint on the next token: number of lines, characters a line, punctuation, tones and rhyme.
 *
 * The tonal template and the rhyme group are left to the model: whatever is still possible stays open, and each character
 * narrows it down. A token is allowed when all its characters are.
 */
import { FORMS, type FormName } from '../poetry/forms.js';
import { lineTones, templates, type Template } from '../poetry/meter.js';
import { canBe, levelGroups } from '../poetry/readings.js';
import { isHan } from '../poetry/text.js';

export interface ConstraintOptions {
  readonly form: FormName;
  /** Keep to a tonal template of regulated verse. */
  readonly tones: boolean;
  /** Rhyme in one level-tone group of 平水韵. */
  readonly rhyme: boolean;
}

/** A poem so far. Never changed: each character gives a new one. */
export interface ConstraintState {
  /** Characters written, layout included. */
  readonly at: number;
  /** Templates still possible. */
  readonly templates: readonly Template[];
  /** Rhyme groups still possible; undefined before the first rhyme word. */
  readonly groups: readonly string[] | undefined;
  readonly rhymeWords: readonly string[];
}

type Slot =
  | { readonly kind: 'han'; readonly line: number; readonly index: number }
  | { readonly kind: 'mark'; readonly marks: string };

/** Whether a tone may be bent at a place: the first of seven, and odd places where neither 孤平 nor a triple ending can arise. */
function isFree(tail: readonly string[], length: number, index: number): boolean {
  const place = index - (length - 5);
  if (place < 0) return index === 0;
  const type = tail.join('');
  if (place === 0) return type !== '平平仄仄平';
  return place === 2 && (type === '仄仄平平仄' || type === '平平仄仄平');
}

/** A rhyme group must offer enough characters that a poem cannot run out of them. */
const FEWEST_RHYME_CHARACTERS = 12;

export class PoemConstraint {
  private readonly slots: readonly Slot[];
  private readonly texts: readonly { id: number; characters: readonly string[] }[];
  private readonly longestToken: number;
  private readonly richGroups: ReadonlySet<string>;
  private readonly cache = new Map<string, readonly number[]>();

  /**
   * @param tokens the text of every token that could be written (others are never allowed)
   * @param endOfTurn the token that ends the poem
   */
  constructor(
    private readonly options: ConstraintOptions,
    tokens: ReadonlyMap<number, string>,
    private readonly endOfTurn: number,
  ) {
    const { lines, length } = FORMS[options.form];
    this.slots = Array.from({ length: lines }, (_, line): Slot[] => [
      ...Array.from({ length }, (__, index): Slot => ({ kind: 'han', line, index })),
      { kind: 'mark', marks: line % 2 === 0 ? '，？！' : '。？！' },
      ...(line % 2 === 1 && line < lines - 1 ? [{ kind: 'mark', marks: '\n' } as const] : []),
    ]).flat();
    this.texts = [...tokens].map(([id, text]) => ({ id, characters: [...text] }));
    this.longestToken = this.texts.reduce(
      (longest, { characters }) => Math.max(longest, characters.length),
      1,
    );
    const counts = new Map<string, number>();
    for (const { characters } of this.texts) {
      if (characters.length !== 1) continue;
      for (const { label } of levelGroups(characters[0] ?? ''))
        counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    this.richGroups = new Set(
      [...counts].filter(([, count]) => count >= FEWEST_RHYME_CHARACTERS).map(([label]) => label),
    );
  }

  start(): ConstraintState {
    const { lines } = FORMS[this.options.form];
    return { at: 0, templates: templates(lines), groups: undefined, rhymeWords: [] };
  }

  /** The ids that may come next. */
  allowed(state: ConstraintState): readonly number[] {
    if (state.at >= this.slots.length) return [this.endOfTurn];
    const key = this.key(state);
    let ids = this.cache.get(key);
    if (!ids) {
      ids = this.texts
        .filter(({ characters }) => this.advance(state, characters) !== undefined)
        .map(({ id }) => id);
      this.cache.set(key, ids);
    }
    return ids;
  }

  /** What the allowed tokens depend on: the rhyme so far matters only where a token may reach the end of a rhyming line. */
  private key({ at, templates: open, groups, rhymeWords }: ConstraintState): string {
    const templateKey = open.map(({ types, firstLineRhymes }) => `${types[0]}${firstLineRhymes ? '韵' : ''}`);
    const reachable = this.slots.slice(at, at + this.longestToken);
    const rhymes = reachable.some((slot) => this.isRhymeSlot(slot));
    return [at, templateKey.join(), ...(rhymes ? [groups?.join() ?? '', rhymeWords.join('')] : [])].join('|');
  }

  private isRhymeSlot(slot: Slot): boolean {
    const isLast = slot.kind === 'han' && slot.index === FORMS[this.options.form].length - 1;
    return isLast && (slot.line === 0 || slot.line % 2 === 1);
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
    if (!isHan(character)) return undefined;
    const { length } = FORMS[this.options.form];
    const open = this.options.tones
      ? state.templates.filter((template) => fitsTemplate(template, slot.line, slot.index, length, character))
      : state.templates;
    if (open.length === 0) return undefined;
    const next = { ...state, at: state.at + 1, templates: open };
    if (!this.options.rhyme || !this.isRhymeSlot(slot)) return next;
    if (slot.line === 0) return this.firstLineEnd(next, character);
    return this.rhyme(next, character);
  }

  /** A level first line must rhyme, so it opens the group (with tones off, it is free). */
  private firstLineEnd(state: ConstraintState, character: string): ConstraintState | undefined {
    if (!this.options.tones) return state;
    const level = state.templates.filter(({ firstLineRhymes }) => firstLineRhymes);
    const oblique = state.templates.filter(({ firstLineRhymes }) => !firstLineRhymes);
    if (oblique.length > 0) return { ...state, templates: oblique };
    return this.rhyme({ ...state, templates: level }, character);
  }

  private rhyme(state: ConstraintState, character: string): ConstraintState | undefined {
    if (state.rhymeWords.includes(character)) return undefined;
    const groups = levelGroups(character)
      .map(({ label }) => label)
      .filter((label) => this.richGroups.has(label) && (state.groups?.includes(label) ?? true));
    if (groups.length === 0) return undefined;
    return { ...state, groups, rhymeWords: [...state.rhymeWords, character] };
  }
}

function fitsTemplate(
  template: Template,
  line: number,
  index: number,
  length: number,
  character: string,
): boolean {
  const type = template.types[line];
  if (!type) return false;
  const tones = lineTones(type, length);
  if (isFree(tones.slice(-5), length, index)) return true;
  const tone = tones[index];
  return tone !== undefined && canBe(character, tone);
}
