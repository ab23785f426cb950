/**
 * Every poem keeps what was asked: random requests against a model, each poem judged from its text alone. Exits with 1 if one does not.
 *
 *   npx tsx bench/constraints.ts [--model models/miniature] [--adapter FOLDER] [--requests 2000] [--seed 1] [--dtype float32]
 *   npx tsx bench/constraints.ts --plain   one poem of each quatrain and octave for each of 200 themes, judged by bench/plain-check.ts
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readLineIndex } from '../src/corpus/line-index-file.js';
import { DECODING_DTYPES } from '../src/model/frozen-base.js';
import { modelFolder } from '../src/model/folder.js';
import { FORM_NAMES, hasOneCount } from '../src/poetry/forms/forms.js';
import { formatPrompt } from '../src/poetry/prompt.js';
import { THEME_NAMES } from '../src/poetry/themes.js';
import { InputError } from '../src/support/errors.js';
import { Random } from '../src/support/random.js';
import { Poet } from '../src/writing/poet.js';
import { unmetConstraints } from '../src/writing/constraints/verify.js';
import type { ConstrainedOrder } from '../src/writing/writer.js';
import { plainFaults } from './plain-check.js';
import { randomOrder } from './random-requests.js';

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/miniature' },
    adapter: { type: 'string' },
    requests: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    dtype: { type: 'string', default: 'float32' },
    plain: { type: 'boolean', default: false },
    themes: { type: 'string', default: '200' },
  },
});
const requests = Number(flags.requests);
const dtype = DECODING_DTYPES.find((one) => one === flags.dtype);
if (!dtype) throw new Error(`--dtype ${flags.dtype}: expected ${DECODING_DTYPES.join(', ')}`);
const index = existsSync('data/tang.index') ? await readLineIndex('data/tang.index') : undefined;
const poet = await Poet.load({
  model: await modelFolder(flags.model),
  adapter: flags.adapter,
  knownLines: index,
  dtype,
});
if (flags.plain) {
  // Themes beyond the known ones are pairs of them.
  const pairs = THEME_NAMES.flatMap((one) =>
    THEME_NAMES.map((other) => (one === other ? [one] : [one, other])),
  );
  const themes = Random.for(Number(flags.seed), 'themes').shuffle(pairs).slice(0, Number(flags.themes));
  let [written, broken] = [0, 0];
  for (const form of FORM_NAMES.filter(hasOneCount)) {
    const orders = themes.map((words, seed) => ({
      ...{ form, themes: words, seed },
      prompt: formatPrompt({ form, themes: words }),
    }));
    for (const { lines, text } of await poet.writeAll(orders)) {
      const faults = plainFaults(lines);
      written += 1;
      broken += Number(faults.length > 0);
      if (faults.length > 0) console.log(`${faults.join('; ')}\n${text}`);
    }
  }
  await poet.release();
  console.log(`${written} poems of one tone a character: ${broken} broken`);
  process.exit(broken > 0 ? 1 : 0);
}
const random = Random.for(Number(flags.seed), 'requests');
// What people put into acrostics: common characters and names.
const characters = [
  ...'春夏秋冬山水风月花鸟日夜云雨江河湖海东西南北天地人心我爱你生日快乐平安喜乐福寿康宁李白杜甫王维张三丽华明珠',
];
const lines = [
  '床前明月光',
  '白日依山尽',
  '春眠不觉晓',
  '朝辞白帝彩云间',
  '故人西辞黄鹤楼',
  '两个黄鹂鸣翠柳',
];
const BATCH = 32;
const counts = { written: 0, refused: 0, broken: 0 };
const reasons = new Map<string, number>();
let batch: ConstrainedOrder[] = [];

async function write(original: boolean): Promise<void> {
  const settings = { original, sampling: { temperature: 1, topP: 1 } };
  const poems = await poet.writeAll(batch, settings).catch((error: unknown) => {
    console.log(batch.map((order) => JSON.stringify(order)).join('\n'));
    throw error;
  });
  poems.forEach(({ text, form }, at) => {
    const { constraints = {} } = batch[at] ?? {};
    const unmet = unmetConstraints(text, form, constraints, original ? index : undefined);
    counts.written += 1;
    if (unmet.length === 0) return;
    counts.broken += 1;
    console.log(`${unmet.join('; ')}\n${text}\n${JSON.stringify(batch[at])}`);
  });
  batch = [];
}

const started = performance.now();
for (let number = 0; number < requests; number += 1) {
  const order = randomOrder(random, number, { characters, lines });
  try {
    poet.check(order);
    batch.push(order);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    counts.refused += 1;
    const reason = error.message.replace(/[\p{Script=Han}"□,]+/gu, '…').slice(0, 60);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  if (batch.length === BATCH) await write(number % 2 === 0);
}
if (batch.length > 0) await write(true);
await poet.release();
const seconds = (performance.now() - started) / 1000;
console.log(
  `${requests} requests: ${counts.written} written, ${counts.refused} refused, ${counts.broken} broken; ${seconds.toFixed(0)} s`,
);
for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1])) console.log(`  ${count}  ${reason}`);
process.exitCode = counts.broken > 0 ? 1 : 0;
