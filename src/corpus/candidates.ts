/** The poems of a source that cleaning keeps, with their quality, and every decision about the others. */
import { checkLines } from '../poetry/prosody/check.js';
import type { BuildOptions } from './build-options.js';
import { cleanPoem, type Decision } from './clean.js';
import type { CleanPoem } from './poem.js';
import { nameOf, qualityOf, readFame } from './quality.js';
import { poemFiles, readPoems } from './read.js';

/** A poem that cleaning kept, before duplicates and the weak ones are dropped. */
export interface Candidate {
  readonly poem: CleanPoem;
  readonly quality: number;
  readonly fame: number | undefined;
  /** The rhyme group as people name it (尤 of 下平十一尤), where it rhymes. */
  readonly rhyme?: string;
}

export interface Candidates {
  /** How many were read. */
  readonly poems: number;
  readonly candidates: Candidate[];
  readonly decisions: Decision[];
}

/** Reads and cleans all poems of the source, and leaves out those of low quality. */
export async function readCandidates(
  options: Pick<BuildOptions, 'source' | 'minQuality'>,
): Promise<Candidates> {
  const fame = await readFame(options.source);
  const read = { candidates: [] as Candidate[], decisions: [] as Decision[] };
  let poems = 0;
  for await (const source of readPoems(await poemFiles(options.source))) {
    poems += 1;
    const { poem, decisions } = cleanPoem(source);
    read.decisions.push(...decisions);
    if (!poem) continue;
    const known = fame.get(nameOf(poem.author, poem.title));
    const check = checkLines(poem.lines);
    const quality = qualityOf(check, known);
    const rhyme = check.rhyme.ok ? check.rhyme.group?.slice(-1) : undefined;
    if (quality >= options.minQuality) read.candidates.push({ poem, quality, fame: known, rhyme });
    else {
      const example = `${poem.lines[0] ?? ''} ${quality.toFixed(2)}`;
      read.decisions.push({ id: poem.id, rule: 'quality', outcome: 'dropped', example });
    }
  }
  return { poems, ...read };
}
