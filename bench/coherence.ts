/**
 * The judge of coherence: how often it finds a poem's own second half likelier to follow than another's of the same form and rhyme, whose
 * words it shares no more than chance has it. Chance is 50%.
 *
 * npx tsx bench/coherence.ts POEMS_TEXT_FILE [MODEL_FOLDER] [--poems 1000]
 */
import { parseArgs } from 'node:util';
import { readPlainText } from '../src/corpus/plain-text.js';
import { ModelCoherence } from '../src/pipeline/model-coherence.js';
import { halvesOf, layOut } from '../src/poetry/forms/layout.js';
import { checkPoem } from '../src/poetry/prosody/check.js';
import { characters, splitLines } from '../src/poetry/text.js';
import { Random } from '../src/support/random.js';
import { median } from './measure.js';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { poems: { type: 'string', default: '1000' } },
});
const [file, model] = positionals;
if (file === undefined) throw new Error('usage: coherence.ts POEMS_TEXT_FILE [MODEL_FOLDER]');

const lines = (await readPlainText(file)).slice(0, Number(flags.poems)).map(splitLines);
const kind = (poem: readonly string[]): string =>
  [poem.length, characters(poem[0] ?? '').length, checkPoem(layOut(poem)).rhyme.group ?? '?'].join(' ');
const byKind = new Map<string, (readonly string[])[]>();
for (const poem of lines) byKind.set(kind(poem), [...(byKind.get(kind(poem)) ?? []), poem]);
const random = Random.for(1, 'coherence');
const pairs = [...byKind.values()].flatMap((poems) =>
  poems.flatMap((poem) => {
    const others = poems.filter((other) => other !== poem);
    return others.length === 0 ? [] : [{ own: poem, other: random.pick(others) }];
  }),
);
const judge = await ModelCoherence.open(model);
const started = performance.now();
const own = await judge.judge(pairs.map((pair) => layOut(pair.own)));
const exchanged = await judge.judge(
  pairs.map((pair) => layOut([...halvesOf(pair.own)[0], ...halvesOf(pair.other)[1]])),
);
const seconds = (performance.now() - started) / 1000;
const information = (found: (typeof own)[number] | undefined): number => found?.information ?? NaN;
const figure = (found: typeof own): number =>
  median(found.map((one) => (one ? one.information / one.tokens : NaN)));
const right = pairs.filter((_, index) => information(own[index]) > information(exchanged[index])).length;
console.log(
  `${pairs.length} poems with another of their form and rhyme, of ${lines.length}: its own half is told in ${((100 * right) / pairs.length).toFixed(1)}%`,
);
console.log(
  `nats a character, middle: own ${figure(own).toFixed(3)}, another's ${figure(exchanged).toFixed(3)}`,
);
console.log(`${((2 * pairs.length) / seconds).toFixed(0)} poems a second`);
