/**
 * How far free decoding keeps the form, however a poem is asked for: the published wording with themes, ways of asking that no training
 * set has, and the hundred sentences of test/data, which no training set has either.
 *
 *   npx tsx bench/asking.ts [--model models/miniature] [--adapter FOLDER] [--seed 1]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fillWording, TEST_WORDINGS } from '../src/corpus/wordings.js';
import { modelFolder } from '../src/model/folder.js';
import { FORM_NAMES, FORMS, formOfShape, hasOneCount } from '../src/poetry/forms/forms.js';
import { formatPrompt } from '../src/poetry/prompt.js';
import { THEME_NAMES } from '../src/poetry/themes.js';
import { splitLines } from '../src/poetry/text.js';
import { Random } from '../src/support/random.js';
import { Poet } from '../src/writing/poet.js';

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/miniature' },
    adapter: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const seed = Number(flags.seed);
const poet = await Poet.load({ model: await modelFolder(flags.model), adapter: flags.adapter });
const forms = FORM_NAMES.filter(hasOneCount);
const sentences = readFileSync('test/data/sentences.txt', 'utf8').trim().split('\n');
/** Ways of asking that say the form. */
const ways = (place: string): string[] =>
  TEST_WORDINGS.filter((wording) => wording.includes(place) && wording.includes('{form}'));

const kinds: Record<string, (index: number, random: Random) => string> = {
  'published wording, themes': (index, random) =>
    formatPrompt({ form: forms[index % forms.length]!, themes: [random.pick(THEME_NAMES)] }),
  'other wordings, themes': (index, random) => asked(index, random, '{themes}'),
  'other wordings, sentences': (index, random) => asked(index, random, '{scene}'),
};

function asked(index: number, random: Random, place: string): string {
  const form = forms[index % forms.length]!;
  const words = { themes: [random.pick(THEME_NAMES), random.pick(THEME_NAMES)], scene: sentences[index] };
  const wording = random.pick(ways(place));
  return fillWording(wording, { form, lines: FORMS[form].lines, rhyme: '东', ...words }, random) ?? '';
}

for (const [kind, prompt] of Object.entries(kinds)) {
  const orders = sentences.map((_, index) => ({
    ...{ form: forms[index % forms.length]!, themes: [], seed: seed + index },
    prompt: prompt(index, Random.for(seed, kind, index)),
  }));
  const poems = await poet.writeAll(orders, { free: true, sampling: { temperature: 0.8 } });
  const held = poems.filter(({ text }, index) => formOfShape(splitLines(text)) === orders[index]?.form);
  console.log(`${kind}: form held in ${held.length} of ${poems.length}`);
}
