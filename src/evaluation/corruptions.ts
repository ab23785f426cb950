/** True poems spoilt on purpose, each in one dimension: a metric that does not fall measures something else. */
import { levelGroups } from '../poetry/readings.js';
import { layOut, lineLayout } from '../poetry/layout.js';
import { characters, splitLines } from '../poetry/text.js';
import type { Random } from '../support/random.js';
import type { MetricName } from './metrics.js';

interface Corruption {
  readonly chinese: string;
  readonly english: string;
  /** The figure that must fall. */
  readonly lowers: MetricName;
  /** Spoils a poem; `others` are true poems of the same form. */
  spoil(text: string, others: readonly string[], random: Random): string;
}

/** Shuffled until it differs. */
function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const result = random.shuffle(items);
    if (result.some((item, index) => item !== items[index])) return result;
  }
  return [...items].reverse();
}

/** Level words of other groups, for the ends of lines. */
const ELSEWHERE = ['花', '山', '风', '人', '秋', '明', '天', '心', '阳', '时', '来', '楼', '多', '寒'];

export const CORRUPTIONS = {
  lines: {
    chinese: '句序打乱',
    english: 'lines shuffled',
    lowers: 'adhesion',
    spoil: (text, _, random) => layOut(shuffled(splitLines(text), random)),
  },
  characters: {
    chinese: '字序打乱',
    english: 'characters permuted',
    lowers: 'tone',
    spoil: (text, _, random) => {
      const lines = splitLines(text).map(characters);
      const all = shuffled(lines.flat(), random);
      return layOut(lines.map((line) => all.splice(0, line.length).join('')));
    },
  },
  rhymes: {
    chinese: '韵脚更换',
    english: 'rhyme words replaced',
    lowers: 'rhyme',
    spoil: (text, _, random) => {
      const words = random.shuffle(ELSEWHERE);
      const taken = new Set<string>();
      return layOut(
        splitLines(text).map((line, index, lines) => {
          if (lineLayout(index, lines.length).role === 'upper') return line;
          const labels = (word: string): string[] => levelGroups(word).map(({ label }) => label);
          const own = labels(characters(line).at(-1) ?? '');
          const word =
            words.find((one) => labels(one).every((label) => !own.includes(label) && !taken.has(label))) ??
            '月';
          for (const label of labels(word)) taken.add(label);
          return characters(line).with(-1, word).join('');
        }),
      );
    },
  },
  another: {
    chinese: '换作他诗',
    english: 'another poem',
    lowers: 'theme',
    spoil: (text, others, random) => {
      const different = others.filter((other) => other !== text);
      return different.length > 0 ? random.pick(different) : text;
    },
  },
  repeated: {
    chinese: '一句到底',
    english: 'one line over and over',
    lowers: 'variety',
    spoil: (text) => {
      const lines = splitLines(text);
      return layOut(lines.map(() => lines[0] ?? ''));
    },
  },
  shortened: {
    chinese: '缺句',
    english: 'a line missing',
    lowers: 'format',
    spoil: (text) => layOut(splitLines(text).slice(0, -1)),
  },
} as const satisfies Record<string, Corruption>;

export type CorruptionName = keyof typeof CORRUPTIONS;
export const CORRUPTION_NAMES = Object.keys(CORRUPTIONS) as CorruptionName[];
