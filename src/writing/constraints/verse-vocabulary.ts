/** What a model's tokens say in verse: Han characters, marks, line breaks, and what can be known of them beforehand. */
import { LRUCache } from 'lru-cache';
import type { Tokenizer } from '../../model/tokenizer.js';
import { FORM_NAMES, FORMS } from '../../poetry/forms/forms.js';
import { writtenGroups, writtenTones } from '../../poetry/readings/readings.js';
import { simplifiedForm } from '../../poetry/script/script.js';
import { isHan } from '../../poetry/text.js';
import { toneBits } from '../../poetry/readings/tone-bits.js';
import { standardCharacter } from '../../poetry/script/variants.js';
import { kept } from '../../support/kept.js';
import { TokenPieces } from './token-pieces.js';

const LONGEST_LINE = Math.max(...FORM_NAMES.map((name) => FORMS[name].length));

/** What can stand in some poem: lines with a mark after each, from any place on. Others, such as a dozen marks in a row, never fit. */
const STANDS_SOMEWHERE = new RegExp(
  String.raw`^\n?(?:H{0,L}[，。？！]\n?)?(?:H{1,L}[，。？！]\n?)*H{0,L}$`
    .replaceAll('H', String.raw`\p{Script=Han}`)
    .replaceAll('L', String(LONGEST_LINE)),
  'u',
);

/** The marks of verse, and the break between couplets. */
const LAYOUT = '，。？！\n';

export interface VerseToken {
  readonly id: number;
  readonly characters: readonly string[];
  /** The characters as numbers of this vocabulary. */
  readonly codes: readonly number[];
  /** Tones that each character can be read in: as bits of tone-bits; 0 for a mark. */
  readonly tones: readonly number[];
}

/** What the next slots take of a token. */
export interface TokenWindow {
  /** The tones of each slot, as bits, under each template that is open. */
  readonly rows: readonly (readonly number[])[];
  /** The marks of each slot that takes one. */
  readonly marks: readonly (string | undefined)[];
  /** Tokens up to so many characters are settled by tones and layout; longer ones reach a rhyme or given text. */
  readonly settled: number;
}

/** For each character of a token its tones as bits, or the mark that it is: what tones and layout tell of it. */
type Kind = readonly (number | string)[];

/** Whether tokens of a kind fit as far as tones and layout go. */
function fitsWindow(kind: Kind, { rows, marks }: TokenWindow): boolean {
  if (kind.length > marks.length) return false;
  return rows.some((row) =>
    kind.every((one, index) => {
      const mark = marks[index];
      if (typeof one === 'string') return mark?.includes(one) ?? false;
      return mark === undefined && (one & (row[index] ?? 0)) !== 0;
    }),
  );
}

/** Tokens as flat arrays: a poem looks through thousands at each step, and objects would have to be fetched one by one. */
class FlatTokens {
  /** What kinds there are: hundreds, where there are tens of thousands of tokens. */
  readonly kinds: readonly Kind[];
  readonly kindOf: Uint16Array;
  readonly ids: Int32Array;
  /** 1 for tokens in which a character stands twice, in whatever form. */
  readonly repeats: Uint8Array;
  /** The places of the tokens that a character stands in, by its code. */
  readonly holders: readonly (readonly number[])[];

  /** @param characters how many different ones the tokens have */
  constructor(tokens: readonly VerseToken[], characters: number) {
    this.ids = Int32Array.from(tokens, ({ id }) => id);
    this.repeats = Uint8Array.from(tokens, ({ characters: all }) =>
      Number(new Set(all.map(standardCharacter)).size < all.length),
    );
    const holders = Array.from({ length: characters }, (): number[] => []);
    tokens.forEach((token, place) => token.codes.forEach((code) => holders[code]?.push(place)));
    this.holders = holders;
    const kinds = new Map<string, Kind>();
    const keys = tokens.map(({ characters, tones }) => {
      const kind = tones.map((bits, index) => bits || (characters[index] ?? ''));
      const key = kind.join('');
      kinds.set(key, kind);
      return key;
    });
    const numbers = new Map([...kinds.keys()].map((key, number) => [key, number]));
    this.kinds = [...kinds.values()];
    this.kindOf = Uint16Array.from(keys, (key) => numbers.get(key) ?? 0);
  }
}

/** What becomes of a kind of tokens in a window. */
const SETTLED = 1;
const BEYOND = 2;

/** The tokens that fit a window. */
class FittingTokens {
  private readonly reach: Uint8Array;

