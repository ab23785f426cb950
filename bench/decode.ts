/** Writing: constrained against free, one at a time and sixteen at once. */
import { existsSync } from 'node:fs';
import { Poet } from '../src/writing/poet.js';

const folder = process.argv[2] ?? 'models/miniature';
const adapter = process.argv[3] ?? (existsSync('models/miniature-dpo') ? 'models/miniature-dpo' : undefined);
const ROUNDS = 9;
const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const started = performance.now();
const poet = await Poet.load({ model: folder, adapter });
console.log(`load            ${(performance.now() - started).toFixed(0)} ms`);

/** Seconds a character written, so that poems of different lengths compare. */
async function perCharacter(count: number, free: boolean): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const start = performance.now();
    const poems = await poet.write({
      form: '七言律诗',
      themes: ['秋天', '思乡'],
      count,
      seed: round * 100,
      free,
    });
    const characters = poems.reduce((sum, { text }) => sum + text.length, 0);
    if (round > 0) times.push((performance.now() - start) / 1000 / characters);
  }
  return median(times);
}

for (const count of [1, 16]) {
  const free = await perCharacter(count, true);
  const constrained = await perCharacter(count, false);
  console.log(
    `${String(count).padStart(2)} at once      free ${Math.round(1 / free)}, constrained ${Math.round(1 / constrained)} characters/s (ratio ${(free / constrained).toFixed(2)})`,
  );
}
console.log(`peak memory     ${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`);
await poet.release();
