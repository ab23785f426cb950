/**
 * What the constraints cost: the share of a decoding step that goes into the mask, for a vocabulary of 151,936 tokens.
 *
 *   npx tsx bench/mask.ts FOLDER [dtype]
 */
import { readLineIndex } from '../src/corpus/line-index-file.js';
import { DECODING_DTYPES } from '../src/model/frozen-base.js';
import { PoemConstraint } from '../src/writing/constraint.js';
import { Poet } from '../src/writing/poet.js';

const [folder = 'models/miniature', precision = 'float32'] = process.argv.slice(2);
const dtype = DECODING_DTYPES.find((one) => one === precision);
let masking = 0;

/** Counts the time that a method takes. */
function timed(name: 'allowed' | 'next' | 'refuses'): void {
  const prototype = PoemConstraint.prototype as unknown as Record<string, (...values: unknown[]) => unknown>;
  const method = prototype[name];
  if (!method) throw new Error(`no method ${name}`);
  prototype[name] = function (...values) {
    const start = performance.now();
    try {
      return method.apply(this, values);
    } finally {
      masking += performance.now() - start;
    }
  };
}
(['allowed', 'next', 'refuses'] as const).forEach(timed);

const poet = await Poet.load({ model: folder, dtype, knownLines: await readLineIndex('data/tang.index') });
const options = { form: '七言绝句', themes: ['秋天'], sampling: { temperature: 1 } } as const;
await poet.write({ ...options, form: '五言绝句', free: true });
console.log(`${folder}, ${precision}`);
for (const [name, count, more] of [
  ['first poem of a request', 1, { acrostic: '春' }],
  ['the same request again', 1, { acrostic: '春' }],
  ['8 candidates at once', 8, { acrostic: '春' }],
  ['8 at once, original lines only', 8, { original: true }],
] as const) {
  let steps = 0;
  masking = 0;
  const start = performance.now();
  await poet.write({ ...options, ...more, candidates: count, seed: 5, onToken: () => (steps += 1) });
  const total = performance.now() - start;
  const share = (100 * masking) / total;
  console.log(
    `  ${name.padEnd(32)} mask ${(masking / steps).toFixed(2)} ms, all ${(total / steps).toFixed(1)} ms a token: ${share.toFixed(1)}%`,
  );
}
await poet.release();
