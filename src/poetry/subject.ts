/**
 * What a subject in anybody's words is about, in words that poems have. A subject is taken apart into words; a word that poems have stays, others
 * lead to those: by a table of today's words, by everyday speech, by what the corpus has under a title with the word, or by the word's characters.
 */
import { SCENE_WORDS } from './scene-words.js';
import { toSimplified } from './script/script.js';
import { GRAMMAR_WORDS, MODERN_WORDS, WORD_ENDINGS } from './subject-table.js';
import { characters, isHan } from './text.js';
import { THEME_NAMES, THINGS } from './themes.js';

/** What `shiren data subjects` learns of a corpus. */
export interface LearntSubjects {
  /** Characters that are common in verse. */
  readonly characters: string;
  /** Words of verse. */
  readonly words: readonly string[];
  /** Words of titles, with the words that their poems have more often than others. */
  readonly led: Readonly<Record<string, readonly string[]>>;
}

/**
 * How a word leads to words of poems: it is one (`poem`), people say it for one (`speech`), by the table of today's words (`table`), by the poems
 * whose titles have it (`titles`), or by its last character (`ending`); it stays where its characters are common in verse (`characters`), and `none` is where nothing leads there.
 */
export type LeadBy = 'poem' | 'speech' | 'table' | 'titles' | 'ending' | 'characters' | 'none';

/** What a word leads to. */
interface Lead {
  readonly words: readonly string[];
  readonly by: LeadBy;
}

/** A word of a subject. */
export interface SubjectPart extends Lead {
  /** As the subject has it. */
  readonly text: string;
  /** Words that poems have: itself where they have it, none where nothing leads from it to them. */
  readonly words: readonly string[];
}

/** What was learnt, made ready to ask. */
export class SubjectWords {
  private readonly characters: ReadonlySet<string>;
  private readonly words: ReadonlySet<string>;

  constructor(private readonly learnt: LearntSubjects) {
    this.characters = new Set(characters(learnt.characters));
    this.words = new Set(learnt.words);
  }

  /** Whether all characters of a word are common in verse. */
  hasCharactersOf(word: string): boolean {
    return characters(word).every((one) => this.characters.has(one));
  }

  /** What a word leads to; undefined where nothing is known of it. */
  find(word: string): Lead | undefined {
    if (this.words.has(word) || this.characters.has(word)) return { words: [word], by: 'poem' };
    // A word that verse could have needs no leading, though titles have it.
    if (this.hasCharactersOf(word) || !Object.hasOwn(this.learnt.led, word)) return undefined;
    return { words: this.learnt.led[word] ?? [], by: 'titles' };
  }
}

const leadsOf = (words: Iterable<readonly [string, readonly string[]]>, by: LeadBy): [string, Lead][] =>
  [...words].map(([word, to]) => [word, { words: to, by: to.length === 1 && to[0] === word ? 'poem' : by }]);

/** Words that are listed in the program itself. */
const LISTED: ReadonlyMap<string, Lead> = new Map([
  ...leadsOf(MODERN_WORDS, 'table'),
  ...leadsOf(
    SCENE_WORDS.flatMap(({ poem, speech }) => speech.map((said) => [said, poem.slice(0, 3)] as const)),
    'speech',
  ),
  ...leadsOf(
    THEME_NAMES.map((theme) => [theme, [theme]] as const),
    'poem',
  ),
]);
const NOWHERE: Lead = { words: [], by: 'none' };

/** Characters that show something by themselves. */
const IMAGES: ReadonlySet<string> = new Set(
  [...Object.values(THINGS), ...SCENE_WORDS.map(({ poem }) => poem)]
    .flat()
    .filter((word) => characters(word).length === 1),
);

const LONGEST = Math.max(...[...LISTED.keys()].map((word) => word.length));

/** What a piece of a subject costs by its kind: the cheapest way to take a subject apart is taken. */
const COSTS = {
  word: 1,
  grammar: 1,
  grammarWord: 0.9,
  character: 1.6,
  unknownCharacter: 1.7,
  unknownWord: 1.2,
} as const;

interface Piece {
  readonly length: number;
  readonly cost: number;
  /** Undefined for what says nothing by itself. */
  readonly lead?: Lead;
}

