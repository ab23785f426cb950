/** What poems are measured against: the corpus's lines, pairs and runs of characters, its poems, the themes, a judge of fluency. */
import { hash32 } from '../support/hash.js';
import { LineIndex, type Nearness } from '../poetry/line-index.js';
import { characters, splitLines } from '../poetry/text.js';
import type { ThemeMeasure } from '../poetry/theme-measure.js';
import type { CoherenceJudge } from './coherence.js';
import type { NgramModel } from './ngram.js';

/** A poem of the corpus that a written one is compared with. */
export interface KnownPoem {
  readonly title: string;
  readonly author: string;
  readonly text: string;
}

export interface NearestPoem {
  readonly title: string;
  readonly author: string;
  /** Share of the written poem's pairs of characters that the known poem does not have: 0 is the same poem. */
  readonly distance: number;
}

export interface YardstickOptions {
  /** Lines that the models were trained on. */
  readonly lines: Iterable<string>;
  readonly themes: ThemeMeasure;
  readonly poems?: Iterable<KnownPoem>;
  readonly fluency?: NgramModel;
  readonly coherence?: CoherenceJudge;
}

/** Runs of so many characters count as copied. */
const RUN = 4;

/** Lengths of runs that are looked up, the longest first. */
const LENGTHS = [7, 6, 5, RUN, 3, 2];

/** All runs of a length in the lines of a text. */
export function runsOf(text: string, length: number): string[] {
  return splitLines(text).flatMap((line) => {
    const all = characters(line);
    return all
      .slice(0, Math.max(0, all.length - length + 1))
      .map((_, index) => all.slice(index, index + length).join(''));
  });
}

/** The corpus as a measure: its lines, runs of characters and poems, the measure of themes, judges of fluency and coherence. */
export class Yardstick {
  readonly themes: ThemeMeasure;
  readonly fluency: NgramModel | undefined;
  readonly coherence: CoherenceJudge | undefined;
  private readonly index: LineIndex;
  /** Hashes of the corpus's runs: of millions of texts they take a fraction of the memory. */
  private readonly known = new Set<number>();
  private readonly poems: KnownPoem[] = [];
  private readonly byPair = new Map<string, number[]>();

  constructor(options: YardstickOptions) {
    this.themes = options.themes;
    this.fluency = options.fluency;
    this.coherence = options.coherence;
    const lines = [...options.lines];
    this.index = LineIndex.of(lines);
    for (const line of lines) {
      for (const length of LENGTHS) for (const run of runsOf(line, length)) this.known.add(hash32(run));
    }
    for (const poem of options.poems ?? []) {
      for (const pair of new Set(runsOf(poem.text, 2))) {
        const owners = this.byPair.get(pair) ?? [];
        if (owners.length === 0) this.byPair.set(pair, owners);
        owners.push(this.poems.length);
      }
      this.poems.push(poem);
    }
  }

  /** Whether a line is known from the corpus, or nearly. */
  nearness(line: string): Nearness {
    return this.index.nearness(line);
  }

  /** Share of a text's pairs of characters that the corpus has: how classical its diction is. */
  knownPairs(text: string): number {
    return this.knownShare(text, 2);
  }

  /** Share of a text's runs of four characters that the corpus has. */
  copiedRuns(text: string): number {
    return this.knownShare(text, RUN);
  }

  private knownShare(text: string, length: number): number {
    const runs = runsOf(text, length);
    return runs.length === 0 ? 0 : runs.filter((run) => this.known.has(hash32(run))).length / runs.length;
  }

  /** Characters of the longest run of a line that the corpus has, at most seven. */
  longestCopy(text: string): number {
    for (const length of LENGTHS) {
      if (runsOf(text, length).some((run) => this.known.has(hash32(run)))) return length;
    }
    return 0;
  }

  /** The poem that shares most pairs of characters; undefined where no poems are known. */
  nearest(text: string): NearestPoem | undefined {
    const pairs = new Set(runsOf(text, 2));
    const shared = new Map<number, number>();
    for (const pair of pairs) {
      for (const poem of this.byPair.get(pair) ?? []) shared.set(poem, (shared.get(poem) ?? 0) + 1);
    }
    let best: [poem: number, count: number] | undefined;
    for (const entry of shared) if (!best || entry[1] > best[1]) best = entry;
    const poem = best && this.poems[best[0]];
    if (!best || !poem) return undefined;
    return { title: poem.title, author: poem.author, distance: 1 - best[1] / pairs.size };
  }
}
