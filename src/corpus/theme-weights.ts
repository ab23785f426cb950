/**
 * Learning what poems of a theme say: those whose titles name it, or that have two words of its lexicon, against all others.
 * No tagged poem is looked at.
 */
import { SUBJECTS, THINGS } from '../poetry/themes.js';
import { themeFeatures, weighFeatures, type ThemeWeights } from '../poetry/theme-measure.js';
import { InputError } from '../support/errors.js';
import { isRecord, readJson } from '../support/files.js';
import { readCleanPoems } from './read-clean.js';

interface Document {
  readonly title: string;
  readonly text: string;
  readonly features: ReadonlySet<string>;
}

/** Features that fewer poems have are left out. */
const FEWEST_POEMS = 20;
/** Features kept for a theme: those that tell most. */
const FEATURES_KEPT = 400;
/** What a word of the lexicon weighs besides. */
const LEXICON_WEIGHT = 2;
/** Poems that the sums are placed among. */
const BACKGROUND = 2000;

/** Reads the poems of a source. @param exclude lines: poems that have one of them are not learnt from */
export async function readDocuments(source: string, exclude: ReadonlySet<string>): Promise<Document[]> {
  const documents: Document[] = [];
  for await (const poem of readCleanPoems([source])) {
    if (poem.lines.some((line) => exclude.has(line))) continue;
    const text = poem.lines.join('，');
    documents.push({ title: poem.title, text, features: themeFeatures(text) });
  }
  return documents;
}

/** The weights of every theme of the lexicon. */
export function learnThemeWeights(documents: readonly Document[]): Record<string, ThemeWeights> {
  const frequency = countFeatures(documents);
  const stride = Math.max(1, Math.floor(documents.length / BACKGROUND));
  const background = documents.filter((_, index) => index % stride === 0);
  const learnt: Record<string, ThemeWeights> = {};
  const learn = (theme: string, title: readonly string[], words: readonly string[]): void => {
    const ofTheme = documents.filter(
      (document) =>
        title.some((pattern) => document.title.includes(pattern)) ||
        words.filter((word) => document.text.includes(word)).length >= 2,
    );
    const weights = weigh(ofTheme, documents.length, frequency, words);
    const sums = background.map(({ features }) => weighFeatures(features, weights));
    const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length;
    const variance = sums.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sums.length;
    learnt[theme] = { mean: round(mean), deviation: round(Math.sqrt(variance) || 1), weights };
  };
  for (const [theme, { title, words }] of Object.entries(SUBJECTS)) learn(theme, title, words);
  for (const [theme, words] of Object.entries(THINGS)) learn(theme, words, words);
  return learnt;
}

function countFeatures(documents: readonly Document[]): Map<string, number> {
  const frequency = new Map<string, number>();
  for (const { features } of documents) {
    for (const feature of features) frequency.set(feature, (frequency.get(feature) ?? 0) + 1);
  }
  return frequency;
}

/** log of how much more often poems of a theme have a feature than all poems, both smoothed; the most telling ones. */
function weigh(
  ofTheme: readonly Document[],
  all: number,
  frequency: ReadonlyMap<string, number>,
  words: readonly string[],
): Record<string, number> {
  const here = countFeatures(ofTheme);
  const weights: [feature: string, weight: number, telling: number][] = [];
  for (const [feature, count] of here) {
    const everywhere = frequency.get(feature) ?? 0;
    if (everywhere < FEWEST_POEMS) continue;
    const share = everywhere / all;
    const odds = Math.log((count + 2 * share) / (ofTheme.length + 2)) - Math.log(share);
    const weight = odds + (words.includes(feature) ? LEXICON_WEIGHT : 0);
    weights.push([feature, round(weight), weight * weight * everywhere]);
  }
  weights.sort((a, b) => b[2] - a[2] || (a[0] < b[0] ? -1 : 1));
  return Object.fromEntries(weights.slice(0, FEATURES_KEPT).map(([feature, weight]) => [feature, weight]));
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Reads the weights of themes. @throws InputError for a file that is something else */
export async function readThemeWeights(file: string): Promise<Record<string, ThemeWeights>> {
  const json = await readJson(file);
  const isWeights = (value: unknown): value is ThemeWeights =>
    isRecord(value) &&
    typeof value['mean'] === 'number' &&
    typeof value['deviation'] === 'number' &&
    isRecord(value['weights']);
  if (!isRecord(json) || !Object.values(json).every(isWeights)) {
    throw new InputError(
      `${file}: expected themes with mean, deviation and weights, as "shiren data themes" writes`,
    );
  }
  return json as Record<string, ThemeWeights>;
}
