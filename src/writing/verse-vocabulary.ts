/** What a model's tokens say in verse: Han characters, marks, line breaks, and what can be known of them beforehand. */
import type { Tokenizer } from '../model/tokenizer.js';
import { canBe, levelGroups, readingsOf } from '../poetry/readings.js';
import { isHan } from '../poetry/text.js';

/** The marks of verse, and the break between couplets. */
const LAYOUT = '，。？！\n';

export interface VerseToken {
  readonly id: number;
  readonly characters: readonly string[];
  /** Tones that the first character can be read in: the sum of {@link LEVEL} and {@link OBLIQUE}; 0 for a mark. */
  readonly tone: number;
}

export const LEVEL = 1;
export const OBLIQUE = 2;

const toneCache = new Map<string, number>();

/** The tones of a Han character as bits; 0 for any other. */
export function toneBits(character: string): number {
  let bits = toneCache.get(character);
  if (bits === undefined) {
    bits = isHan(character)
      ? (canBe(character, '平') ? LEVEL : 0) + (canBe(character, '仄') ? OBLIQUE : 0)
      : 0;
    toneCache.set(character, bits);
  }
  return bits;
}

export class VerseVocabulary {
  /** Tokens that verse can be made of; partial characters and all other text are left out. */
  readonly tokens: readonly VerseToken[];
  /** Characters of the longest token. */
  readonly longest: number;
  /** Characters that one token writes, by the label of each level-tone group that they can be read in. */
  readonly rhymes: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly byId: ReadonlyMap<number, readonly string[]>;

  constructor(tokens: Iterable<Pick<VerseToken, 'id' | 'characters'>>) {
    this.tokens = Array.from(tokens, ({ id, characters }) => ({
      id,
      characters,
      tone: toneBits(characters[0] ?? ''),
    }));
    this.byId = new Map(this.tokens.map(({ id, characters }) => [id, characters]));
    this.longest = this.tokens.reduce((most, { characters }) => Math.max(most, characters.length), 1);
    const rhymes = new Map<string, Set<string>>();
    for (const { characters } of this.tokens) {
      const [character = ''] = characters;
      if (characters.length > 1 || !isHan(character)) continue;
      for (const { label } of levelGroups(character)) {
        const group = rhymes.get(label) ?? new Set();
        rhymes.set(label, group.add(character));
      }
    }
    this.rhymes = rhymes;
  }

  static of(tokenizer: Tokenizer, vocabularySize: number): VerseVocabulary {
    const tokens: Pick<VerseToken, 'id' | 'characters'>[] = [];
    for (let id = 0; id < vocabularySize; id += 1) {
      const characters = Array.from(tokenizer.decode([id]));
      const isVerse = characters.every((character) => isKnown(character) || LAYOUT.includes(character));
      if (characters.length > 0 && isVerse) tokens.push({ id, characters });
    }
    return new VerseVocabulary(tokens);
  }

  /** The characters of a token; undefined where it is none of verse. */
  charactersOf(id: number): readonly string[] | undefined {
    return this.byId.get(id);
  }
}

/** A Han character whose tones are known: others would only seem to keep a meter. */
function isKnown(character: string): boolean {
  return isHan(character) && readingsOf(character).length > 0;
}