  constructor(
    private readonly tokens: FlatTokens,
    window: TokenWindow,
  ) {
    this.reach = Uint8Array.from(tokens.kinds, (kind) =>
      fitsWindow(kind, window) ? (kind.length <= window.settled ? SETTLED : BEYOND) : 0,
    );
  }

  /** The ids of those that the window settles, without the excluded ones. */
  settledIds(excluded: Uint8Array): number[] {
    const { ids, kindOf } = this.tokens;
    const found: number[] = [];
    for (let place = 0; place < ids.length; place += 1) {
      if (this.reach[kindOf[place]!] === SETTLED && excluded[place] === 0) found.push(ids[place]!);
    }
    return found;
  }

  /** The places in the vocabulary of those that reach beyond. */
  beyond(): number[] {
    const places: number[] = [];
    for (let place = 0; place < this.tokens.kindOf.length; place += 1) {
      if (this.reachesBeyond(place)) places.push(place);
    }
    return places;
  }

  reachesBeyond(place: number): boolean {
    return this.reach[this.tokens.kindOf[place]!] === BEYOND;
  }
}

/** Windows whose tokens are kept: a poem has about a hundred, and most poems share them. */
const WINDOWS_KEPT = 2000;

export class VerseVocabulary {
  /** Tokens that verse can be made of, and characters that take several; all other text is left out. */
  readonly tokens: readonly VerseToken[];
  /** The tokens of characters that take several. */
  readonly pieces: TokenPieces;
  /** Characters of the longest token. */
  readonly longest: number;
  /** Characters that one token writes, by the label of each rhyme group that they can be read in. */
  readonly rhymes: ReadonlyMap<string, ReadonlySet<string>>;
  /** The same in their standard forms: of variants a poem takes one. */
  readonly rhymeStandards: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly codes = new Map<string, number>();
  /** The forms that the tokens have of a character, by its standard form. */
  private readonly forms = new Map<string, string[]>();
  private readonly labels = new Map<string, readonly string[]>();
  private readonly flat: FlatTokens;
  private readonly windows = new LRUCache<string, FittingTokens>({ max: WINDOWS_KEPT });
  private readonly lengths: Uint8Array;
  private readonly byId: ReadonlyMap<number, readonly string[]>;

  /** @param pieces the model's tokens of those that are none of it themselves, by id */
  constructor(
    tokens: Iterable<Pick<VerseToken, 'id' | 'characters'>>,
    pieces: ReadonlyMap<number, readonly number[]> = new Map(),
  ) {
    this.pieces = new TokenPieces(pieces);
    const codeOf = (character: string): number => kept(this.codes, character, () => this.codes.size);
    this.tokens = Array.from(tokens, ({ id, characters }) => ({
      id,
      characters,
      codes: characters.map(codeOf),
      tones: characters.map(toneBits),
    }));
    this.flat = new FlatTokens(this.tokens, this.codes.size);
    this.byId = new Map(this.tokens.map(({ id, characters }) => [id, characters]));
    this.lengths = new Uint8Array(this.tokens.reduce((most, { id }) => Math.max(most, id), 0) + 1);
    for (const { id, characters } of this.tokens) this.lengths[id] = characters.length;
    this.longest = this.tokens.reduce((most, { characters }) => Math.max(most, characters.length), 1);
    const rhymes = new Map<string, Set<string>>();
    for (const { characters } of this.tokens) {
      const [character = ''] = characters;
      if (characters.length > 1 || !isHan(character)) continue;
      for (const { label } of writtenGroups(character)) {
        const group = rhymes.get(label) ?? new Set();
        rhymes.set(label, group.add(character));
      }
    }
    this.rhymes = rhymes;
    this.rhymeStandards = new Map(
      Array.from(rhymes, ([label, all]) => [label, new Set(Array.from(all, standardCharacter))]),
    );
    for (const character of this.codes.keys()) {
      kept(this.forms, standardCharacter(character), (): string[] => []).push(character);
    }
  }

  static of(tokenizer: Tokenizer, vocabularySize: number): VerseVocabulary {
    const tokens: Pick<VerseToken, 'id' | 'characters'>[] = [];
    for (let id = 0; id < vocabularySize; id += 1) {
      const text = tokenizer.textWithin(id);
      if (!STANDS_SOMEWHERE.test(text)) continue;
      const characters = Array.from(text);
      const isVerse = characters.every((character) => isKnown(character) || LAYOUT.includes(character));
      if (characters.length > 0 && isVerse) tokens.push({ id, characters });
    }
    const singles = new Set(tokens.flatMap(({ characters: all }) => (all.length === 1 ? all : [])));
    const inPieces = charactersInPieces(singles, tokenizer);
    inPieces.forEach(({ character }, index) => {
      tokens.push({ id: vocabularySize + index, characters: [character] });
    });
    return new VerseVocabulary(
      tokens,
      new Map(inPieces.map(({ pieces }, index) => [vocabularySize + index, pieces])),
    );
  }

