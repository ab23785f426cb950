/** Single characters that mend the faults of a poem, in the order in which a model likes them. */
import type { Adapter } from '../model/lora.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { checkLines, type CheckOptions } from '../poetry/prosody/check.js';
import { FORM_NAMES, FORMS, type FormName } from '../poetry/forms/forms.js';
import { layOut } from '../poetry/forms/layout.js';
import { mendsFault, replaceAt, type Mend } from '../poetry/prosody/mend.js';
import { formatPrompt } from '../poetry/prompt.js';
import { toSimplified, traditionalCandidates } from '../poetry/script/script.js';
import { characters, isHan } from '../poetry/text.js';
import type { Violation } from '../poetry/prosody/rules.js';
import type { Decoder } from './decoding/decoder.js';
import { scoreContinuations } from './decoding/likelihood.js';
import type { VerseVocabulary } from './constraints/verse-vocabulary.js';

/** A fault, and what mends it: the model's first choice first; empty where no single character does. */
export interface Suggestion {
  readonly fault: Violation;
  readonly mends: readonly Mend[];
}

export interface SuggestOptions extends CheckOptions {
  /** Characters for each fault; 3 where absent. */
  readonly most?: number;
  readonly signal?: AbortSignal;
}

export interface SuggestParts {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  readonly vocabulary: VerseVocabulary;
  readonly adapter?: Adapter;
}

const MOST = 3;
/** Characters of each place that are tried, the likeliest after what stands before them. */
const TRIED = 400;
/** Characters of a fault whose whole couplet the model reads. */
const READ = 16;
/** Faults of length and number that no single character mends. */
const BEYOND: ReadonlySet<string> = new Set(['line-length', 'line-count']);

/** For each violation of a poem up to three characters that mend it. */
export async function suggestMends(
  parts: SuggestParts,
  lines: readonly string[],
  options: SuggestOptions = {},
): Promise<Suggestion[]> {
  const check = checkLines(lines, options);
  const suggestions: Suggestion[] = [];
  for (const fault of check.violations) {
    options.signal?.throwIfAborted();
    const mends = mendsFault(lines, check, fault, options);
    const found = BEYOND.has(fault.rule) ? [] : await rankMends(parts, lines, fault.line - 1, mends);
    suggestions.push({ fault, mends: found.slice(0, options.most ?? MOST) });
  }
  return suggestions;
}

interface Candidate extends Mend {
  readonly score: number;
  /** The character in the model's script. */
  readonly one: string;
}

/** The text of a poem as models write it, and where the characters of its lines stand in it. */
function layOutWithPlaces(lines: readonly string[]): { text: string[]; places: number[][] } {
  const text = characters(layOut(lines));
  let from = -1;
  const places = lines.map((line) => characters(line).map((one) => (from = text.indexOf(one, from + 1))));
  return { text, places };
}

/** The mends of a line, by how likely the model finds it and the rest of its couplet with each. */
async function rankMends(
  { decoder, tokenizer, adapter, vocabulary }: SuggestParts,
  lines: readonly string[],
  line: number,
  mends: (at: number, character: string) => boolean,
): Promise<Mend[]> {
  const simplified = lines.map(toSimplified);
  const script = simplified.join('') === lines.join('') ? sameScript : traditionalScript;
  const { text, places } = layOutWithPlaces(simplified);
  const asked = formatPrompt({ form: formOfModel(lines), themes: [] });
  const prompt = tokenizer.encodePrompt([{ role: 'user', content: asked }]);
  const before = (place = 0): number[] => [...prompt, ...tokenizer.encode(text.slice(0, place).join(''))];
  const here = places[line] ?? [];
  const state = await decoder.prefill(here.map(before), 1, adapter);
  const singles = vocabulary.tokens.filter(
    ({ characters: [first = '', ...more] }) => isHan(first) && more.length === 0,
  );
  const found = characters(lines[line] ?? '').flatMap((was, at): Candidate[] => {
    const logits = state.logits(at);
    const order = [...singles].sort((a, b) => (logits[b.id] ?? 0) - (logits[a.id] ?? 0));
    return order.slice(0, TRIED).flatMap(({ id, characters: [one = ''] }) => {
      const character = script(one);
      if (character === undefined || !mends(at, character)) return [];
      const mended = replaceAt(lines, line, at, character)[line] ?? '';
      return [{ at, was, character, text: mended, score: (logits[id] ?? 0) - state.logSumExp(at), one }];
    });
  });
  const read = found.sort((a, b) => b.score - a.score).slice(0, READ);
  const couplet = places[line % 2 === 0 ? Math.min(line + 1, lines.length - 1) : line] ?? here;
  const [start = 0] = here;
  const rest = text.slice(start, (couplet.at(-1) ?? start) + 2);
  const texts = read.map(({ at, one }) =>
    rest.map((was, index) => (index === (here[at] ?? 0) - start ? one : was)),
  );
  const scores = await scoreContinuations(
    decoder,
    before(start),
    texts.map((changed) => tokenizer.encode(changed.join(''))),
    adapter,
  );
  return read
    .map(({ at, was, character, text: mended }, index) => ({
      mend: { at, was, character, text: mended },
      score: scores[index] ?? 0,
    }))
    .sort((a, b) => b.score - a.score)
    .map(({ mend }) => mend);
}

const sameScript = (character: string): string => character;
/** A character in traditional script where that is beyond doubt. */
const traditionalScript = (character: string): string | undefined => {
  const forms = traditionalCandidates(character);
  return forms.length === 1 ? forms[0] : undefined;
};

/** The form that the model is asked for: the poem's own, or the one nearest to it. */
function formOfModel(lines: readonly string[]): FormName {
  const length = characters(lines[0] ?? '').length;
  const near = (form: FormName): number =>
    Math.abs(FORMS[form].lines - lines.length) + 10 * Math.abs(FORMS[form].length - length);
  return [...FORM_NAMES].sort((a, b) => near(a) - near(b))[0] as FormName;
}
