/** A book of rhymes: how characters are read, and which groups stand near each other. */
import { LRUCache } from 'lru-cache';
import { kept } from '../../support/kept.js';
import type { RhymeGroup } from './pingshui.js';
import type { Script } from '../script/script.js';
import type { Tone } from './tone.js';
import { usageOf } from './usage.js';
import { formsOf } from '../script/variants.js';

/** How often poets use a reading: as a rule, often as well, or hardly ever. */
export type Rank = 'usual' | 'also-usual' | 'rare';

export interface Reading {
  readonly tone: Tone;
  readonly group: RhymeGroup;
  /** Label of the level-tone group of the same rhyme: what an oblique reading chimes with (撞韵). */
  readonly level: string | undefined;
  readonly rank: Rank;
  /** There where poets rhyme on a reading that is rare elsewhere: it counts at the end of a line (不 as 否). */
  readonly atRhymes?: true;
  /** There where no book of rhymes has the character, and the reading follows from its sound today. */
  readonly derived?: true;
}

/** Characters whose readings a book keeps at hand: more than verse has. */
const KEPT_CHARACTERS = 16_384;

type Readings = readonly Reading[];
const characterCache = (): LRUCache<string, Readings> => new LRUCache({ max: KEPT_CHARACTERS });

/** What tells one book from another. */
interface BookContents {
  readonly name: '平水韵' | '中华通韵' | '中华新韵';
  /** The readings of a character, looked up. */
  lookUp(character: string, script: Script): Readings;
  /** Whether a first line may rhyme in one group where the poem rhymes in the other (首句借邻韵). */
  areNeighbours(left: RhymeGroup, right: RhymeGroup): boolean;
}

export class RhymeBook {
  private readonly found = { traditional: characterCache(), simplified: characterCache() };
  private readonly written = characterCache();

  constructor(private readonly contents: BookContents) {}

  get name(): BookContents['name'] {
    return this.contents.name;
  }

  /**
   * Every reading of a character, one for each group; empty where the book does not know it. In simplified script (which is assumed) a character
   * is read as each traditional one that it may stand for, in traditional script as itself.
   */
  readings(character: string, script: Script = 'simplified'): Readings {
    return kept(this.found[script], character, () => this.contents.lookUp(character, script));
  }

  /** The readings of a character that count: usual and also usual ones. */
  counted(character: string): Readings {
    return this.readings(character).filter(({ rank }) => rank !== 'rare');
  }

  /** The readings in which a character may be written, of one tone; none where the book does not have it. */
  writtenReadings(character: string): Readings {
    return kept(this.written, character, () => {
      const readings = this.counted(character).filter(({ derived }) => !derived);
      const tone = mainTone(character, readings);
      return readings.filter((reading) => reading.tone === tone);
    });
  }

  /** Whether a first line may rhyme in one group where the poem rhymes in the other (首句借邻韵). */
  areNeighbours(left: RhymeGroup, right: RhymeGroup): boolean {
    return this.contents.areNeighbours(left, right);
  }
}

const ORDER = ['usual', 'also-usual', 'rare'] as const;

/** The tone of the readings that are used most; of two used alike, the one that was counted more often. */
function mainTone(character: string, readings: Readings): Tone | undefined {
  const [first] = [...readings].sort((a, b) => ORDER.indexOf(a.rank) - ORDER.indexOf(b.rank));
  if (!first) return undefined;
  const tones = new Set(readings.filter(({ rank }) => rank === first.rank).map(({ tone }) => tone));
  if (tones.size < 2) return first.tone;
  const { level, oblique } = usageOf(formsOf(character));
  return level >= oblique ? '平' : '仄';
}
