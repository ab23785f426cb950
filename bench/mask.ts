/**
 * What the constraints cost: the share of a decoding step that goes into the mask, for a vocabulary of 151,936 tokens.
 *
 *   npx tsx bench/mask.ts FOLDER [dtype]
 */
import { readLineIndex } from '../src/corpus/line-index-file.js';
import { DECODING_DTYPES } from '../src/model/frozen-base.js';
import { PoemConstraint } from '../src/writing/constraints/constraint.js';
import { Poet } from '../src/writing/poet.js';
import { median } from './measure.js';

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
  ['8 candidates of another request', 8, { acrostic: '江' }],
  ['8 at once, original lines only', 8, { original: true }],
] as const) {
  const masks: number[] = [];
  const steps: number[] = [];
  masking = 0;
  let last = performance.now();
  // A step ends when the first poem has its next token.
  const onToken = (poem: number): void => {
    if (poem > 0) return;
    const now = performance.now();
    masks.push(masking);
    steps.push(now - last);
    [last, masking] = [now, 0];
  };
  await poet.write({ ...options, ...more, candidates: count, seed: 5, onToken });
  const share = (of: (values: readonly number[]) => number): string =>
    `${((100 * of(masks)) / of(steps)).toFixed(1)}%`;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  console.log(
    `  ${name.padEnd(32)} mask ${median(masks).toFixed(2)} ms of ${median(steps).toFixed(1)} ms a step: ${share(median)}; over all steps ${share(sum)}`,
  );
}
await poet.release();
