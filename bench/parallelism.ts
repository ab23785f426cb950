/**
 * The measure of parallelism (对仗) on couplets that it was not learnt from: the middle couplets of poems of eight lines against the same
 * upper lines with another poem's lower line of the same place.
 *
 * npx tsx bench/parallelism.ts HELD_OUT_TEXT_FILE
 */
import { parallelism } from '../src/poetry/prosody/parallelism.js';
import { middleCouplets, shuffledCouplets } from '../scripts/parallel-table.js';
import { median } from './measure.js';

const [, , file] = process.argv;
if (file === undefined) throw new Error('usage: parallelism.ts TEXT_FILE');
const couplets = await middleCouplets([file]);
const figures = (of: typeof couplets): number[] =>
  of.map(([upper, lower]) => parallelism(upper.join(''), lower.join('')));
const [real, shuffled] = [figures(couplets), figures(shuffledCouplets(couplets, 7))];
const wins = real.filter((figure, at) => figure > (shuffled[at] ?? 0)).length;
const above = (of: readonly number[]): number => of.filter((figure) => figure > 0.5).length / of.length;
console.log(
  `${real.length} couplets: the real one scores higher in ${((100 * wins) / real.length).toFixed(1)}%`,
);
console.log(
  `above 0.5: real ${(100 * above(real)).toFixed(1)}%, shuffled ${(100 * above(shuffled)).toFixed(1)}%`,
);
console.log(`middle score: real ${median(real).toFixed(2)}, shuffled ${median(shuffled).toFixed(2)}`);
