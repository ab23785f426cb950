/**
 * How far a poem speaks of a theme: by all its characters and pairs of characters, each weighed by how much more often poems of the
 * theme have it than others (a log-odds ratio, learnt by `shiren data themes` from titles and the lexicon of themes.ts). The sum is
 * placed among those of the corpus: 0.5 is a poem like any other.
 */
import { characters, splitLines } from './text.js';
import { themeCoverage } from './themes.js';

export interface ThemeWeights {
  /** Mean and standard deviation of the sum over poems of the corpus. */
  readonly mean: number;
  readonly deviation: number;
  /** Weights of characters and pairs; what is absent weighs nothing. */
  readonly weights: Readonly<Record<string, number>>;
}

/** The characters of a text, and the pairs that stand next to each other in a line; each once. */
export function themeFeatures(text: string): Set<string> {
  const features = new Set<string>();
  for (const line of splitLines(text)) {
    const all = characters(line);
    all.forEach((character, index) => {
      features.add(character);
      if (index > 0) features.add(`${all[index - 1]}${character}`);
    });
  }
  return features;
}

/** The weights of a poem's features, added up over the root of their number, so that long poems do not outweigh short ones. */
export function weighFeatures(
  features: ReadonlySet<string>,
  weights: Readonly<Record<string, number>>,
): number {
  let sum = 0;
  for (const feature of features) sum += weights[feature] ?? 0;
  return sum / Math.sqrt(Math.max(1, features.size));
}

/** The share of a normal distribution below z (Abramowitz and Stegun 26.2.17, within 1e-7). */
function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return z >= 0 ? 1 - tail : tail;
}

/** How far a text speaks of themes, by weights learnt from poems with telling titles. */
export class ThemeMeasure {
  constructor(private readonly themes: Readonly<Record<string, ThemeWeights>>) {}

  /** The share of Tang poems that speak less of the themes than this text: the mean over the themes; 1 where none is asked for. */
  score(text: string, themes: readonly string[]): number {
    if (themes.length === 0) return 1;
    const features = themeFeatures(text);
    const scores = themes.map((theme) => {
      const known = Object.hasOwn(this.themes, theme) ? this.themes[theme] : undefined;
      // Of a theme that was not learnt its own characters must do.
      if (!known) return themeCoverage(text, [theme]);
      return normalShare((weighFeatures(features, known.weights) - known.mean) / known.deviation);
    });
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  }
}
