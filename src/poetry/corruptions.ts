/** Ways to corrupt a true poem: for preference pairs its rejected half, for evaluation what a metric must tell from the poem. */
import type { Random } from '../support/random.js';
import { checkLines } from './prosody/check.js';
import { formOfShape } from './forms/forms.js';
import { inCouplets, layoutOf, lineLayout } from './forms/layout.js';
import { SPOKEN_WORDS } from './modern-words.js';
import { levelGroups } from './readings/readings.js';
import { rhymesThroughout } from './prosody/rhyme.js';
import { characters } from './text.js';
import { themeCoverage } from './themes.js';

export interface CorruptiblePoem {
  readonly poem: { readonly id: string; readonly lines: readonly string[] };
  readonly themes: readonly string[];
}

interface Surroundings {
  /** True poems that lines and characters are taken from. */
  readonly others: readonly CorruptiblePoem[];
  /** Well-known poems, that a model recites. */
  readonly famous: readonly CorruptiblePoem[];
  readonly random: Random;
}

/** The lines of a corrupted poem; undefined where a poem does not lend itself to it. */
type Corruption = (poem: CorruptiblePoem, around: Surroundings) => readonly string[] | undefined;

/** Shuffled until it differs. */
function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const result = random.shuffle(items);
    if (result.some((item, index) => item !== items[index])) return result;
  }
  return [...items].reverse();
}

const replaceAt = (line: string, index: number, character: string): string =>
  characters(line).with(index, character).join('');

const randomCharacter = ({ others, random }: Surroundings): string => {
  const { lines } = random.pick(others).poem;
  return random.pick(characters(random.pick(lines)));
};

/** Poems whose lines are as long as this one's. */
const ofLength = ({ poem }: CorruptiblePoem, others: readonly CorruptiblePoem[]): CorruptiblePoem[] =>
  others.filter(({ poem: other }) => other.lines[0]?.length === poem.lines[0]?.length);

const shape = (lines: readonly string[]): string => lines.map((line) => characters(line).length).join();

/** Whether lines speak less of the themes than the poem does. */
const speaksLess = (lines: readonly string[], { poem, themes }: CorruptiblePoem): boolean =>
  themeCoverage(lines.join(''), themes) < themeCoverage(poem.lines.join(''), themes);

/** Level words of many groups, for the ends of lines; one more where none of them will do. */
const RHYME_WORDS = ['花', '山', '风', '人', '秋', '明', '天', '心', '阳', '时', '来', '楼', '多', '寒'];
const SPARE_RHYME_WORD = '月';

export const CORRUPTIONS = {
  lines_permuted: ({ poem }, { random }) => shuffled(poem.lines, random),
  characters_permuted: ({ poem }, { random }) => {
    const lines = poem.lines.map(characters);
    const all = shuffled(lines.flat(), random);
    return lines.map((line) => all.splice(0, line.length).join(''));
  },
  rhyme_words_replaced: ({ poem: { lines } }, { random }) => {
    const words = random.shuffle(RHYME_WORDS);
    const taken = new Set<string>();
    const labels = (word: string): string[] => levelGroups(word).map(({ label }) => label);
    return lines.map((line, index) => {
      if (lineLayout(index, lines.length).role === 'upper') return line;
      const own = labels(characters(line).at(-1) ?? '');
      const isNew = (one: string): boolean =>
        labels(one).every((label) => !own.includes(label) && !taken.has(label));
      const word = words.find(isNew) ?? SPARE_RHYME_WORD;
      for (const label of labels(word)) taken.add(label);
      return replaceAt(line, -1, word);
    });
  },
  another_poem: ({ poem }, { others, random }) => {
    const different = others.filter(({ poem: { id } }) => id !== poem.id);
    return different.length > 0 ? random.pick(different).poem.lines : poem.lines;
  },
  one_line_repeated: ({ poem: { lines } }) => lines.map(() => lines[0] ?? ''),
  line_missing: ({ poem }) => poem.lines.slice(0, -1),

  // A true poem, but not of the form that was asked for: what a model does most often when it misses the form.
  wrong_form: ({ poem }, { others }) =>
    others.find(({ poem: other }) => formOfShape(other.lines) !== formOfShape(poem.lines))?.poem.lines,
  wrong_line_count: (source, { others, random }) => {
    const { lines } = source.poem;
    if (random.next() < 0.5) return lines.slice(0, -1);
    const same = ofLength(source, others);
    return same.length > 0 ? [...lines, random.pick(random.pick(same).poem.lines)] : undefined;
  },
  wrong_line_length: ({ poem: { lines } }, around) => {
    const at = around.random.integer(lines.length);
    const line = lines[at] ?? '';
    const shorter = around.random.next() < 0.5;
    return lines.with(at, shorter ? characters(line).slice(0, -1).join('') : line + randomCharacter(around));
  },
  broken_rhyme: ({ poem: { lines } }, around) => {
    const changed = lines.map((line, index) =>
      lineLayout(index, lines.length).role === 'lower' && around.random.next() < 0.7
        ? replaceAt(line, -1, randomCharacter(around))
        : line,
    );
    return rhymesThroughout(lines) && !rhymesThroughout(changed) ? changed : undefined;
  },
  broken_tones: ({ poem: { lines } }, { random }) => {
    const changed = lines.map((line) =>
      random.next() < 0.6
        ? [...random.shuffle(characters(line).slice(0, -1)), characters(line).at(-1)].join('')
        : line,
    );
    const form = formOfShape(lines);
    const faults = (all: readonly string[]): number => checkLines(all, { form }).violations.length;
    return faults(changed) > faults(lines) + 1 ? changed : undefined;
  },
  off_theme: (source, { others }) => {
    const { id, lines } = source.poem;
    const other = others.find(
      ({ poem }) => poem.id !== id && shape(poem.lines) === shape(lines) && speaksLess(poem.lines, source),
    );
    return other?.poem.lines;
  },
  repeated: ({ poem }, { random }) => {
    const couplets = inCouplets(poem.lines);
    const from = random.integer(couplets.length);
    return couplets.with((from + 1) % couplets.length, couplets[from] ?? []).flat();
  },
  vernacular: ({ poem }, { random }) =>
    poem.lines.map((line) =>
      random.next() < 0.6 ? random.pick(SPOKEN_WORDS) + characters(line).slice(2).join('') : line,
    ),
  shuffled_lines: (source, { others, random }) => {
    const same = ofLength(source, others);
    if (same.length < 4) return undefined;
    const mixed = layoutOf(source.poem.lines.length).map(({ role }) => {
      const { lines } = random.pick(same).poem;
      return random.pick(lines.filter((_, at) => lineLayout(at, lines.length).role === role));
    });
    return rhymesThroughout(mixed) ? undefined : mixed;
  },
  // A famous poem of the form that was asked for, word for word, whatever it speaks of.
  recited: (source, { famous, random }) => {
    const { id, lines } = source.poem;
    const same = famous.filter(
      ({ poem }) => poem.id !== id && formOfShape(poem.lines) === formOfShape(lines),
    );
    if (same.length === 0) return undefined;
    const known = random.pick(same).poem.lines;
    return speaksLess(known, source) ? known : undefined;
  },
} as const satisfies Readonly<Record<string, Corruption>>;

export type CorruptionName = keyof typeof CORRUPTIONS;

/** The lines of a poem, corrupted; undefined where it does not lend itself to it. */
export function corrupt(
  name: CorruptionName,
  poem: CorruptiblePoem,
  around: Surroundings,
): readonly string[] | undefined {
  return CORRUPTIONS[name](poem, around);
}