  /** The Han characters that are a token each. */
  characters(): readonly string[] {
    return this.tokens.flatMap(({ characters: [character = '', ...others] }) =>
      others.length === 0 && isHan(character) ? [character] : [],
    );
  }

  /** The forms that tokens have of the character with this standard form: 疏 and 疎. */
  formsOf(standard: string): readonly string[] {
    return this.forms.get(standard) ?? [];
  }

  /** Which characters are among these, by their codes. */
  flags(characters: Iterable<string>): Uint8Array {
    const flags = new Uint8Array(this.codes.size);
    for (const character of characters) {
      const code = this.codes.get(character);
      if (code !== undefined) flags[code] = 1;
    }
    return flags;
  }

  /** Labels of the groups that a character rhymes in. */
  rhymeLabels(character: string): readonly string[] {
    return kept(this.labels, character, () => writtenGroups(character).map(({ label }) => label));
  }

  /** The tokens that fit a window. Worked out once for all poems. */
  fitting(window: TokenWindow): FittingTokens {
    const { rows, marks, settled } = window;
    const key = `${rows.map((row) => row.join('')).join()}|${marks.map((mark) => mark ?? '.').join('/')}|${settled}`;
    return kept(this.windows, key, () => new FittingTokens(this.flat, window));
  }

  /** The ids of the tokens at these places, without the excluded ones. */
  idsAt(places: Int32Array, excluded: Uint8Array): number[] {
    const found: number[] = [];
    for (const place of places) if (excluded[place] === 0) found.push(this.flat.ids[place]!);
    return found;
  }

  /** By their places, which tokens have one of these characters or, where none may occur twice, one of their own twice. */
  excluding(characters: Iterable<string>, unique: boolean): Uint8Array {
    const { repeats, holders } = this.flat;
    const excluded = unique ? repeats.slice() : new Uint8Array(repeats.length);
    for (const character of characters) {
      const code = this.codes.get(character);
      if (code !== undefined) for (const place of holders[code] ?? []) excluded[place] = 1;
    }
    return excluded;
  }

  /** How many characters a token has; 0 where it is none of verse. */
  lengthOf(id: number): number {
    return this.lengths[id] ?? 0;
  }

  /** The characters of a token; undefined where it is none of verse. */
  charactersOf(id: number): readonly string[] | undefined {
    return this.byId.get(id);
  }
}

/**
 * With fewer characters a vocabulary writes the others as well, in pieces. One whose tokens are merged bytes has whole characters by chance; one of
 * characters has those that are frequent, and must only be enough for the longest regulated poem, 112 characters without one twice.
 */
const ENOUGH_BY_CHANCE = 3000;
const ENOUGH_BY_CHOICE = 112;

/** Marks, and characters in simplified standard script, that are no token of their own: with the tokens of their bytes. */
function charactersInPieces(
  singles: ReadonlySet<string>,
  tokenizer: Tokenizer,
): { readonly character: string; readonly pieces: readonly number[] }[] {
  const han = [...singles].filter(isHan);
  const enough = tokenizer.isByteLevel ? ENOUGH_BY_CHANCE : ENOUGH_BY_CHOICE;
  const wanted = han.length < enough ? standardCharacters() : [];
  return [...LAYOUT, ...wanted]
    .filter((character) => !singles.has(character))
    .map((character) => ({ character, pieces: tokenizer.encodeWithin(character) }))
    .filter(({ character, pieces }) => pieces.length > 1 && tokenizer.decode(pieces) === character);
}

/** Characters that a poem in simplified script may have: of Unicode's first block of ideographs. */
function standardCharacters(): string[] {
  const block = Array.from({ length: 0x9fa6 - 0x4e00 }, (_, at) => String.fromCodePoint(0x4e00 + at));
  return block.filter(
    (character) =>
      isKnown(character) &&
      simplifiedForm(character) === character &&
      standardCharacter(character) === character,
  );
}

/** A Han character whose tones are known: others would only seem to keep a meter. */
function isKnown(character: string): boolean {
  return isHan(character) && writtenTones(character).length > 0;
}
