/**
 * Writes src/poetry/prosody/parallel-table.ts: the classes of characters that answer each other in parallel couplets
 * (src/corpus/learn-parallels.ts), and how sure a couplet's sum of them makes one.
 *
 *   npx shiren data text --source chinese-poetry --exclude output/full/held-out.txt --out tang.txt
 *   npx tsx scripts/parallel-table.ts tang.txt song-1.txt
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { learnParallels } from '../src/corpus/learn-parallels.js';
import { readPlainText } from '../src/corpus/plain-text.js';
import { inCouplets } from '../src/poetry/forms/layout.js';
import {
  CLASS_NAMES,
  meanAnswer,
  readParallelClasses,
  WEIGHT_STEPS,
} from '../src/poetry/prosody/parallel-classes.js';
import { characters, splitLines } from '../src/poetry/text.js';
import { Random } from '../src/support/random.js';
import { block } from './usage-table.js';

type Couplet = readonly [readonly string[], readonly string[]];

/** The couplets of regular poems of eight lines that are made parallel: the second and the third. */
export async function middleCouplets(files: readonly string[]): Promise<Couplet[]> {
  const poems = (await Promise.all(files.map(readPlainText))).flat();
  return poems.flatMap((poem) => {
    const lines = splitLines(poem).map(characters);
    const isRegular = lines.length === 8 && lines.every(({ length }) => length === lines[0]?.length);
    return isRegular ? (inCouplets(lines).slice(1, 3) as unknown as Couplet[]) : [];
  });
}

/** Each couplet's upper line with the lower line of another one of its length. */
export function shuffledCouplets(couplets: readonly Couplet[], seed: number): Couplet[] {
  const random = Random.for(seed, 'shuffled');
  const byLength = new Map<number, Couplet[]>();
  for (const couplet of couplets) {
    const alike = byLength.get(couplet[0].length) ?? [];
    if (alike.push(couplet) === 1) byLength.set(couplet[0].length, alike);
  }
  return couplets.map(([upper]) => [upper, random.pick(byLength.get(upper.length) ?? [])[1]]);
}

/** `花a9c3`: a character with its likeliest classes, each with its share. */
function entry(character: string, shares: readonly number[]): string {
  const kept = shares
    .map((share, at) => ({ name: CLASS_NAMES[at] ?? '', weight: Math.round(share * WEIGHT_STEPS) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return character + kept.map(({ name, weight }) => name + weight.toString(16)).join('');
}

/** Logistic regression of "real, not shuffled" on one figure, by Newton's method. */
function calibrate(real: readonly number[], shuffled: readonly number[]): [number, number] {
  const rows = [...real.map((x) => ({ x, y: 1 })), ...shuffled.map((x) => ({ x, y: 0 }))];
  let [intercept, slope] = [0, 1];
  for (let round = 0; round < 20; round += 1) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    for (const { x, y } of rows) {
      const p = 1 / (1 + Math.exp(-intercept - slope * x));
      const w = p * (1 - p);
      g0 += y - p;
      g1 += (y - p) * x;
      h00 += w;
      h01 += w * x;
      h11 += w * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    intercept += (h11 * g0 - h01 * g1) / determinant;
    slope += (h00 * g1 - h01 * g0) / determinant;
  }
  return [intercept, slope];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = process.argv.slice(2);
  if (files.length === 0) throw new Error('usage: parallel-table.ts TEXT_FILE [TEXT_FILE …]');
  const couplets = await middleCouplets(files);
  const { shares, members } = learnParallels(couplets, {
    classes: CLASS_NAMES.length,
    rounds: 60,
    minCount: 8,
    seed: 1,
  });
  const entries = [...members].sort().map(([character, of]) => entry(character, of));
  const own = readParallelClasses(shares.join(' '), entries.join(' '));
  const figures = (of: readonly Couplet[]): number[] =>
    of.map(([upper, lower]) => meanAnswer(own, upper, lower));
  const [intercept, slope] = calibrate(figures(couplets), figures(shuffledCouplets(couplets, 1)));
  const module = `/**
 * What answers what in parallel couplets, as scripts/parallel-table.ts learnt it from ${couplets.length} middle couplets of Tang and Song poems of eight
 * lines: the shares of the classes, characters with their classes, and what turns a couplet's figure into a chance.
 */
export const CLASS_SHARES = '${shares.map((share) => share.toFixed(5)).join(' ')}';
export const CALIBRATION = { intercept: ${intercept.toFixed(3)}, slope: ${slope.toFixed(3)} };
${block('CLASSES', entries)}`;
  writeFileSync(new URL('../src/poetry/prosody/parallel-table.ts', import.meta.url), module);
}
