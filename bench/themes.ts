/**
 * Themes against the human tags of 唐诗三百首: the labeller's micro-averaged F1 over the 20 most frequent ones, and how often the measure
 * puts a poem's own tags above those of another poem. The shipped weights were learnt without these poems.
 *
 * npx tsx bench/themes.ts CHINESE_POETRY_FOLDER
 */
import path from 'node:path';
import { cleanPoem } from '../src/corpus/clean.js';
import { readPoems } from '../src/corpus/read.js';
import { readThemeWeights } from '../src/corpus/theme-weights.js';
import { ThemeMeasure } from '../src/poetry/theme-measure.js';
import { labelPoem, THEME_NAMES } from '../src/poetry/themes.js';
import { Random } from '../src/support/random.js';

const folder = process.argv[2];
if (!folder) throw new Error('usage: themes.ts CHINESE_POETRY_FOLDER');
const THEMES = 20;

/** Tags that say of what form a poem is or where it is taught, not what it is about. */
const NO_THEME = /诗三百首|言|乐府|古诗|歌辞|曲辞|隋・唐|代/u;
/** Tags under the name that the labeller has for them. */
const NAMES: Readonly<Record<string, string>> = { 月亮: '明月' };

const measure = new ThemeMeasure(await readThemeWeights('data/themes.json'));
const poems: { text: string; human: ReadonlySet<string>; ours: ReadonlySet<string> }[] = [];
const frequency = new Map<string, number>();
for await (const source of readPoems([path.join(folder, '全唐诗', '唐诗三百首.json')])) {
  const { poem } = cleanPoem(source, { fewestLines: 1, mostLines: 1000, regularOnly: false });
  if (!poem) continue;
  const human = source.tags.filter((tag) => !NO_THEME.test(tag)).map((tag) => NAMES[tag] ?? tag);
  for (const tag of human) frequency.set(tag, (frequency.get(tag) ?? 0) + 1);
  poems.push({
    text: poem.lines.join('，'),
    human: new Set(human),
    ours: new Set(labelPoem(poem.title, poem.lines.join(''))),
  });
}
const themes = [...frequency]
  .sort((a, b) => b[1] - a[1])
  .slice(0, THEMES)
  .map(([theme]) => theme);
let [hits, labelled, tagged] = [0, 0, 0];
for (const theme of themes) {
  const count = (has: (poem: (typeof poems)[number]) => boolean): number => poems.filter(has).length;
  const both = count(({ human, ours }) => human.has(theme) && ours.has(theme));
  const [mine, theirs] = [count(({ ours }) => ours.has(theme)), count(({ human }) => human.has(theme))];
  hits += both;
  labelled += mine;
  tagged += theirs;
  console.log(`${theme}  tagged ${theirs}, labelled ${mine}, both ${both}`);
}
const [precision, recall] = [hits / labelled, hits / tagged];
const f1 = (2 * precision * recall) / (precision + recall);
console.log(
  `${poems.length} poems, ${themes.length} themes: precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)}, micro-F1 ${f1.toFixed(3)}`,
);

const known = new Set(THEME_NAMES);
const taggedPoems = poems.map(({ text, human }) => ({
  text,
  tags: [...human].filter((tag) => known.has(tag)),
}));
const told = taggedPoems.filter(({ tags }) => tags.length > 0);
const random = new Random(1);
let [won, compared] = [0, 0];
for (const { text, tags } of told) {
  for (let draw = 0; draw < 20; draw += 1) {
    const others = random.pick(told).tags.filter((tag) => !tags.includes(tag));
    if (others.length === 0) continue;
    compared += 1;
    if (measure.score(text, tags) > measure.score(text, others)) won += 1;
  }
}
console.log(
  `${told.length} poems: their own tags above random ones in ${((100 * won) / compared).toFixed(1)}% of ${compared} comparisons`,
);
