/** What poems are measured against, read from a data folder. */
import path from 'node:path';
import { readSftDataset } from '../corpus/dataset.js';
import { textOf } from '../corpus/examples.js';
import { readPlainText } from '../corpus/plain-text.js';
import { readThemeWeights } from '../corpus/theme-weights.js';
import type { CoherenceJudge } from '../evaluation/coherence.js';
import { NgramModel } from '../evaluation/ngram.js';
import { Yardstick, type KnownPoem } from '../evaluation/yardstick.js';
import { ThemeMeasure } from '../poetry/theme-measure.js';
import { fileBelowIfThere } from '../support/file-below.js';
import { readText } from '../support/files.js';
import { packaged } from '../support/package-files.js';

const THEMES_FILE = packaged('data', 'themes.json');

/** Judges of poems beside a reference corpus. */
export interface ReferenceJudges {
  /** Plain text of poems that no model was trained on, for perplexity. */
  readonly fluency?: string;
  readonly coherence?: CoherenceJudge;
}

/**
 * The reference corpus of a data folder: its lines.txt, and the poems of clean/train.jsonl.
 *
 * @throws InputError for files that are not what they should be, or lie elsewhere after links
 */
export async function readReferenceCorpus(
  data: string,
  { fluency, coherence }: ReferenceJudges = {},
): Promise<Yardstick> {
  const linesFile = await fileBelowIfThere(data, 'lines.txt', 'data');
  const poemsFile = await fileBelowIfThere(data, path.join('clean', 'train.jsonl'), 'data');
  const lines = linesFile === undefined ? [] : (await readText(linesFile)).split('\n').filter(Boolean);
  return new Yardstick({
    lines,
    themes: new ThemeMeasure(await readThemeWeights(THEMES_FILE)),
    poems: poemsFile === undefined ? [] : await readKnownPoems(poemsFile),
    coherence,
    ...(fluency === undefined ? {} : { fluency: NgramModel.of(await readPlainText(fluency)) }),
  });
}

async function readKnownPoems(file: string): Promise<KnownPoem[]> {
  return (await readSftDataset(file)).map(({ title = '', author = '', completion }) => ({
    title,
    author,
    text: textOf(completion),
  }));
}