const LATIN = /[\p{Script=Latin}\p{M}\d]+(?:['’]s\b)?/uy;

/**
 * The words of a subject, in either script, in their order, each with what it leads to; words of grammar are left out.
 *
 * @param learnt without it words that the program does not list stay as they are
 */
export function understand(subject: string, learnt?: SubjectWords): SubjectPart[] {
  const plain = toSimplified(subject).replace(/[A-Z]/gu, (letter) => letter.toLowerCase());
  const wordEnds = segmentsOf(plain);
  const best: { readonly cost: number; readonly piece?: Piece; readonly from: number }[] = [
    { cost: 0, from: 0 },
  ];
  for (let at = 0; at < plain.length; at += 1) {
    const before = best[at];
    if (!before) continue;
    for (const piece of piecesAt(plain, at, wordEnds.get(at), learnt)) {
      const end = at + piece.length;
      const cost = before.cost + piece.cost;
      if (cost < (best[end]?.cost ?? Infinity)) best[end] = { cost, piece, from: at };
    }
  }
  const parts: SubjectPart[] = [];
  for (let end = plain.length; end > 0;) {
    const { piece, from } = best[end] ?? { from: end - 1 };
    if (piece?.lead) parts.unshift({ text: subject.slice(from, end), ...piece.lead });
    end = from;
  }
  return parts;
}

/** Words that a prompt names: as many as the training sets name of a poem. */
const WORDS_NAMED = 4;

/** Parts with the words that a prompt names of them: one of each, then a second and a third as far as there is room. */
export function wordsToName(parts: readonly SubjectPart[]): SubjectPart[] {
  const counts = parts.map(({ words }) => Math.min(1, words.length));
  const named = new Set(parts.flatMap(({ words }) => words.slice(0, 1)));
  for (const round of [1, 2]) {
    parts.forEach(({ words }, index) => {
      const next = words[round];
      if (next === undefined || named.size >= WORDS_NAMED) return;
      named.add(next);
      counts[index] = round + 1;
    });
  }
  return parts.map((part, index) => ({ ...part, words: part.words.slice(0, counts[index]) }));
}

/** Where the words of today's language end that begin at each place; none where the engine cannot tell. */
function segmentsOf(text: string): Map<number, number> {
  if (typeof Intl.Segmenter !== 'function') return new Map();
  const segments = new Intl.Segmenter('zh', { granularity: 'word' }).segment(text);
  return new Map([...segments].map(({ index, segment }) => [index, index + segment.length]));
}

function* piecesAt(
  text: string,
  at: number,
  wordEnd: number | undefined,
  learnt: SubjectWords | undefined,
): Generator<Piece> {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  LATIN.lastIndex = at;
  const latin = LATIN.exec(text)?.[0];
  if (latin !== undefined) {
    yield* latinPieces(text, at, latin);
    return;
  }
  if (!isHan(character)) {
    yield { length: character.length, cost: 0 };
    return;
  }
  for (let length = Math.min(LONGEST, text.length - at); length > character.length; length -= 1) {
    const word = text.slice(at, at + length);
    const lead = LISTED.get(word) ?? learnt?.find(word);
    if (GRAMMAR_WORDS.has(word)) yield { length, cost: COSTS.grammarWord };
    else if (lead) yield { length, cost: COSTS.word, lead };
  }
  const whole = wordEnd === undefined ? character : text.slice(at, wordEnd);
  if (whole.length > character.length) {
    const lead = learnt ? byCharacters(whole, learnt) : ({ words: [whole], by: 'poem' } as const);
    yield { length: whole.length, cost: COSTS.unknownWord * characters(whole).length, lead };
  }
  yield oneCharacter(character, learnt);
}

function oneCharacter(character: string, learnt: SubjectWords | undefined): Piece {
  const { length } = character;
  if (GRAMMAR_WORDS.has(character)) return { length, cost: COSTS.grammar };
  const own: Lead = { words: [character], by: 'poem' };
  const known = IMAGES.has(character) || !learnt ? own : learnt.find(character);
  const ending = WORD_ENDINGS.get(character);
  const lead = LISTED.get(character) ?? known ?? (ending && { words: ending, by: 'ending' });
  if (lead) return { length, cost: COSTS.character, lead };
  return { length, cost: COSTS.unknownCharacter, lead: { words: [character], by: 'characters' } };
}

/**
 * A word that nothing is known of: by its last character, which says what the whole is, with others that show something; or as it is, where its
 * characters at least are those of verse.
 */
function byCharacters(word: string, learnt: SubjectWords): Lead {
  const all = characters(word);
  const last = all.at(-1) ?? '';
  const ending = WORD_ENDINGS.get(last) ?? (IMAGES.has(last) ? [last] : undefined);
  if (ending)
    return { words: [...new Set([...all.filter((one) => IMAGES.has(one)), ...ending])], by: 'ending' };
  return learnt.hasCharactersOf(word) ? { words: [word], by: 'characters' } : NOWHERE;
}

/** English: a word of the table, or several that are one there; of more than one as of one. */
function* latinPieces(text: string, at: number, word: string): Generator<Piece> {
  for (let length = Math.min(LONGEST, text.length - at); length > word.length; length -= 1) {
    const ends = !/[\p{L}\d]/u.test(text[at + length] ?? '');
    const words = ends ? MODERN_WORDS.get(text.slice(at, at + length)) : undefined;
    if (words) yield { length, cost: COSTS.word, lead: { words, by: 'table' } };
  }
  const plain = word.replace(/['’]s$/u, '');
  const { length } = word;
  if (GRAMMAR_WORDS.has(plain)) yield { length, cost: COSTS.grammarWord };
  else {
    const words = MODERN_WORDS.get(plain) ?? MODERN_WORDS.get(plain.replace(/s$/u, ''));
    yield { length, cost: COSTS.unknownWord, lead: words ? { words, by: 'table' } : NOWHERE };
  }
}
